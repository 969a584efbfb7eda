"""`taokit chain read`: any name on the chain, asked and printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from taokit.cli.chain.forms import argument, line, plain
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.chain import BlockHash, Chain, Read


@dataclass(frozen=True, slots=True)
class Found:
    """What stands under a name at one block."""

    block: int
    hash: bytes
    value: Any
    entries: bool  # whether the value is pairs of key and value
    more: bool = False  # whether entries were left out


def show(name: str, args: Sequence[str], *, network: str, at: str | None, limit: int, as_json: bool) -> None:
    """Ask the chain for a name and print what it answers."""
    from taokit.connect import connect

    with connect(network) as chain:
        found = chain.read(ask(name, [argument(text) for text in args], limit), at=block_of(chain, at))
    typer.echo(_json(name, found) if as_json else _text(found))
    if found.more and not as_json:
        typer.echo(f"there are more than {limit} entries: pass --limit", err=True)


def ask(name: str, args: Sequence[Any], limit: int) -> Read[Found]:
    """What stands under a name, at most `limit` entries of a map."""
    from taokit.chain import Lookup, PinnedBlock, Storage, StorageMap, several

    request = yield Lookup(name, tuple(args))
    if entries := isinstance(request, StorageMap):
        request = replace(request, limit=limit + 1)
    number, block_hash, value = yield several(Storage("System", "Number"), PinnedBlock(), request)
    more = entries and len(value) > limit
    return Found(number, block_hash, value[:limit] if more else value, entries=entries, more=more)


def block_of(chain: Chain, at: str | None) -> BlockHash | None:
    """The hash that a number or a hash stands for; None where none is named. Raises `UnknownBlock`."""
    if at is None:
        return None
    if at.isdecimal():
        return chain.block_hash(int(at))
    try:
        found = bytes.fromhex(at.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ConfigurationError(f"{at!r} is no block", hint="name it by its number, or by its hash: 0x and 64 digits")
    return found


def _json(name: str, found: Found) -> str:
    told = {"name": name, "block": found.block, "hash": f"0x{found.hash.hex()}", "value": plain(found.value)}
    return json.dumps({**told, "more": found.more} if found.entries else told)


def _text(found: Found) -> str:
    if found.entries:
        return "\n".join(f"{line(key)}  {line(value)}" for key, value in found.value) or "no entries"
    if isinstance(found.value, (dict, list)):
        return json.dumps(plain(found.value), indent=2, ensure_ascii=False)
    return line(found.value)


__all__ = ["Found", "ask", "block_of", "show"]
