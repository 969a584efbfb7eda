"""Native values to bytes and back, one coder for each type of the table, put together once.

Exact where a client's decoder is convenient: bytes stay bytes, and vectors of integers are numpy columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from taokit.devnet.runtime.table import NOTHING, CallRow, DecodedCall, Enum, Pallet, Struct, Table
from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Shape, Tuple, shape

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes, int], tuple[Any, int]]
"""The value that begins at an offset, and the offset behind it."""

FIXED_POINT: Final = {"I32F32": "i64", "I64F64": "i128", "I96F32": "i128", "U64F64": "u128", "U96F32": "u128"}
"""Fixed-point types and the integers that hold their bits."""

ERA: Final = "Era"
MAX_CALL_DEPTH: Final = 8
"""Calls inside calls, as the chain allows them."""

METADATA_HASH_MODE: Final = Enum(
    "MetadataHashMode", ("frame_metadata_hash_extension", "Mode"), (("Disabled", 0, ()), ("Enabled", 1, ()))
)
"""Whether the metadata's digest was signed too."""

_BYTES: Final = {"AccountId": 32, "H256": 32}


class ScaleError(ValueError):
    """Bytes that do not decode, or a value that does not fit its type."""


@dataclass(frozen=True, slots=True)
class Coder:
    """One type, both ways."""

    encode: Encode
    decode: Decode

    def decode_all(self, data: bytes) -> Any:
        """The value that takes up all of the bytes."""
        value, end = self.decode(data, 0)
        if end != len(data):
            raise ScaleError(f"{len(data) - end} bytes too many")
        return value


class Coders:
    """The coders of one table, by type string."""

    def __init__(self, table: Table) -> None:
        self._named: dict[str, Struct | Enum] = {made.name: made for made in (METADATA_HASH_MODE, *table.types)}
        self._made: dict[Shape, Coder] = {}
        self._calls = _CallCoder(table.pallets, self)
        self._events = _EventCoder(table.pallets, self)

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
                return _primitive(name)
            case Compact(entry):
                return _UNIT if entry == Tuple(()) else _compact(_width(entry))
            case Sequence():
                return self._sequence(wanted)
            case Array(entry, length):
                return _blob(length) if entry == Primitive("u8") else _array(self.of(entry), length)
            case Tuple(entries):
                return _product([self.of(entry) for entry in entries])
            case Option(entry):
                return _option(self.of(entry))
            case Named(name):
                return self._by_name(name)

    def _sequence(self, wanted: Sequence) -> Coder:
        if wanted.entry == Primitive("u8"):
            return _byte_vector(wanted.bound)
        column = _column(wanted.entry)
        return column if column is not None else _vector(self.of(wanted.entry))

    def _by_name(self, name: str) -> Coder:
        if name in _BYTES:
            return _blob(_BYTES[name])
        if name in FIXED_POINT:
            return _primitive(FIXED_POINT[name])
        if name == "UncheckedExtrinsic":
            return _byte_vector(None)
        if name == "RuntimeCall":
            return Coder(self._calls.encode, self._calls.decode)
        if name == "RuntimeEvent":
            return Coder(self._events.encode, self._events.decode)
        if name == ERA:
            return Coder(bytes, _decode_era)
        found = self._named.get(name)
        if found is None:
            raise ScaleError(f"the table has no type {name}")
        return self._struct(found) if isinstance(found, Struct) else self._enum(found)

    def _struct(self, made: Struct) -> Coder:
        return _product([self(kind) for _, kind in made.fields])

    def _enum(self, made: Enum) -> Coder:
        variants = [
            (name, index, _product([self(kind) for _, kind in fields]), bool(fields))
            for name, index, fields in made.variants
        ]
        by_name = {name: (bytes((index,)), body) for name, index, body, _ in variants}
        by_index = {index: (name, body, full) for name, index, body, full in variants}
        return Coder(partial(_encode_variant, by_name), partial(_decode_variant, by_index))


class _CallCoder:
    """`RuntimeCall`: pallet index, call index, arguments."""

    def __init__(self, pallets: tuple[Pallet, ...], coders: Coders) -> None:
        self._by_name = {(pallet.name, row.name): (pallet, row) for pallet in pallets for row in pallet.calls}
        self._by_index = {(pallet.index, row.index): (pallet, row) for pallet in pallets for row in pallet.calls}
        self._coders = coders
        self._depth = 0

    def encode(self, call: DecodedCall) -> bytes:
        try:
            pallet, row = self._by_name[call.pallet, call.name]
        except KeyError:
            raise ScaleError(f"the table has no call {call.pallet}.{call.name}") from None
        return bytes((pallet.index, row.index)) + b"".join(
            self._coders(kind).encode(call.args[name]) for name, kind in row.args
        )

    def decode(self, data: bytes, at: int) -> tuple[DecodedCall, int]:
        found = self._by_index.get((data[at], data[at + 1])) if len(data) >= at + 2 else None
        if found is None:
            raise ScaleError("no call begins with these bytes")
        self._depth += 1
        try:
            if self._depth > MAX_CALL_DEPTH + 1:
                raise ScaleError("calls inside calls, too deep")
            call, end = self._arguments(*found, data, at + 2)
            return (call if self._depth == 1 else replace(call, raw=data[at:end])), end
        finally:
            self._depth -= 1

    def _arguments(self, pallet: Pallet, row: CallRow, data: bytes, at: int) -> tuple[DecodedCall, int]:
        args = {}
        for name, kind in row.args:
            args[name], at = self._coders(kind).decode(data, at)
        return DecodedCall(pallet.name, row.name, args), at


class _EventCoder:
    """`RuntimeEvent`: natively `(pallet, name, fields)`."""

    def __init__(self, pallets: tuple[Pallet, ...], coders: Coders) -> None:
        self._by_name = {(pallet.name, row.name): (pallet, row) for pallet in pallets for row in pallet.events}
        self._by_index = {(pallet.index, row.index): (pallet, row) for pallet in pallets for row in pallet.events}
        self._coders = coders

    def encode(self, event: tuple[str, str, tuple[Any, ...]]) -> bytes:
        pallet, row = self._by_name[event[0], event[1]]
        body = (self._coders(kind).encode(value) for (_, kind), value in zip(row.fields, event[2], strict=True))
        return bytes((pallet.index, row.index)) + b"".join(body)

    def decode(self, data: bytes, at: int) -> tuple[tuple[str, str, tuple[Any, ...]], int]:
        found = self._by_index.get((data[at], data[at + 1])) if len(data) >= at + 2 else None
        if found is None:
            raise ScaleError("no event begins with these bytes")
        pallet, row = found
        fields, at = _product([self._coders(kind) for _, kind in row.fields]).decode(data, at + 2)
        return (pallet.name, row.name, fields), at


def compact(number: int) -> bytes:
    """An unsigned integer, compact."""
    if number < 1 << 6:
        return bytes((number << 2,))
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    plain = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return bytes((len(plain) - 4 << 2 | 3,)) + plain


def read_compact(data: bytes, at: int) -> tuple[int, int]:
    """A compact integer, and the offset behind it."""
    if at >= len(data):
        raise ScaleError("the bytes end too early")
    mode = data[at] & 3
    if mode == 3:
        end = at + 5 + (data[at] >> 2)
        return int.from_bytes(_slice(data, at + 1, end), "little"), end
    end = at + (1 << mode)
    return int.from_bytes(_slice(data, at, end), "little") >> 2, end


def _slice(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise ScaleError("the bytes end too early")
    return data[start:end]


def _count(data: bytes, at: int) -> tuple[int, int]:
    """The length of a sequence; no sequence has more entries than there are bytes left."""
    count, at = read_compact(data, at)
    if count > len(data) - at:
        raise ScaleError(f"{count} entries are announced, {len(data) - at} bytes are left")
    return count, at


def _primitive(name: str) -> Coder:
    if name == "bool":
        return Coder(lambda value: b"\1" if value else b"\0", _decode_bool)
    if name == "str":
        return Coder(_encode_str, _decode_str)
    size, signed = int(name[1:]) // 8, name[0] == "i"
    return Coder(partial(_encode_int, size, signed), partial(_decode_int, size, signed))


def _encode_int(size: int, signed: bool, value: int) -> bytes:
    try:
        return int(value).to_bytes(size, "little", signed=signed)
    except OverflowError:
        raise ScaleError(f"{value} does not fit {size} bytes") from None


def _decode_int(size: int, signed: bool, data: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(_slice(data, at, at + size), "little", signed=signed), at + size


def _decode_bool(data: bytes, at: int) -> tuple[bool, int]:
    byte = _slice(data, at, at + 1)[0]
    if byte > 1:
        raise ScaleError("neither true nor false")
    return byte == 1, at + 1


def _encode_str(value: str) -> bytes:
    plain = value.encode()
    return compact(len(plain)) + plain


def _decode_str(data: bytes, at: int) -> tuple[str, int]:
    count, at = _count(data, at)
    return data[at : at + count].decode(errors="replace"), at + count


def _width(entry: Shape) -> int:
    if isinstance(entry, Primitive) and entry.name[0] == "u":
        return int(entry.name[1:])
    raise ScaleError(f"{entry} has no compact form")


def _compact(bits: int) -> Coder:
    def encode(value: int) -> bytes:
        if not 0 <= value < 1 << bits:
            raise ScaleError(f"{value} does not fit {bits} bits")
        return compact(int(value))

    def decode(data: bytes, at: int) -> tuple[int, int]:
        value, end = read_compact(data, at)
        if value >= 1 << bits:
            raise ScaleError(f"{value} does not fit {bits} bits")
        return value, end

    return Coder(encode, decode)


def _blob(size: int) -> Coder:
    def encode(value: bytes) -> bytes:
        if len(value) != size:
            raise ScaleError(f"{len(value)} bytes, not {size}")
        return bytes(value)

    return Coder(encode, lambda data, at: (_slice(data, at, at + size), at + size))


def _byte_vector(bound: int | None) -> Coder:
    def encode(value: bytes) -> bytes:
        return compact(len(value)) + bytes(value)

    def decode(data: bytes, at: int) -> tuple[bytes, int]:
        count, at = _count(data, at)
        if bound is not None and count > bound:
            raise ScaleError(f"{count} bytes where {bound} are allowed")
        return data[at : at + count], at + count

    return Coder(encode, decode)


def _dtype(entry: Shape) -> np.dtype[Any] | None:
    """The numpy type of a plain integer of up to 64 bits or a bool, else None. Bytes make no column."""
    if isinstance(entry, Primitive) and entry.name not in ("char", "str", "u8", "u128", "i128", "u256", "i256"):
        return np.dtype("?") if entry.name == "bool" else np.dtype(f"<{entry.name[0]}{int(entry.name[1:]) // 8}")
    return None


def _column(entry: Shape) -> Coder | None:
    """The coder of a vector whose entries make a numpy column, or two columns where they are pairs; else None."""
    parts = entry.entries if isinstance(entry, Tuple) else (entry,)
    if isinstance(entry, Tuple) and (len(parts) != 2 or parts[0] != parts[1]):
        return None
    width = len(parts)
    if isinstance(parts[0], Compact) and isinstance(parts[0].entry, Primitive):
        inner = np.dtype("<u1") if parts[0].entry.name == "u8" else _dtype(parts[0].entry)
        return None if inner is None else _compact_column(inner, width)
    dtype = _dtype(parts[0])
    return None if dtype is None else _plain_column(dtype, width)


def _plain_column(dtype: np.dtype[Any], width: int) -> Coder:
    def encode(value: Any) -> bytes:
        return compact(len(value)) + np.asarray(value, dtype=dtype).tobytes()

    def decode(data: bytes, at: int) -> tuple[np.ndarray[Any, Any], int]:
        count, at = _count(data, at)
        end = at + count * width * dtype.itemsize
        return _shaped(np.frombuffer(_slice(data, at, end), dtype=dtype), width), end

    return Coder(encode, decode)


def _compact_column(dtype: np.dtype[Any], width: int) -> Coder:
    def encode(value: Any) -> bytes:
        flat = np.asarray(value, dtype=dtype).ravel().tolist()
        return compact(len(value)) + b"".join(map(compact, flat))

    def decode(data: bytes, at: int) -> tuple[np.ndarray[Any, Any], int]:
        count, at = _count(data, at)
        flat = []
        for _ in range(count * width):
            number, at = read_compact(data, at)
            flat.append(number)
        try:
            made = np.array(flat, dtype=dtype)
        except OverflowError:
            raise ScaleError("an entry is too large") from None
        return _shaped(made, width), at

    return Coder(encode, decode)


def _shaped(flat: np.ndarray[Any, Any], width: int) -> np.ndarray[Any, Any]:
    flat.flags.writeable = False
    return flat if width == 1 else flat.reshape(-1, width)


def _vector(entry: Coder) -> Coder:
    def encode(value: Any) -> bytes:
        return compact(len(value)) + b"".join(map(entry.encode, value))

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        count, at = _count(data, at)
        return _many(entry, data, at, count)

    return Coder(encode, decode)


def _array(entry: Coder, length: int) -> Coder:
    return Coder(lambda value: b"".join(map(entry.encode, value)), lambda data, at: _many(entry, data, at, length))


def _many(entry: Coder, data: bytes, at: int, count: int) -> tuple[tuple[Any, ...], int]:
    found = []
    for _ in range(count):
        value, at = entry.decode(data, at)
        found.append(value)
    return tuple(found), at


def _product(entries: list[Coder]) -> Coder:
    def encode(value: Any) -> bytes:
        return b"".join([entry.encode(part) for entry, part in zip(entries, value, strict=True)])

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        found = []
        for entry in entries:
            value, at = entry.decode(data, at)
            found.append(value)
        return tuple(found), at

    return Coder(encode, decode)


_UNIT: Final = _product([])


def _option(entry: Coder) -> Coder:
    def decode(data: bytes, at: int) -> tuple[Any, int]:
        some, at = _decode_bool(data, at)
        if not some:
            return None, at
        found, at = entry.decode(data, at)
        return (NOTHING if found is None else found), at

    def encode(value: Any) -> bytes:
        if value is None:
            return b"\0"
        return b"\1" + entry.encode(None if value is NOTHING else value)

    return Coder(encode, decode)


def _encode_variant(by_name: dict[str, tuple[bytes, Coder]], value: Any) -> bytes:
    name, *fields = (value,) if isinstance(value, str) else value
    if name not in by_name:
        raise ScaleError(f"no variant {name}")
    index, body = by_name[name]
    return index + body.encode(fields)


def _decode_variant(by_index: dict[int, tuple[str, Coder, bool]], data: bytes, at: int) -> tuple[Any, int]:
    index = _slice(data, at, at + 1)[0]
    if index not in by_index:
        raise ScaleError(f"no variant {index}")
    name, body, full = by_index[index]
    fields, at = body.decode(data, at + 1)
    return ((name, *fields) if full else name), at


def _decode_era(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes of an era: one for an immortal one, two else, of a period of 4 or more blocks and a phase within."""
    end = at + (1 if _slice(data, at, at + 1) == b"\0" else 2)
    number = int.from_bytes(_slice(data, at, end), "little")
    period = 2 << number % 16
    if end == at + 2 and not (period >= 4 and (number >> 4) * max(period >> 12, 1) < period):
        raise ScaleError("an era without such a period or phase")
    return data[at:end], end


__all__ = [
    "ERA",
    "FIXED_POINT",
    "MAX_CALL_DEPTH",
    "METADATA_HASH_MODE",
    "Coder",
    "Coders",
    "ScaleError",
    "compact",
    "read_compact",
]
