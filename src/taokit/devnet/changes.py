"""Storage as people write it down, raw or by name, and put into a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from taokit.devnet.codec import StorageCodec
from taokit.devnet.natives import Misfit, Natives, from_hex
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.table import Item

Change: TypeAlias = tuple[Item, tuple[Any, ...], Any]
"""An entry, its keys and its new native value; None takes the value away."""

_REMOVE: Final = "$removePrefix"


def changes_of(given: Any, natives: Natives, codec: StorageCodec) -> list[Change]:
    """Raw `[[key, value]]`, or `{pallet: {entry: value}}` and for maps `{pallet: {entry: [[[key, …], value]]}}`.

    The shapes are those of Chopsticks: a value in hex is the encoded one, and its `$removePrefix` is `removals_of`.
    Raises `Misfit`.
    """
    if isinstance(given, Mapping):
        named = [one for pallet, entries in given.items() for one in _pallet(natives, pallet, entries)]
        return [_change(natives, codec, *one) for one in named]
    if isinstance(given, Sequence) and not isinstance(given, str):
        return [_raw(codec, pair) for pair in given]
    raise Misfit(f"expected pairs of raw keys and values, or pallets by name, not {type(given).__name__}")


def removals_of(given: Any, natives: Natives, state: State) -> list[Change]:
    """What is stored of the entries in `{pallet: {"$removePrefix": [entry, …]}}`, to be taken away. Raises `Misfit`."""
    found: list[Change] = []
    for pallet, entries in given.items() if isinstance(given, Mapping) else ():
        names = entries.get(_REMOVE, []) if isinstance(entries, Mapping) else []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Misfit(f"{_REMOVE} is a list of the names of entries")
        items = [natives.item(_upper(pallet), _upper(name)) for name in names]
        found += [(item, keys, None) for item in items for keys in state.keys(item)]
    return found


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


def _change(natives: Natives, codec: StorageCodec, item: Item, keys: list[Any], value: Any) -> Change:
    if isinstance(value, str) and value.startswith("0x"):
        return (*keyed(natives, item, keys, None)[:2], decoded(codec, item, from_hex(value)))
    return keyed(natives, item, keys, value)


def _pallet(natives: Natives, pallet: str, entries: Any) -> list[tuple[Item, Any, Any]]:
    if not isinstance(entries, Mapping):
        raise Misfit(f"expected the entries of {pallet} by name")
    named = {name: given for name, given in entries.items() if name != _REMOVE}
    items = {name: natives.item(_upper(pallet), _upper(name)) for name in named}
    return [one for name, given in named.items() for one in _entry(items[name], given)]


def _upper(name: Any) -> str:
    """A name as the chain has it: clients in JavaScript begin it with a small letter."""
    return str(name)[:1].upper() + str(name)[1:]


def _entry(item: Item, given: Any) -> list[tuple[Item, Any, Any]]:
    """The entry, its keys and its value for each that is given, as they are given."""
    if not item.keys:
        return [(item, [], given)]
    if not isinstance(given, list) or not all(isinstance(one, list) and len(one) == 2 for one in given):
        raise Misfit(f"{item.name} is a map: expected a list of pairs, each a list of keys and a value")
    return [(item, keys, value) for keys, value in given]


def keyed(natives: Natives, item: Item, keys: Any, value: Any) -> Change:
    """One entry of a map, or of none where there are no keys."""
    if not isinstance(keys, list) or len(keys) != len(item.keys):
        raise Misfit(f"{item.name} has {len(item.keys)} keys")
    place = tuple(natives.value(key.type, one) for key, one in zip(item.keys, keys, strict=True))
    return item, place, None if value is None else natives.value(item.value, value)


__all__ = ["Change", "changes_of", "decoded", "keyed", "removals_of", "write"]
