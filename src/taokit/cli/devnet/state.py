"""What is stored: money, neurons, stake, settings; and who may act."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from taokit.cli.devnet.remote import DEFAULT, Json, Url, ask, show
from taokit.cli.options import Netuid
from taokit.errors import ConfigurationError
from taokit.units import RAO_PER_TAO

app = typer.Typer()

Address = Annotated[str, typer.Argument(help="An address (ss58).")]


@app.command(epilog="Example:  taokit devnet fund 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 1000")
def fund(
    address: Address,
    tao: Annotated[str, typer.Argument(metavar="TAO", help="How much more, such as 12.5.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """More TAO on an account, from nothing."""
    held = int(ask(url, "dev_fund", address, _rao(tao)))
    show({"free_rao": held}, f"{address} has {held / RAO_PER_TAO:,.9f} TAO", as_json=as_json)


def _rao(tao: str) -> int:
    try:
        rao = Decimal(tao) * RAO_PER_TAO
        if rao == rao.to_integral_value() and rao >= 0:
            return int(rao)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise ConfigurationError(f"{tao!r} is no amount", hint="write it like 12.5, with nine decimals at most")


@app.command(epilog="Example:  taokit devnet register 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --netuid 1")
def register(
    hotkeys: Annotated[list[str], typer.Argument(help="Addresses (ss58).")],
    coldkey: Annotated[
        str | None, typer.Option(help="Who owns those that nobody does; without it, themselves.")
    ] = None,
    netuid: Netuid = 1,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Give hotkeys a uid, for free and at once."""
    uids = ask(url, "dev_registerAll", netuid, hotkeys, coldkey)
    said = "\n".join(f"uid {uid} {hotkey}" for uid, hotkey in zip(uids, hotkeys, strict=False))
    show({"uids": uids}, said, as_json=as_json)


@app.command(epilog="Example:  taokit devnet deregister 4 --netuid 1")
def deregister(
    uid: Annotated[int, typer.Argument(min=0, help="The uid.")],
    netuid: Netuid = 1,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Take a uid away, as if it had been pruned for a newcomer."""
    newcomer = ask(url, "dev_deregister", netuid, uid)
    show({"hotkey": newcomer}, f"uid {uid} is {newcomer} now, which nobody has the key of", as_json=as_json)


@app.command(epilog="Example:  taokit devnet stake 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 500")
def stake(
    hotkey: Address,
    amount: Annotated[str, typer.Argument(metavar="ALPHA", help="What is staked then; on root, TAO.")],
    coldkey: Annotated[str | None, typer.Option(help="Whose stake; without it, the hotkey's own.")] = None,
    netuid: Netuid = 1,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Set what a coldkey has staked to a hotkey."""
    held = int(ask(url, "dev_setStake", netuid, hotkey, _rao(amount), coldkey))
    show({"stake_rao": held}, f"{hotkey} has {held / RAO_PER_TAO:,.9f} staked to it", as_json=as_json)


@app.command("set", epilog="Example:  taokit devnet set tempo 20 --netuid 1")
def set_hyperparameter(
    name: Annotated[str, typer.Argument(help="The chain's name, such as WeightsSetRateLimit, or in snake case.")],
    value: Annotated[str, typer.Argument(help="As JSON: 100, true.")],
    netuid: Netuid = 1,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Set a hyperparameter of a subnet, past the checks of its setter."""
    ask(url, "dev_setHyperparameter", netuid, name, _parsed(value))
    show({"name": name, "value": _parsed(value)}, f"{name} of subnet {netuid} is {value}", as_json=as_json)


@app.command(epilog='Example:  taokit devnet storage \'{"SubtensorModule": {"Tempo": [[[1], 20]]}}\'')
def storage(
    values: Annotated[
        str, typer.Argument(metavar="JSON", help='{"Pallet": {"Entry": [[[1], 20]]}} or [["0xkey", "0xvalue"]]')
    ],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Write storage, by name or raw, as Chopsticks has it; null takes a value away."""
    ask(url, "dev_setStorage", _parsed(values))
    show({"done": True}, "written", as_json=as_json)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"no JSON: {error}", hint="quote it for your shell") from None


Call = Annotated[str, typer.Argument(metavar="CALL", help="Pallet.call, or a call in hex.")]
Args = Annotated[str, typer.Argument(metavar="ARGS", help="Its arguments by name, as JSON.")]


@app.command(epilog='Example:  taokit devnet sudo AdminUtils.sudo_set_tempo \'{"netuid": 1, "tempo": 20}\'')
def sudo(call: Call, args: Args = "{}", url: Url = DEFAULT, as_json: Json = False) -> None:
    """Make a call as root, at once and without a block."""
    ask(url, "dev_sudo", _call(call, args))
    show({"done": True}, "done", as_json=as_json)


def _call(call: str, args: str) -> Any:
    if call.startswith("0x"):
        return call
    pallet, _, name = call.partition(".")
    return {"pallet": pallet, "call": name, "args": _parsed(args)}


@app.command(
    "dry-run",
    epilog="Example:  taokit devnet dry-run System.remark '{…}' --as 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
)
def dry_run(
    call: Annotated[str, typer.Argument(metavar="CALL", help="Pallet.call, or a whole extrinsic in hex.")],
    args: Args = "{}",
    signer: Annotated[str | None, typer.Option("--as", help="Who makes the call (ss58).")] = None,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """What a call would bring about: result, events and every stored value that it would change."""
    if not call.startswith("0x") and signer is None:
        raise ConfigurationError("a call needs somebody who makes it", hint="pass --as ADDRESS")
    extrinsic = call if signer is None else {"call": _call(call, args), "address": signer}
    found = ask(url, "dev_dryRun", {"extrinsic": extrinsic})
    events = [f"event {one['pallet']}.{one['name']}" for one in found["events"]]
    changes = [f"{key}\n  {old} -> {new}" for key, old, new in found["storageDiff"]]
    show(found, "\n".join([f"result {found['result']}", *events, *changes]), as_json=as_json)


@app.command(epilog="Example:  taokit devnet impersonate 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")
def impersonate(
    address: Annotated[str | None, typer.Argument(help="An address (ss58); without it, everybody.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Believe real signatures only.")] = False,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Believe a mock signature (0xdeadbeef, then 0xcd) for an account, or for all of them."""
    if address is None:
        ask(url, "dev_autoImpersonate", not stop)
    else:
        ask(url, "dev_stopImpersonating" if stop else "dev_impersonate", address)
    who = address or "everybody"
    said = f"{who} signs for itself again" if stop else f"the mock signature counts for {who}"
    show({"account": address, "impersonated": not stop}, said, as_json=as_json)


__all__ = ["app"]
