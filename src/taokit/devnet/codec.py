"""Raw storage, as a node shows it, over native state: keys to places and back, values to bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.table import Hasher, Item, Table
from taokit.devnet.runtime.xxhash import twox64, twox128
from taokit.devnet.scale import Coders, ScaleError

Place = tuple[Item, tuple[Any, ...]]

PREFIX: Final = 32
"""Bytes of a storage key that name the pallet and the entry."""

_CACHED: Final = 16384


def _blake2_128(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


_HASHERS: Final[dict[Hasher, tuple[Callable[[bytes], bytes], int]]] = {
    "Identity": (lambda _: b"", 0),
    "Blake2_128Concat": (_blake2_128, 16),
    "Twox64Concat": (twox64, 8),
}


class StorageCodec:
    """The raw keys and values of one table."""

    def __init__(self, table: Table, coders: Coders) -> None:
        self.coders = coders
        self._prefixes = {
            item: twox128(pallet.name.encode()) + twox128(item.name.encode())
            for pallet in table.pallets
            for item in pallet.storage
        }
        self._items = {prefix: item for item, prefix in self._prefixes.items()}
        self._values: dict[Place, tuple[Any, bytes]] = {}
        self.key = lru_cache(maxsize=65536)(self._key)

    def _key(self, item: Item, *keys: Any) -> bytes:
        """The raw key of a place, or with fewer keys the prefix that such places share."""
        raw = self._prefixes[item]
        for key, value in zip(item.keys, keys, strict=False):
            plain = self.coders(key.type).encode(value)
            raw += _HASHERS[key.hasher][0](plain) + plain
        return raw

    def place(self, raw: bytes) -> Place | None:
        """The place that a raw key names, or None for a key that names none."""
        item = self._items.get(raw[:PREFIX])
        if item is None:
            return None
        keys, at = [], PREFIX
        try:
            for key in item.keys:
                hasher, size = _HASHERS[key.hasher]
                value, end = self.coders(key.type).decode(raw, at + size)
                if hasher(raw[at + size : end]) != raw[at : at + size]:
                    return None
                keys.append(value)
                at = end
        except ScaleError:
            return None
        return (item, tuple(keys)) if at == len(raw) else None

    def value(self, item: Item, keys: tuple[Any, ...], native: Any) -> bytes:
        """The raw form of a stored value; encoded once for as long as the place holds the same value."""
        known = self._values.get((item, keys))
        if known is not None and known[0] is native:
            return known[1]
        raw = self.coders(item.value).encode(native)
        if len(self._values) >= _CACHED:
            self._values.clear()
        self._values[item, keys] = (native, raw)
        return raw

    def under(self, prefix: bytes) -> Iterator[Item]:
        """The entries whose keys can begin with these bytes."""
        return (item for raw, item in self._items.items() if raw.startswith(prefix[:PREFIX]) or prefix.startswith(raw))

    def keys(self, state: Reading, prefix: bytes) -> list[bytes]:
        """Every stored key that begins with these bytes, in byte order."""
        found = (self.key(item, *keys) for item in self.under(prefix) for keys, _ in state.items(item))
        return sorted(raw for raw in found if raw.startswith(prefix))

    def everything(self, state: Reading) -> list[tuple[bytes, bytes]]:
        """All that is stored, raw keys and raw values, in byte order."""
        return sorted((self.key(item, *keys), self.value(item, keys, value)) for item, keys, value in state.stored())


__all__ = ["PREFIX", "Place", "StorageCodec"]
