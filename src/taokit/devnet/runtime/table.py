"""How the chain is described: pallets, storage, calls, events, errors, constants and runtime APIs, as values.

One description drives the ledger, the metadata, the codecs and the answers to every request. Types are written as the
chain writes them: `u16`, `AccountId`, `H256`, `Vec<(u16, u16)>`, `Option<u64>`, `[u8; 32]`, `Compact<u64>`, or the
name of a `Struct` or `Enum` of the table.

Inside, a value has one native form for each type:

=================================  ======================================================================
integers, fixed-point numbers      int (fixed point: the bits)
`bool`                             bool
`AccountId`, `H256`, `[u8; N]`,    bytes
`Vec<u8>`, `BoundedVec<u8, N>`
other `Vec<T>`, `BTreeMap<K, V>`   a tuple, or for vectors of integers, of bools and of `(u16, u16)` a read-only
                                   numpy array (pairs: shape `[entries, 2]`)
tuples                             tuple
`Option<T>`                        None or the value; `NOTHING` for an empty option inside a full one
a `Struct`                         a tuple (or NamedTuple) in field order
an `Enum`                          the variant's name, or `(name, value, …)` when it carries fields
`RuntimeCall`                      a `DecodedCall`
`UncheckedExtrinsic`               bytes, without their length
=================================  ======================================================================

Native values are immutable, so states may share them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Hasher = Literal["Identity", "Blake2_128Concat", "Twox64Concat"]


class _Nothing:
    """What a full option holds that is itself an option, and empty."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a storage map."""

    type: str
    hasher: Hasher


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One storage entry. Two entries are equal only when they are the same object, so an entry is a fast dict key."""

    name: str
    value: str  # type
    keys: tuple[Key, ...] = ()
    default: Any = None  # native; None with `optional` means absent
    optional: bool = False


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call."""

    index: int
    name: str
    args: tuple[tuple[str, str], ...]  # (name, type)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event."""

    index: int
    name: str
    fields: tuple[tuple[str | None, str], ...]  # (name or None, type)


@dataclass(frozen=True, slots=True)
class Constant:
    """One constant of a pallet."""

    name: str
    type: str
    value: Any  # native


@dataclass(frozen=True, slots=True)
class Pallet:
    """One pallet."""

    name: str
    index: int
    storage: tuple[Item, ...] = ()
    calls: tuple[CallRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    errors: Mapping[str, int] = field(default_factory=dict)  # name to index
    constants: tuple[Constant, ...] = ()


@dataclass(frozen=True, slots=True)
class Struct:
    """A composite type. A field whose name is None makes it a tuple struct."""

    name: str
    path: tuple[str, ...]
    fields: tuple[tuple[str | None, str], ...]  # (name, type)


@dataclass(frozen=True, slots=True)
class Enum:
    """A variant type: `(name, index, fields)` each."""

    name: str
    path: tuple[str, ...]
    variants: tuple[tuple[str, int, tuple[tuple[str | None, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a runtime API."""

    api: str
    name: str
    inputs: tuple[tuple[str, str], ...]  # (name, type)
    output: str


@dataclass(frozen=True, slots=True)
class Extension:
    """One signed extension: what travels in the extrinsic, and what is signed besides."""

    name: str
    extra: str  # type; "()" for nothing
    implicit: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A whole runtime, as values. Two tables are equal only when they are the same object, so one is a fast key."""

    spec_name: str
    spec_version: int
    transaction_version: int
    pallets: tuple[Pallet, ...]
    types: tuple[Struct | Enum, ...]
    methods: tuple[Method, ...]
    extensions: tuple[Extension, ...]


@dataclass(frozen=True, slots=True)
class DecodedCall:
    """A call as the runtime takes it: names, and arguments in native form."""

    pallet: str
    name: str
    args: Mapping[str, Any]
    raw: bytes = field(default=b"", repr=False, compare=False)  # what a call inside another was decoded from

    def inside(self) -> Iterator[DecodedCall]:
        """The calls that this one carries."""
        for value in self.args.values():
            if isinstance(value, DecodedCall):
                yield value
            elif isinstance(value, tuple):
                yield from (one for one in value if isinstance(one, DecodedCall))


__all__ = [
    "NOTHING",
    "CallRow",
    "Constant",
    "DecodedCall",
    "Enum",
    "EventRow",
    "Extension",
    "Hasher",
    "Item",
    "Key",
    "Method",
    "Pallet",
    "Struct",
    "Table",
]
