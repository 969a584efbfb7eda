"""One coder for each type of a table, put together once."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.table import Enum, Struct, Table
from taokit.devnet.scale.calls import CallCoder, EventCoder
from taokit.devnet.scale.coder import Coder, ScaleError
from taokit.devnet.scale.columns import column
from taokit.devnet.scale.composed import UNIT, array, option, product, variants, vector
from taokit.devnet.scale.plain import blob, byte_vector, compact_of, decode_era, primitive, width
from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Shape, Tuple, shape

FIXED_POINT: Final = {"I32F32": "i64", "I64F64": "i128", "I96F32": "i128", "U64F64": "u128", "U96F32": "u128"}
"""Fixed-point types and the integers that hold their bits."""

ERA: Final = "Era"

METADATA_HASH_MODE: Final = Enum(
    "MetadataHashMode", ("frame_metadata_hash_extension", "Mode"), (("Disabled", 0, ()), ("Enabled", 1, ()))
)
"""Whether the metadata's digest was signed too."""

_BYTES: Final = {"AccountId": 32, "H256": 32}


class Coders:
    """The coders of one table, by type string."""

    def __init__(self, table: Table) -> None:
        self._named: dict[str, Struct | Enum] = {made.name: made for made in (METADATA_HASH_MODE, *table.types)}
        self._made: dict[Shape, Coder] = {}
        self._calls = CallCoder(table.pallets, self)
        self._events = EventCoder(table.pallets, self)

    def __call__(self, text: str) -> Coder:
        """The coder of a type string."""
        return self.of(shape(text))

    def of(self, wanted: Shape) -> Coder:
        """The coder of a type."""
        if (made := self._made.get(wanted)) is None:
            made = self._made[wanted] = self._make(wanted)
        return made

    def _make(self, wanted: Shape) -> Coder:
        match wanted:
            case Primitive(name):
                return primitive(name)
            case Compact(entry):
                return UNIT if entry == Tuple(()) else compact_of(width(entry))
            case Sequence():
                return self._sequence(wanted)
            case Array(entry, length):
                return blob(length) if entry == Primitive("u8") else array(self.of(entry), length)
            case Tuple(entries):
                return product([self.of(entry) for entry in entries])
            case Option(entry):
                return option(self.of(entry))
            case Named(name):
                return self._by_name(name)

    def _sequence(self, wanted: Sequence) -> Coder:
        if wanted.entry == Primitive("u8"):
            return byte_vector(wanted.bound)
        return column(wanted.entry) or vector(self.of(wanted.entry))

    def _by_name(self, name: str) -> Coder:
        if name in _BYTES:
            return blob(_BYTES[name])
        if name in FIXED_POINT:
            return primitive(FIXED_POINT[name])
        if name == "UncheckedExtrinsic":
            return byte_vector(None)
        if name == "RuntimeCall":
            return Coder(self._calls.encode, self._calls.decode)
        if name == "RuntimeEvent":
            return Coder(self._events.encode, self._events.decode)
        if name == ERA:
            return Coder(bytes, decode_era)
        found = self._named.get(name)
        if found is None:
            raise ScaleError(f"the table has no type {name}")
        return self._struct(found) if isinstance(found, Struct) else self._enum(found)

    def _struct(self, made: Struct) -> Coder:
        return product([self(kind) for _, kind in made.fields])

    def _enum(self, made: Enum) -> Coder:
        return variants(
            [
                (name, index, product([self(kind) for _, kind in fields]), bool(fields))
                for name, index, fields in made.variants
            ]
        )


__all__ = ["ERA", "FIXED_POINT", "METADATA_HASH_MODE", "Coders"]
