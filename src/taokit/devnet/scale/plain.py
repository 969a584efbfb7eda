"""Integers, strings, bytes and eras."""

from __future__ import annotations

from functools import partial

from taokit.devnet.scale.coder import Coder, ScaleError, compact, count, read_compact, taken
from taokit.devnet.shapes import Primitive, Shape


def primitive(name: str) -> Coder:
    """Of an integer, a bool or a string, by its name."""
    if name == "bool":
        return Coder(lambda value: b"\1" if value else b"\0", decode_bool)
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
    return int.from_bytes(taken(data, at, at + size), "little", signed=signed), at + size


def decode_bool(data: bytes, at: int) -> tuple[bool, int]:
    """A byte that is 0 or 1."""
    byte = taken(data, at, at + 1)[0]
    if byte > 1:
        raise ScaleError("neither true nor false")
    return byte == 1, at + 1


def _encode_str(value: str) -> bytes:
    plain = value.encode()
    return compact(len(plain)) + plain


def _decode_str(data: bytes, at: int) -> tuple[str, int]:
    length, at = count(data, at)
    return data[at : at + length].decode(errors="replace"), at + length


def width(entry: Shape) -> int:
    """The bits of an unsigned integer. Raises `ScaleError` for what has no compact form."""
    if isinstance(entry, Primitive) and entry.name[0] == "u":
        return int(entry.name[1:])
    raise ScaleError(f"{entry} has no compact form")


def compact_of(bits: int) -> Coder:
    """Of a compact integer of so many bits."""

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


def blob(size: int) -> Coder:
    """Of so many bytes."""

    def encode(value: bytes) -> bytes:
        if len(value) != size:
            raise ScaleError(f"{len(value)} bytes, not {size}")
        return bytes(value)

    return Coder(encode, lambda data, at: (taken(data, at, at + size), at + size))


def byte_vector(bound: int | None) -> Coder:
    """Of bytes with their length before them, which a bound may hold down."""

    def encode(value: bytes) -> bytes:
        return compact(len(value)) + bytes(value)

    def decode(data: bytes, at: int) -> tuple[bytes, int]:
        length, at = count(data, at)
        if bound is not None and length > bound:
            raise ScaleError(f"{length} bytes where {bound} are allowed")
        return data[at : at + length], at + length

    return Coder(encode, decode)


def decode_era(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes of an era: one for an immortal one, two else, of a period of 4 or more blocks and a phase within."""
    end = at + (1 if taken(data, at, at + 1) == b"\0" else 2)
    number = int.from_bytes(taken(data, at, end), "little")
    period = 2 << number % 16
    if end == at + 2 and not (period >= 4 and (number >> 4) * max(period >> 12, 1) < period):
        raise ScaleError("an era without such a period or phase")
    return data[at:end], end


__all__ = ["blob", "byte_vector", "compact_of", "decode_bool", "decode_era", "primitive", "width"]
