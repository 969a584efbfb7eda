"""A table as the metadata that clients read, versions 14 and 15: our own words for it, empty documentation."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, TypeAlias

from taokit.devnet.registry import NO_DOCS, Registry, maybe, octets, text, vector
from taokit.devnet.runtime.table import Item, Method, Pallet, Table
from taokit.devnet.scale import Coders, compact

Version: TypeAlias = Literal[14, 15]

EXTRINSIC_FORMAT: Final = 4

_HASHERS: Final = {"Blake2_128Concat": 2, "Twox64Concat": 5, "Identity": 6}


@lru_cache(maxsize=8)
def encode(table: Table, version: Version = 15) -> bytes:
    """The metadata of a table. Version 14 has no place for runtime APIs, so their types are not in it."""
    types, coders = Registry(table), Coders(table)
    body = vector(_pallet(pallet, types, coders, version) for pallet in table.pallets)
    body += _extrinsic(table, types, version) + compact(types.number("Runtime"))
    if version == 15:
        body += _apis(table.methods, types)
        body += b"".join(compact(types.number(f"Runtime{outer}")) for outer in ("Call", "Event", "Error"))
        body += compact(0)  # no custom values
        types.number("UncheckedExtrinsic")  # nothing refers to it here, but clients look for it by its path
    return b"meta" + bytes((version,)) + types.encoded() + body


def _pallet(pallet: Pallet, types: Registry, coders: Coders, version: Version) -> bytes:
    storage = text(pallet.name) + vector(_item(item, types, coders) for item in pallet.storage)
    constants = (
        text(one.name) + compact(types.number(one.type)) + octets(coders(one.type).encode(one.value)) + NO_DOCS
        for one in pallet.constants
    )
    parts = (
        text(pallet.name),
        maybe(storage if pallet.storage else None),
        maybe(compact(types.number(f"{pallet.name}::Call")) if pallet.calls else None),
        maybe(compact(types.number(f"{pallet.name}::Event")) if pallet.events else None),
        vector(constants),
        maybe(compact(types.number(f"{pallet.name}::Error")) if pallet.errors else None),
        bytes((pallet.index,)),
        NO_DOCS if version == 15 else b"",
    )
    return b"".join(parts)


def _item(item: Item, types: Registry, coders: Coders) -> bytes:
    value = compact(types.number(item.value))
    if item.keys:
        kinds = [key.type for key in item.keys]
        key = types.number(kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})")
        value = b"\1" + vector(bytes((_HASHERS[key.hasher],)) for key in item.keys) + compact(key) + value
    else:
        value = b"\0" + value
    default = b"\0" if item.optional else coders(item.value).encode(item.default)
    return text(item.name) + bytes((0 if item.optional else 1,)) + value + octets(default) + NO_DOCS


def _extrinsic(table: Table, types: Registry, version: Version) -> bytes:
    extensions = vector(
        text(one.name) + compact(types.number(one.extra)) + compact(types.number(one.implicit))
        for one in table.extensions
    )
    if version == 14:
        return compact(types.number("UncheckedExtrinsic")) + bytes((EXTRINSIC_FORMAT,)) + extensions
    parts = ("MultiAddress", "RuntimeCall", "MultiSignature", "Extra")
    return bytes((EXTRINSIC_FORMAT,)) + b"".join(compact(types.number(part)) for part in parts) + extensions


def _apis(methods: tuple[Method, ...], types: Registry) -> bytes:
    names = dict.fromkeys(method.api for method in methods)
    return vector(
        text(name) + vector(_method(method, types) for method in methods if method.api == name) + NO_DOCS
        for name in names
    )


def _method(method: Method, types: Registry) -> bytes:
    inputs = vector(text(name) + compact(types.number(kind)) for name, kind in method.inputs)
    return text(method.name) + inputs + compact(types.number(method.output)) + NO_DOCS


__all__ = ["EXTRINSIC_FORMAT", "Version", "encode"]
