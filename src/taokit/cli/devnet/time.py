"""Blocks, epochs and time."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from taokit.cli.devnet.remote import DEFAULT, Json, Url, ask, show
from taokit.cli.options import Netuid
from taokit.errors import ConfigurationError

app = typer.Typer()


@app.command(epilog="Example:  taokit devnet mine 10")
def mine(
    count: Annotated[int, typer.Argument(min=1, help="How many.")] = 1,
    to: Annotated[int | None, typer.Option(min=1, help="Up to this height, whatever the count.")] = None,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make blocks."""
    ask(url, "dev_newBlock", {"count": count} if to is None else {"to": to})
    _tell_head(url, as_json=as_json)


@app.command(epilog="Example:  taokit devnet epoch 3 --netuid 1")
def epoch(
    count: Annotated[int, typer.Argument(min=1, help="How many.")] = 1,
    netuid: Netuid = 1,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make blocks until so many epochs of a subnet have run."""
    ask(url, "dev_nextEpoch", netuid, count)
    _tell_head(url, as_json=as_json)


@app.command(epilog="Example:  taokit devnet reveal --netuid 1")
def reveal(netuid: Netuid = 1, url: Url = DEFAULT, as_json: Json = False) -> None:
    """Make blocks until no committed weights of a subnet wait any more."""
    ask(url, "dev_untilRevealed", netuid)
    _tell_head(url, as_json=as_json)


@app.command(epilog="Example:  taokit devnet travel +3600")
def travel(
    to: Annotated[str, typer.Argument(metavar="DATE|SECONDS", help="A date such as 2026-12-31T12:00, or +SECONDS.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make one block that bears a later time."""
    ask(url, "dev_timeTravel", _moment(url, to))
    _tell_head(url, as_json=as_json)


def _moment(url: str, to: str) -> int | str:
    if not to.startswith("+"):
        return to
    try:
        return int(ask(url, "dev_info")["timestamp"]) + round(float(to[1:]) * 1000)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{to!r} is no number of seconds", hint="write it like +3600") from None


@app.command(epilog="Example:  taokit devnet pace 0.5")
def pace(
    how: Annotated[str, typer.Argument(metavar="instant|batch|manual|SECONDS", help="When blocks are made.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make blocks on each submission, shortly after, only when told to, or every so many seconds."""
    if how.lower() in ("instant", "batch", "manual"):
        ask(url, "dev_setBlockBuildMode", how)
    else:
        ask(url, "dev_setInterval", _seconds(how))
    found = ask(url, "dev_info")
    every = found["interval"]
    said = f"blocks every {every:g} s" if every else f"blocks: {found['buildMode'].lower()}"
    show({"mode": found["buildMode"], "interval": every}, said, as_json=as_json)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        hint = "take instant, batch, manual or a number of seconds"
        raise ConfigurationError(f"there is no pace {text!r}", hint=hint) from None


@app.command(epilog="Example:  taokit devnet info --json")
def info(url: Url = DEFAULT, as_json: Json = False) -> None:
    """The chain at a glance."""
    found = ask(url, "dev_info")
    show(found, "\n".join(f"{name:16} {_plain(value)}" for name, value in found.items()), as_json=as_json)


def _plain(value: Any) -> str:
    return "-" if value in (None, {}) else str(value)


def _tell_head(url: str, *, as_json: bool) -> None:
    found = ask(url, "dev_info")
    number, name = found["blockNumber"], found["blockHash"]
    show({"block": number, "hash": name, "timestamp": found["timestamp"]}, f"block {number} {name}", as_json=as_json)


__all__ = ["Netuid", "app"]
