"""Native values of the chain in the JSON that people read and write, in both directions."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Iterable, Mapping
from typing import Any, Final

from taokit.devnet.accounts import address, public_key
from taokit.devnet.runtime.table import DecodedCall, Enum, Item, Struct, Table
from taokit.devnet.scale import FIXED_POINT, Coders, ScaleError
from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Shape, Tuple, shape
from taokit.errors import ConfigurationError

_NOTHING: Final = bytes(4096)
"""Decodes to the empty value of any type: zeros, no entries, None, the first variant."""


_EXACT: Final = 1 << 53  # JSON's own numbers are too short beyond


class Misfit(ConfigurationError):
    """What was given is no value of the type that is wanted, or names nothing on this chain."""


class Natives:
    """One table's types, from JSON and to it. What does not fit raises `Misfit`."""

    def __init__(self, table: Table, coders: Coders) -> None:
        self._pallets = {pallet.name: pallet for pallet in table.pallets}
        self._types: Mapping[str, Struct | Enum] = {made.name: made for made in table.types}
        self._coders = coders

    def item(self, pallet: str, name: str) -> Item:
        """The storage entry of this name."""
        entries = self._pallets[pallet].storage if pallet in self._pallets else ()
        found = next((item for item in entries if item.name == name), None)
        if found is None:
            raise Misfit(f"this chain has no storage entry {pallet}.{name}")
        return found

    def call(self, pallet: str, name: str, args: Mapping[str, Any]) -> DecodedCall:
        """A call by its names, with its arguments by theirs."""
        rows = self._pallets[pallet].calls if pallet in self._pallets else ()
        row = next((row for row in rows if row.name == name), None)
        if row is None:
            raise Misfit(f"this chain has no call {pallet}.{name}")
        wanted = dict(row.args)
        if wanted.keys() != args.keys():
            raise Misfit(f"{pallet}.{name} takes {', '.join(wanted) or 'nothing'}, not {', '.join(args) or 'nothing'}")
        return DecodedCall(pallet, name, {arg: self.value(kind, args[arg]) for arg, kind in wanted.items()})

    def value(self, type: str, given: Any) -> Any:
        """The native value of a type."""
        coder = self._coders(type)
        try:
            return coder.decode_all(coder.encode(self._loose(shape(type), given)))
        except (ScaleError, TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
            raise Misfit(f"no {type}: {error}") from None

    def told(self, type: str, native: Any) -> Any:
        """A native value as JSON. `value` reads all of it back but calls and eras, which are told as their bytes."""
        return self._told(shape(type), native)

    def told_setting(self, name: str, native: Any) -> Any:
        """A value of an entry of the pallet SubtensorModule, by its name."""
        return self.told(self.item("SubtensorModule", name).value, native)

    def _told(self, wanted: Shape, native: Any) -> Any:
        match wanted:
            case Primitive("bool"):
                return bool(native)
            case Primitive("str"):
                return native
            case Primitive():
                return _whole(native)
            case Compact(entry):
                return self._told(entry, native)
            case Sequence(Primitive("u8")) | Array(Primitive("u8")):
                return "0x" + bytes(native).hex()
            case Sequence(entry) | Array(entry):
                return [self._told(entry, one) for one in native]
            case Tuple(entries):
                return [self._told(entry, one) for entry, one in zip(entries, native, strict=True)]
            case Option(entry):
                return None if native is None else self._told(entry, native)
            case Named(name):
                return self._told_named(name, native)

    def _told_named(self, name: str, native: Any) -> Any:
        if name == "AccountId":
            return address(native)
        if name in FIXED_POINT:
            return _whole(native)
        made = self._types.get(name)
        if isinstance(made, Struct):
            return self._told_fields(made.fields, native)
        if isinstance(made, Enum):
            return self._told_variant(made, native)
        return "0x" + (native if name == "H256" else self._coders(name).encode(native)).hex()

    def _told_fields(self, fields: Iterable[tuple[str | None, str]], native: Any) -> Any:
        told = [(name, self._told(shape(kind), one)) for (name, kind), one in zip(fields, native, strict=True)]
        return [one for _, one in told] if any(name is None for name, _ in told) else dict(told)

    def _told_variant(self, made: Enum, native: Any) -> Any:
        if isinstance(native, str):
            return native
        name, *inside = native
        fields = next(fields for variant, _, fields in made.variants if variant == name)
        told = [self._told(shape(kind), one) for (_, kind), one in zip(fields, inside, strict=True)]
        return {name: told[0] if len(told) == 1 else told}

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
        if name == "RuntimeCall":
            return self._call(given)
        if name == "MultiAddress" and isinstance(given, str):
            return ("Id", public_key(given))
        made = self._types.get(name)
        if isinstance(made, Struct):
            return self._struct(made, given)
        if isinstance(made, Enum):
            return self._variant(made, given)
        raise Misfit(f"a {name} cannot be given so")

    def _call(self, given: Any) -> DecodedCall:
        if isinstance(given, str):
            call: DecodedCall = self._coders("RuntimeCall").decode_all(from_hex(given))
            return call
        if not isinstance(given, dict) or given.keys() != {"pallet", "call", "args"}:
            raise Misfit("a call is hex, or an object of pallet, call and args")
        return self.call(given["pallet"], given["call"], given["args"])

    def _struct(self, made: Struct, given: Any) -> tuple[Any, ...]:
        """By name, where what is left out is empty, or by position."""
        if not isinstance(given, dict):
            given = dict(zip((str(name) for name, _ in made.fields), _listed(given), strict=True))
        unknown = given.keys() - {str(name) for name, _ in made.fields}
        if unknown:
            raise Misfit(f"a {made.name} has no field {min(unknown)}")
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


def _whole(native: Any) -> int | str:
    number = int(native)
    return number if abs(number) < _EXACT else str(number)


def from_hex(text: Any) -> bytes:
    """The bytes that hex stands for, with or without `0x` before it. Raises `Misfit`."""
    if not isinstance(text, str):
        raise Misfit(f"expected a 0x-prefixed hex string, not {type(text).__name__}")
    try:
        return unhexlify(text.removeprefix("0x"))
    except ValueError as error:
        raise Misfit(f"not hex: {error}") from None


def _number(given: Any) -> int:
    """An integer, or one in a string: JSON's own numbers are too short for some."""
    if isinstance(given, str):
        return int(given, 16) if given.startswith("0x") else int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise Misfit(f"expected an integer, not {given!r}"[:120])
    return given


def _bytes(given: Any) -> bytes:
    if isinstance(given, str):
        return from_hex(given) if given.startswith("0x") else given.encode()
    return bytes(_listed(given))


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise Misfit(f"expected a list, not {type(given).__name__}")
    return given


__all__ = ["Misfit", "Natives", "from_hex"]
