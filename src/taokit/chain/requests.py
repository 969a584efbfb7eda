"""What can be asked of a chain, as values. A read yields them; whoever drives the read answers."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Storage:
    """The value under one storage key: decoded, the entry's default where nothing is stored, None for an absent option.

    Accounts are ss58 addresses or 32 bytes on the way in, ss58 addresses on the way out.
    """

    pallet: str
    item: str
    keys: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class StorageMap:
    """Every stored entry of a map whose keys begin with `keys`: a list of `(remaining key, value)`, in raw key order.

    One remaining key stands for itself, several make a tuple. With a limit, the first so many entries. With `pairs`,
    values that are lists of pairs of u16 come as one `[entries, 2]` uint16 array each, which is many times quicker.
    """

    pallet: str
    item: str
    keys: tuple[Any, ...] = ()
    limit: int | None = None
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class RuntimeCall:
    """The decoded answer of a runtime API."""

    api: str
    method: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of a pallet, from the metadata."""

    pallet: str
    name: str


@dataclass(frozen=True, slots=True)
class PinnedBlock:
    """The hash of the block that all of this read is answered from (32 bytes)."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The request that a dotted name stands for on this chain, with these keys or arguments. Nothing is asked for it.

    Fewer keys than a storage entry takes make a `StorageMap`.
    """

    path: str
    args: tuple[Any, ...] = ()


Single: TypeAlias = Storage | StorageMap | RuntimeCall | Constant | PinnedBlock | Lookup


@dataclass(frozen=True, slots=True)
class Several:
    """Some requests at once, answered by a list in the same order; storage keys travel in one message."""

    requests: tuple[Single, ...]


Request: TypeAlias = Single | Several
Read: TypeAlias = Generator[Request, Any, T]
"""A question to the chain: yields requests, is sent the answers, returns the result."""


def several(*requests: Single) -> Several:
    """Some requests at once."""
    return Several(requests)


__all__ = [
    "Constant",
    "Lookup",
    "PinnedBlock",
    "Read",
    "Request",
    "RuntimeCall",
    "Several",
    "Single",
    "Storage",
    "StorageMap",
    "several",
]
