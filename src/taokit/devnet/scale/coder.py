"""What a coder is, and compact integers, with which most lengths are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes, int], tuple[Any, int]]
"""The value that begins at an offset, and the offset behind it."""


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
        return int.from_bytes(taken(data, at + 1, end), "little"), end
    end = at + (1 << mode)
    return int.from_bytes(taken(data, at, end), "little") >> 2, end


def taken(data: bytes, start: int, end: int) -> bytes:
    """The bytes between two offsets, all of which must be there."""
    if end > len(data):
        raise ScaleError("the bytes end too early")
    return data[start:end]


def count(data: bytes, at: int) -> tuple[int, int]:
    """The length of a sequence; no sequence has more entries than there are bytes left."""
    count, at = read_compact(data, at)
    if count > len(data) - at:
        raise ScaleError(f"{count} entries are announced, {len(data) - at} bytes are left")
    return count, at


__all__ = ["Coder", "Decode", "Encode", "ScaleError", "compact", "count", "read_compact", "taken"]
