"""A chain that is served until somebody interrupts it: what it begins with, what is told, and what is kept."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import json
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from taokit.cli.devnet import files
from taokit.devnet import Devnet, account
from taokit.devnet.accounts import WELL_KNOWN, seed_of
from taokit.devnet.beginnings import Start
from taokit.devnet.blocks import SLOT_MS
from taokit.devnet.presets import FIRST_EPOCH, NETUID, SIZES, Cast
from taokit.devnet.rpc import Server
from taokit.devnet.runtime.balances import free
from taokit.devnet.runtime.subtensor.storage import NETWORKS_ADDED, UIDS
from taokit.devnet.shield import missing
from taokit.errors import ConfigurationError
from taokit.signer import Signer
from taokit.units import Balance

if TYPE_CHECKING:
    from rich.table import Table

PRESETS: Final = (*SIZES, "empty")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    host: str
    port: int
    preset: str
    block_time_s: float | None  # None: a block for every submission
    seed: int | None
    as_json: bool
    state: Path | None = None  # read where it exists, and written at the end
    wallets: Path | None = None  # a folder for the accounts' wallets
    origins: tuple[str, ...] = ()  # web pages of elsewhere that may talk to the chain


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the list."""

    name: str
    signer: Signer
    uid: int | None  # on the preset's subnet
    free: Balance
    secret: str | bytes = field(repr=False)  # what the key follows from: a secret URI or a seed


def serve(options: Options) -> None:
    """Serve a new chain until interrupted."""
    if options.preset not in PRESETS:
        raise ConfigurationError(f"there is no preset {options.preset!r}", hint=f"take one of {', '.join(PRESETS)}")
    if options.preset not in SIZES and options.seed is not None:
        raise ConfigurationError("--seed is for presets with neurons", hint="leave it out, or pass --preset subnet")
    if options.state is not None:
        files.check(options.state)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve(options))


async def _serve(options: Options) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    devnet = chain_of(options, now_ms=time.time_ns() // 1_000_000)
    if options.wallets is not None:
        from taokit.cli.devnet import wallets

        listed = accounts_of(options, devnet)
        wallets.export(options.wallets, ((one.name, one.signer.ss58, one.secret) for one in listed))
    server = Server(devnet, options.host, options.port, block_time_s=options.block_time_s, origins=options.origins)
    port = await server.start()
    gc.freeze()  # what is loaded by now stays: to search it again and again would hold up blocks
    gc.enable()
    try:
        _announce(options, devnet, port)
        await asyncio.Event().wait()
    finally:
        await server.stop()
        if options.state is not None:
            files.write(options.state, devnet.dump())


def chain_of(options: Options, *, now_ms: int) -> Devnet:
    """The chain that was asked for. A new one's best block is of now, by the clocks that clients outside go by."""
    if options.state is not None and options.state.exists():
        text = files.read(options.state)
        return Devnet.loaded(text, auto=options.block_time_s is None, name=str(options.state))
    return _made(options, now_ms - (FIRST_EPOCH * SLOT_MS if options.preset in SIZES else 0))


def _made(options: Options, genesis_ms: int) -> Devnet:
    auto = options.block_time_s is None
    if options.preset not in SIZES:
        return Devnet.empty(genesis_ms=genesis_ms, auto=auto)
    make: Start[Devnet] = getattr(Devnet, options.preset)
    return make(seed=options.seed, genesis_ms=genesis_ms, auto=auto)


def accounts_of(options: Options, devnet: Devnet) -> list[Account]:
    """Everybody who has something at the beginning, in the order of uids."""
    known: dict[str, Signer] = {f"//{name}": account(name) for name in WELL_KNOWN}
    if options.preset in SIZES:
        miners, validators = SIZES[options.preset]
        cast = Cast(miners, validators, options.seed)
        mark = "//" if options.seed is None else ""
        known[f"{mark}owner"] = cast.owner()
        known |= {f"{mark}miner/{k}": signer for k, signer in enumerate(cast.answering())}
        known |= {f"{mark}validator/{k}": signer for k, (signer, _) in enumerate(cast.asking())}
    listed = [_account(options, devnet, name, signer) for name, signer in known.items()]
    return [one for one in listed if one.free or one.uid is not None]  # a chain from a file may know nobody


def _account(options: Options, devnet: Devnet, name: str, signer: Signer) -> Account:
    key, state = signer.public_key, devnet.state
    secret = name if name.startswith("//") or options.seed is None else seed_of(name, options.seed)
    return Account(name, signer, state[UIDS, NETUID, key], Balance(free(state, key)), secret)


def to_json(options: Options, devnet: Devnet, port: int) -> dict[str, Any]:
    """What a program wants to know of a chain that has started."""
    return {
        "url": f"ws://{_authority(options.host, port)}",
        "explorer": f"http://{_authority(options.host, port)}/",
        "preset": devnet.preset,
        "netuid": NETUID if devnet.state[NETWORKS_ADDED, NETUID] else None,
        "genesis": "0x" + devnet.node.history.hashes[0].hex(),
        "block": devnet.head.number,
        "block_time": options.block_time_s,
        "state": None if options.state is None else str(options.state),
        "wallets": None if options.wallets is None else str(options.wallets),
        "accounts": [
            {"name": one.name, "address": one.signer.ss58, "uid": one.uid, "free_rao": one.free.rao}
            for one in accounts_of(options, devnet)
        ],
    }


def _announce(options: Options, devnet: Devnet, port: int) -> None:
    if options.as_json:
        sys.stdout.write(json.dumps(to_json(options, devnet, port)) + "\n")
        sys.stdout.flush()
        return
    from rich.console import Console

    console = Console()
    console.print(_table(options, accounts_of(options, devnet), devnet.preset or str(options.state)))
    console.print(_about(options, devnet, port), highlight=False)
    if not is_loopback(options.host):
        console.print(
            f"warning: bound to {options.host}, so whoever reaches this machine can move and set back this chain; "
            "its keys are public words, never send them anything of worth",
            style="bold yellow",
        )
    if (why := missing()) is not None:
        console.print(f"note: clients cannot seal extrinsics for MevShield here: {why}", style="yellow")


def _table(options: Options, accounts: list[Account], name: str) -> Table:
    from rich.table import Table

    seed = "" if options.seed is None else f", seed {options.seed}"
    title = f"taokit devnet · {name}{seed}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("secret" if options.seed is None else "account", "uid", "address", "TAO"):
        table.add_column(name, justify="right" if name in ("uid", "TAO") else "left", no_wrap=True)
    for one in accounts:
        uid = "" if one.uid is None else str(one.uid)
        table.add_row(one.name, uid, one.signer.ss58, f"{one.free.tao:,f}")
    return table


def _about(options: Options, devnet: Devnet, port: int) -> str:
    pace = "on every submission" if options.block_time_s is None else f"every {options.block_time_s:g} s"
    subnet = f"subnet {NETUID} is running" if devnet.state[NETWORKS_ADDED, NETUID] else "no subnet yet"
    kept = "" if options.state is None else f"{options.state} keeps it. "
    if options.wallets is not None:
        kept += f"Wallets: btcli --wallet-path {options.wallets} --wallet alice. "
    authority = _authority(options.host, port)
    return (
        f"Sudo is //Alice; {subnet}; block {devnet.head.number}, another one {pace}.\n"
        f"Listening on ws://{authority} and http://{authority}. {kept}Ctrl-C ends it.\n"
        f"Explorer: http://{authority}/"
    )


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name counts when it is `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


__all__ = ["PRESETS", "Account", "Options", "accounts_of", "chain_of", "is_loopback", "serve", "to_json"]
