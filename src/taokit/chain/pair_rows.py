"""Rows of weights and bonds straight from their bytes: a decoder would make a Python tuple of every entry first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from taokit.errors import ChainError

TYPE: Final = "Vec<(u16, u16)>"
"""What metadata must call the type of the values."""

EMPTY: Final = b"\0"
"""A list of this type without an entry."""

_PAIR: Final = 4  # bytes
_PREFIX: Final = (1, 2, 4)  # bytes of a compact number, by its lowest two bits


def row(raw: bytes) -> np.ndarray[Any, Any]:
    """The pairs of one stored value: `[entries, 2]`, uint16, read-only. Raises `ChainError` for bytes that are none.

    A compact count, then each pair as two little-endian u16 (SCALE, sections "Compact" and "Vectors").
    """
    prefix = _PREFIX[raw[0] & 3] if raw and raw[0] & 3 != 3 else 0
    count = int.from_bytes(raw[:prefix], "little") >> 2
    if not prefix or len(raw) != prefix + count * _PAIR:
        raise ChainError(f"{len(raw)} bytes are no list of pairs of u16, as {TYPE} says")
    pairs = np.frombuffer(raw, dtype="<u2", offset=prefix).astype(np.uint16, copy=False).reshape(-1, 2)
    pairs.setflags(write=False)
    return pairs


__all__ = ["EMPTY", "TYPE", "row"]
