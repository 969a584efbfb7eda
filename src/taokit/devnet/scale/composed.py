"""What is put together from other types: vectors, tuples, options and enums."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from taokit.devnet.runtime.table import NOTHING
from taokit.devnet.scale.coder import Coder, ScaleError, compact, count, taken
from taokit.devnet.scale.plain import decode_bool


def vector(entry: Coder) -> Coder:
    """Of as many as are announced."""

    def encode(value: Any) -> bytes:
        return compact(len(value)) + b"".join(map(entry.encode, value))

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        length, at = count(data, at)
        return _many(entry, data, at, length)

    return Coder(encode, decode)


def array(entry: Coder, length: int) -> Coder:
    """Of so many."""
    return Coder(lambda value: b"".join(map(entry.encode, value)), lambda data, at: _many(entry, data, at, length))


def _many(entry: Coder, data: bytes, at: int, count: int) -> tuple[tuple[Any, ...], int]:
    found = []
    for _ in range(count):
        value, at = entry.decode(data, at)
        found.append(value)
    return tuple(found), at


def product(entries: list[Coder]) -> Coder:
    """Of one after the other, natively a tuple."""

    def encode(value: Any) -> bytes:
        return b"".join([entry.encode(part) for entry, part in zip(entries, value, strict=True)])

    def decode(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        found = []
        for entry in entries:
            value, at = entry.decode(data, at)
            found.append(value)
        return tuple(found), at

    return Coder(encode, decode)


def option(entry: Coder) -> Coder:
    """Of something or None; something that is None itself is natively `NOTHING`."""

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        some, at = decode_bool(data, at)
        if not some:
            return None, at
        found, at = entry.decode(data, at)
        return (NOTHING if found is None else found), at

    def encode(value: Any) -> bytes:
        if value is None:
            return b"\0"
        return b"\1" + entry.encode(None if value is NOTHING else value)

    return Coder(encode, decode)


def variants(by_index: Sequence[tuple[str, int, Coder, bool]]) -> Coder:
    """Of one of several: name, index, the fields together, and whether there are any."""
    by_name = {name: (bytes((index,)), body) for name, index, body, _ in by_index}
    found = {index: (name, body, full) for name, index, body, full in by_index}
    return Coder(partial(_encode_variant, by_name), partial(_decode_variant, found))


def _encode_variant(by_name: dict[str, tuple[bytes, Coder]], value: Any) -> bytes:
    name, *fields = (value,) if isinstance(value, str) else value
    if name not in by_name:
        raise ScaleError(f"no variant {name}")
    index, body = by_name[name]
    return index + body.encode(fields)


def _decode_variant(by_index: dict[int, tuple[str, Coder, bool]], data: bytes, at: int) -> tuple[Any, int]:
    index = taken(data, at, at + 1)[0]
    if index not in by_index:
        raise ScaleError(f"no variant {index}")
    name, body, full = by_index[index]
    fields, at = body.decode(data, at + 1)
    return ((name, *fields) if full else name), at


UNIT: Final = product([])
"""Of nothing."""

__all__ = ["UNIT", "array", "option", "product", "variants", "vector"]
