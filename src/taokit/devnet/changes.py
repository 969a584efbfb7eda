"""Storage as people write it down, raw or by name, and put into a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from taokit.devnet.codec import StorageCodec
from taokit.devnet.natives import Misfit, Natives, from_hex
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.table import Item

Change: TypeAlias = tuple[Item, tuple[Any, ...], Any]
"""An entry, its keys and its new native value; None takes the value away."""


def changes_of(given: Any, natives: Natives, codec: StorageCodec) -> list[Change]:
    """Raw `[[key, value]]`, or `{pallet: {entry: value}}` and for maps `{pallet: {entry: [[[key, …], value]]}}`.

    The shapes are those of Chopsticks. Raises `Misfit`.
    """
    if isinstance(given, Mapping):
        return [one for pallet, entries in given.items() for one in _pallet(natives, pallet, entries)]
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [_raw(codec, pair) for pair in given]
    raise Misfit(f"expected pairs of raw keys and values, or pallets by name, not {type(given).__name__}")


def write(state: State, changes: list[Change]) -> None:
    """Make the changes, at once and without a block."""
    for item, keys, value in changes:
        if value is None:
            del state[item, *keys]
        else:
            state[item, *keys] = value


def _raw(codec: StorageCodec, pair: Any) -> Change:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise Misfit("raw storage is a list of pairs, each a key and a value")
    key, value = pair
    place = codec.place(from_hex(key))
    if place is None:
        raise Misfit(f"no entry of this chain has the key {str(key)[:80]}")
    return (*place, None if value is None else decoded(codec, place[0], from_hex(value)))


def decoded(codec: StorageCodec, item: Item, raw: bytes) -> Any:
    """The native value of an entry. Raises `Misfit` for bytes that are none."""
    try:
        return codec.coders(item.value).decode_all(raw)
    except (ValueError, IndexError) as error:
        raise Misfit(f"no {item.value}: {error}") from None


def _pallet(natives: Natives, pallet: str, entries: Any) -> list[Change]:
    if not isinstance(entries, Mapping):
        raise Misfit(f"expected the entries of {pallet} by name")
    return [one for name, given in entries.items() for one in _entry(natives, natives.item(pallet, name), given)]


def _entry(natives: Natives, item: Item, given: Any) -> list[Change]:
    if not item.keys:
        return [(item, (), None if given is None else natives.value(item.value, given))]
    if not isinstance(given, list) or not all(isinstance(one, list) and len(one) == 2 for one in given):
        raise Misfit(f"{item.name} is a map: expected a list of pairs, each a list of keys and a value")
    return [keyed(natives, item, keys, value) for keys, value in given]


def keyed(natives: Natives, item: Item, keys: Any, value: Any) -> Change:
    """One entry of a map, or of none where there are no keys."""
    if not isinstance(keys, list) or len(keys) != len(item.keys):
        raise Misfit(f"{item.name} has {len(item.keys)} keys")
    place = tuple(natives.value(key.type, one) for key, one in zip(item.keys, keys, strict=True))
    return item, place, None if value is None else natives.value(item.value, value)


__all__ = ["Change", "changes_of", "decoded", "keyed", "write"]
