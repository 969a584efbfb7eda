"""Values that people write in JSON, as the chain's native ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.devnet.accounts import public_key
from taokit.devnet.rpc.params import from_hex, invalid
from taokit.devnet.runtime.table import Enum, Item, Struct, Table
from taokit.devnet.scale import FIXED_POINT, Coders, ScaleError
from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Shape, Tuple, shape

_NOTHING: Final = bytes(4096)
"""Decodes to the empty value of any type: zeros, no entries, None, the first variant."""


class Natives:
    """One table's types, read from JSON. What does not fit raises `Fault`."""

    def __init__(self, table: Table, coders: Coders) -> None:
        self._pallets = {pallet.name: pallet for pallet in table.pallets}
        self._types: Mapping[str, Struct | Enum] = {made.name: made for made in table.types}
        self._coders = coders

    def item(self, pallet: str, name: str) -> Item:
        """The storage entry of this name."""
        entries = self._pallets[pallet].storage if pallet in self._pallets else ()
        found = next((item for item in entries if item.name == name), None)
        if found is None:
            raise invalid(f"this chain has no storage entry {pallet}.{name}")
        return found

    def value(self, type: str, given: Any) -> Any:
        """The native value of a type."""
        coder = self._coders(type)
        try:
            return coder.decode_all(coder.encode(self._loose(shape(type), given)))
        except (ScaleError, TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
            raise invalid(f"no {type}: {error}") from None

    def _loose(self, wanted: Shape, given: Any) -> Any:
        """Something that encodes as the type."""
        match wanted:
            case Primitive("bool" | "str"):
                return given
            case Primitive():
                return _number(given)
            case Compact(entry):
                return self._loose(entry, given)
            case Sequence(Primitive("u8")) | Array(Primitive("u8")):
                return _bytes(given)
            case Sequence(entry) | Array(entry):
                return tuple(self._loose(entry, one) for one in _listed(given))
            case Tuple(entries):
                return tuple(self._loose(entry, one) for entry, one in zip(entries, _listed(given), strict=True))
            case Option(entry):
                return None if given is None else self._loose(entry, given)
            case Named(name):
                return self._named(name, given)

    def _named(self, name: str, given: Any) -> Any:
        if name == "AccountId":
            return from_hex(given) if str(given).startswith("0x") else public_key(given)
        if name == "H256":
            return from_hex(given)
        if name in FIXED_POINT:
            return _number(given)
        made = self._types.get(name)
        if isinstance(made, Struct):
            return self._struct(made, given)
        if isinstance(made, Enum):
            return self._variant(made, given)
        raise invalid(f"a {name} cannot be given so")

    def _struct(self, made: Struct, given: Any) -> tuple[Any, ...]:
        """By name, where what is left out is empty, or by position."""
        if not isinstance(given, dict):
            given = dict(zip((str(name) for name, _ in made.fields), _listed(given), strict=True))
        unknown = given.keys() - {str(name) for name, _ in made.fields}
        if unknown:
            raise invalid(f"a {made.name} has no field {min(unknown)}")
        return tuple(
            self._loose(shape(kind), given[name]) if name in given else self._empty(kind) for name, kind in made.fields
        )

    def _empty(self, type: str) -> Any:
        return self._coders(type).decode(_NOTHING, 0)[0]

    def _variant(self, made: Enum, given: Any) -> Any:
        """A name, or an object of one name and what it carries."""
        if isinstance(given, str):
            return given
        ((name, inside),) = given.items()
        fields = next(fields for variant, _, fields in made.variants if variant == name)
        carried = [inside] if len(fields) == 1 else _listed(inside)
        return (name, *(self._loose(shape(kind), one) for (_, kind), one in zip(fields, carried, strict=True)))


def _number(given: Any) -> int:
    """An integer, or one in a string: JSON's own numbers are too short for some."""
    if isinstance(given, str):
        return int(given, 16) if given.startswith("0x") else int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise invalid(f"expected an integer, not {given!r}"[:120])
    return given


def _bytes(given: Any) -> bytes:
    if isinstance(given, str):
        return from_hex(given) if given.startswith("0x") else given.encode()
    return bytes(_listed(given))


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise invalid(f"expected a list, not {type(given).__name__}")
    return given


__all__ = ["Natives"]
