"""`taokit chain call`: any call, looked at first and then made."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

import typer

from taokit.cli.chain.forms import argument, line, plain
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.chain import Call, Chain, Preview, Receipt
    from taokit.signer import Signer


@dataclass(frozen=True, slots=True)
class Order:
    """What `taokit chain call` is told."""

    name: str
    args: tuple[str, ...]
    network: str
    wallet: str | None = None
    wallet_path: str = "~/.bittensor/wallets"
    coldkey: bool = False  # which key of the wallet signs
    wait: Literal["included", "finalized"] | None = "included"
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


def carry_out(order: Order) -> None:
    """Look at a call, and make it unless that was all. Raises the refusal where it would be refused."""
    from taokit.connect import connect

    signer = signer_of(order)
    with connect(order.network) as chain:
        call = call_of(chain, order)
        preview = chain.preview(call, signer)
        if not order.as_json:
            typer.echo(told(call, signer, preview))
        if preview.refusal is not None and not (order.dry_run and order.as_json):
            raise preview.refusal
        if order.dry_run:
            _end_dry_run(preview, as_json=order.as_json)
            return
        if not order.yes:
            agree()
        receipt = chain.submit(call, signer, wait=order.wait)
    typer.echo(json.dumps(receipt_told(receipt, preview)) if order.as_json else sentence(receipt))


def call_of(chain: Chain, order: Order) -> Call:
    """The call, with every argument that the chain wants and no other."""
    from taokit.chain import Call

    pallet, _, function = order.name.partition(".")
    wanted = dict(chain.codec().arguments(pallet, function))
    given = dict(_pair(text) for text in order.args)
    if unknown := [name for name in given if name not in wanted]:
        near = get_close_matches(unknown[0], wanted, n=1)
        hint = f"did you mean {near[0]}?" if near else _takes(order.name, wanted)
        raise ConfigurationError(f"{order.name} takes no {unknown[0]}", hint=hint)
    if missing := [name for name in wanted if name not in given]:
        raise ConfigurationError(f"{order.name} lacks {', '.join(missing)}", hint=_takes(order.name, wanted))
    return Call(pallet, function, {name: given[name] for name in wanted})


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigurationError(f"--arg {text!r} has no value", hint="write it like --arg netuid=1")
    return name, argument(value)


def _takes(name: str, wanted: Mapping[str, str]) -> str:
    listed = " ".join(f"--arg {arg}={kind}" for arg, kind in wanted.items())
    return f"it takes {listed}" if listed else f"{name} takes no arguments"


def signer_of(order: Order) -> Signer:
    """Who signs: a development key on a chain of this machine, else a key of the wallet."""
    from taokit.run import KeyChoice, coldkey_of, hotkey_of

    choice = KeyChoice(order.network, order.wallet, path=order.wallet_path)
    return coldkey_of(choice, os.environ) if order.coldkey else hotkey_of(choice, os.environ, ask=True)


def told(call: Call, signer: Signer, preview: Preview) -> str:
    """A call, its signer, its fee and what the rehearsal says."""
    arguments = [f"  {name} = {line(value)}" for name, value in call.args.items()]
    passes = {True: "passes", False: "is refused", None: f"not possible here: {preview.untried}"}[preview.passes]
    lines = (f"{call.pallet}.{call.function}", *arguments, f"signed by {signer.ss58}", f"fee {preview.fee}")
    return "\n".join((*lines, f"rehearsal {passes}"))


def _end_dry_run(preview: Preview, *, as_json: bool) -> None:
    if as_json:
        refusal = preview.refusal
        said = {"refusal": refusal.name or str(refusal), "hint": refusal.hint} if refusal else {}
        typer.echo(json.dumps({"fee_rao": preview.fee.rao, "passes": preview.passes, **said}))
    if preview.passes is False:
        raise typer.Exit(1)


def agree() -> None:
    """Ask whether to go on; without a terminal there is nobody to ask."""
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody is there to say yes", hint="pass --yes to send it, or --dry-run to look at it")
    typer.confirm("Send it?", abort=True)


def receipt_told(receipt: Receipt, preview: Preview) -> dict[str, Any]:
    """What came of a call, for programs."""
    found = {"extrinsic": f"0x{receipt.extrinsic.hex()}", "block": receipt.block, "index": receipt.index}
    return {**found, "fee_rao": preview.fee.rao, "events": _events(receipt)}


def _events(receipt: Receipt) -> Sequence[dict[str, Any]]:
    return [{"name": f"{one.pallet}.{one.name}", "fields": plain(one.fields)} for one in receipt.events]


def sentence(receipt: Receipt) -> str:
    """What came of a call, for people."""
    number = f"0x{receipt.extrinsic.hex()}"
    if receipt.block is None:
        return f"the pool has taken it: {number}"
    events = (f"  {one['name']} {line(one['fields'])}" for one in _events(receipt))
    return "\n".join((f"in block {receipt.block} as extrinsic {receipt.index}: {number}", *events))


__all__ = ["Order", "agree", "call_of", "carry_out", "receipt_told", "sentence", "signer_of", "told"]
