"""Vectors of plain integers as numpy columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from taokit.devnet.scale.coder import Coder, ScaleError, compact, count, read_compact, taken
from taokit.devnet.shapes import Compact, Primitive, Shape, Tuple


def _dtype(entry: Shape) -> np.dtype[Any] | None:
    """The numpy type of a plain integer of up to 64 bits or a bool, else None. Bytes make no column."""
    if isinstance(entry, Primitive) and entry.name not in ("char", "str", "u8", "u128", "i128", "u256", "i256"):
        return np.dtype("?") if entry.name == "bool" else np.dtype(f"<{entry.name[0]}{int(entry.name[1:]) // 8}")
    return None


def column(entry: Shape) -> Coder | None:
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
        length, at = count(data, at)
        end = at + length * width * dtype.itemsize
        return _shaped(np.frombuffer(taken(data, at, end), dtype=dtype), width), end

    return Coder(encode, decode)


def _compact_column(dtype: np.dtype[Any], width: int) -> Coder:
    def encode(value: Any) -> bytes:
        flat = np.asarray(value, dtype=dtype).ravel().tolist()
        return compact(len(value)) + b"".join(map(compact, flat))

    def decode(data: bytes, at: int) -> tuple[np.ndarray[Any, Any], int]:
        length, at = count(data, at)
        flat = []
        for _ in range(length * width):
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


__all__ = ["column"]
