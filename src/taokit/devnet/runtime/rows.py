"""How the rows of the table are written down: items with their keys, and lists of calls, events and errors as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from taokit.devnet.runtime.table import CallRow, Enum, EventRow, Hasher, Item, Key, Method, Struct

Fields = tuple[tuple[str | None, str], ...]

_INTEGER: Final = re.compile(r"[ui](8|16|32|64|128)$")
_FIXED: Final = ("I32F32", "I64F64", "I96F32", "U64F64", "U96F32")
_PAIRS: Final = "Vec<(u16, u16)>"

DTYPES: Final[Mapping[str, Any]] = {
    "bool": np.bool_,
    "u8": np.uint8,
    "u16": np.uint16,
    "u32": np.uint32,
    "u64": np.uint64,
    "i16": np.int16,
    "i64": np.int64,
}

NETUID: Final = Key("u16", "Identity")
NETUID_TWOX: Final = Key("u16", "Twox64Concat")
NETUID_BLAKE: Final = Key("u16", "Blake2_128Concat")
UID: Final = Key("u16", "Identity")
INDEX: Final = Key("u16", "Identity")
"""The storage index of a mechanism: `mechanism * 4096 + netuid`."""
INDEX_TWOX: Final = Key("u16", "Twox64Concat")
ACCOUNT: Final = Key("AccountId", "Blake2_128Concat")
ACCOUNT_TWOX: Final = Key("AccountId", "Twox64Concat")


def item(name: str, value: str, *keys: Key, default: Any = None) -> Item:
    """An entry that reads as `default` where nothing is stored, else as the zero of its type."""
    return Item(name, value, keys, zero(value) if default is None else default)


def option(name: str, value: str, *keys: Key) -> Item:
    """An entry that reads as None where nothing is stored."""
    return Item(name, value, keys, None, optional=True)


def key(kind: str, hasher: Hasher = "Twox64Concat") -> Key:
    """A key of another type than the usual ones."""
    return Key(kind, hasher)


def array(values: Any, kind: str) -> np.ndarray[Any, Any]:
    """A read-only vector as states hold it; `kind` is the type of its entries, such as `u16` or `bool`."""
    made = np.array(values, dtype=DTYPES[kind])
    made.flags.writeable = False
    return made


def pairs(values: Any) -> np.ndarray[Any, Any]:
    """A read-only row of `(uid, u16)` entries, shape `[entries, 2]`."""
    made = np.array(values, dtype=np.uint16).reshape(-1, 2)
    made.flags.writeable = False
    return made


def zero(kind: str) -> Any:
    """The default of a type: 0, False, zero bytes, an empty vector, or a tuple of these."""
    if _INTEGER.match(kind) or kind in _FIXED:
        return 0
    if kind == "bool":
        return False
    if kind in ("AccountId", "H256"):
        return bytes(32)
    if kind == _PAIRS:
        return pairs([])
    if kind.startswith("BTreeMap<"):
        return ()
    if kind.startswith(("Vec<", "BoundedVec<")):
        return _empty(split(kind[kind.index("<") + 1 : -1])[0])
    if kind.startswith("("):
        return tuple(map(zero, split(kind[1:-1])))
    raise ValueError(f"no zero of type {kind}; name a default")


def _empty(entry: str) -> Any:
    if entry == "u8":
        return b""
    return array([], entry) if entry == "bool" or _INTEGER.match(entry) else ()


def split(text: str) -> list[str]:
    """The parts between commas that stand outside of any bracket."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "<([") - (sign in ">)]")
        if sign == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def fields(text: str) -> Fields:
    """`netuid: u16, Vec<u8>` as fields; one without a name has None."""
    found: list[tuple[str | None, str]] = []
    for part in split(text):
        name, colon, kind = part.partition(": ")
        found.append((name, kind) if colon else (None, part))
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, str, Fields]]:
    """Lines such as `7 burned_register(netuid: u16, hotkey: AccountId)`; one that starts with no number goes on."""
    for line in filter(None, re.split(r"\n\s*(?=\d+ )", text.strip())):
        number, _, rest = " ".join(line.split()).partition(" ")
        name, _, inside = rest.partition("(")
        yield int(number), name, fields(inside.removesuffix(")"))


def calls(text: str) -> tuple[CallRow, ...]:
    """The calls of a pallet, one a line: index, name, arguments."""
    return tuple(
        CallRow(number, name, tuple((arg or "", kind) for arg, kind in args)) for number, name, args in _lines(text)
    )


def events(text: str) -> tuple[EventRow, ...]:
    """The events of a pallet, one a line: index, name, fields."""
    return tuple(EventRow(*line) for line in _lines(text))


def errors(text: str, *, start: int = 0) -> Mapping[str, int]:
    """The errors of a pallet, in the order of their indexes."""
    return {name: number for number, name in enumerate(text.split(), start)}


def methods(text: str) -> tuple[Method, ...]:
    """Methods of runtime APIs, one a line: `Core.version() -> RuntimeVersion`; a line that is indented goes on."""
    return tuple(map(_method, re.split(r"\n(?! )", text.strip())))


def _method(text: str) -> Method:
    signature, _, output = " ".join(text.split()).rpartition(" -> ")
    name, _, inside = signature.partition("(")
    api, _, method = name.partition(".")
    inputs = tuple((arg or "", kind) for arg, kind in fields(inside.removesuffix(")")))
    return Method(api, method, inputs, output)


def structs(text: str) -> tuple[Struct, ...]:
    """Composite types, one a paragraph: the path, such as `share_pool::SafeFloat`, then the fields in parentheses.

    A type is named by the end of its path, or as `Name = path` says.
    """
    return tuple(_struct(" ".join(paragraph.split())) for paragraph in text.strip().split("\n\n"))


def _struct(text: str) -> Struct:
    title, _, inside = text.partition("(")
    name, path = _title(title)
    return Struct(name, path, fields(inside.removesuffix(")")))


def enum(title: str, text: str) -> Enum:
    """A variant type by its path, or `Name = path`; variants one a line: index, name, fields."""
    name, path = _title(title)
    return Enum(name, path, tuple((variant, number, inside) for number, variant, inside in _lines(text)))


def _title(text: str) -> tuple[str, tuple[str, ...]]:
    name, named, path = text.rpartition(" = ")
    parts = tuple(path.split("::"))
    return (name if named else parts[-1]), parts


__all__ = [
    "ACCOUNT",
    "ACCOUNT_TWOX",
    "INDEX",
    "INDEX_TWOX",
    "NETUID",
    "NETUID_BLAKE",
    "NETUID_TWOX",
    "UID",
    "array",
    "calls",
    "enum",
    "errors",
    "events",
    "fields",
    "item",
    "key",
    "methods",
    "option",
    "pairs",
    "split",
    "structs",
    "zero",
]
