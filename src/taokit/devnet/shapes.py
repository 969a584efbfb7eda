"""Type strings of the table, taken apart once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from taokit.devnet.runtime.rows import split

PRIMITIVES: Final = (
    *("bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256"),
    *("i8", "i16", "i32", "i64", "i128", "i256"),
)
"""In the order of their numbers in metadata."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """`bool`, `str`, or an integer of a width."""

    name: str


@dataclass(frozen=True, slots=True)
class Compact:
    """`Compact<T>`: an integer in as few bytes as it takes."""

    entry: Shape


@dataclass(frozen=True, slots=True)
class Sequence:
    """`Vec<T>`, `BoundedVec<T, N>` with its bound, or `BTreeMap<K, V>`, whose entries are pairs."""

    entry: Shape
    bound: int | None = None
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """`[T; N]`."""

    entry: Shape
    length: int


@dataclass(frozen=True, slots=True)
class Tuple:
    """`(A, B, …)`; `()` is the empty one."""

    entries: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """`Option<T>`."""

    entry: Shape


@dataclass(frozen=True, slots=True)
class Named:
    """A type with a name: one of the table's, or one that every runtime has."""

    name: str


Shape: TypeAlias = Primitive | Compact | Sequence | Array | Tuple | Option | Named


@lru_cache(maxsize=4096)
def shape(text: str) -> Shape:
    """What a type string says. Raises `ValueError` for generics that this table does not use."""
    if text in PRIMITIVES:
        return Primitive(text)
    if text.startswith("("):
        return Tuple(tuple(map(shape, split(text[1:-1]))))
    if text.startswith("["):
        entry, _, length = text[1:-1].rpartition(";")
        return Array(shape(entry.strip()), int(length))
    if "<" in text:
        return _generic(*text[:-1].split("<", 1))
    return Named(text)


def _generic(name: str, inside: str) -> Shape:
    match name, split(inside):
        case "Vec", [entry]:
            return Sequence(shape(entry))
        case "BoundedVec", [entry, bound]:
            return Sequence(shape(entry), int(bound))
        case "BTreeMap", [key, value]:
            return Sequence(Tuple((shape(key), shape(value))), mapped=True)
        case "Compact", [entry]:
            return Compact(shape(entry))
        case "Option", [entry]:
            return Option(shape(entry))
    raise ValueError(f"no such type: {name}<{inside}>")


__all__ = [
    "PRIMITIVES",
    "Array",
    "Compact",
    "Named",
    "Option",
    "Primitive",
    "Sequence",
    "Shape",
    "Tuple",
    "shape",
]
