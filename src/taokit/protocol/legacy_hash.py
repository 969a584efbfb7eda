"""What stands for a legacy body under its signature: a hash over the fields that the class names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache, lru_cache
from sys import getsizeof
from typing import Any

from taokit.protocol.bodies import dumped
from taokit.protocol.plain import is_plain
from taokit.protocol.synapse import Synapse
from taokit.protocol.tensor import Spelling

SCALARS = frozenset({str, int, bool, type(None)})  # a dump leaves them as they are
REMEMBERED = 1 << 20  # bytes of values that may stay in memory for their hash


def is_served(kind: type[Synapse], *, unbound_body: bool = False) -> bool:
    """Whether a message may be asked over legacy: its questions are bound, or it has none, or its route says so."""
    return unbound_body or bool(kind.hash_fields()) or not kind.question_fields()


def field_hash(value: object) -> str:
    """The sha3-256 of a dumped value's `str()`, in hex."""
    return hashlib.sha3_256(str(value).encode("utf-8", "surrogatepass")).hexdigest()


def body_hash(message: Synapse, *, torch: bool = False) -> str:
    """The hash that stands for the body under the signature: 64 hex digits over the hash fields alone.

    With `torch`, or when the message came so, its tensors are those of a sender in torch mode.
    """
    names, plain = _hashed(type(message))
    if plain:
        values = message.__dict__
        held = [values[name] for name in names]
        if SCALARS.issuperset(map(type, held)) and sum(map(getsizeof, held)) <= REMEMBERED:
            return _scalars_hash(*held)
    values = plain_values(message, names, torch=torch)
    return _joint_hash([values[name] for name in names])


@cache
def _hashed(kind: type[Synapse]) -> tuple[tuple[str, ...], bool]:
    """The names of the fields that are hashed, and whether they may hold plain scalars alone."""
    names = kind.hash_fields()
    return names, is_plain(kind, names)


@lru_cache(maxsize=8, typed=True)  # a question is hashed when it comes, and most often the same again in its answer
def _scalars_hash(*values: str | int | None) -> str:
    return _joint_hash(values)


def _joint_hash(values: Iterable[object]) -> str:
    digests = "".join([field_hash(value) for value in values])
    return hashlib.sha3_256(digests.encode("ascii")).hexdigest()


def plain_values(message: Synapse, names: tuple[str, ...], *, torch: bool = False) -> dict[str, Any]:
    """These fields as plain values, dtypes spelled for the far end."""
    return dumped(message, names, Spelling(torch or message.in_torch))


__all__ = ["body_hash", "field_hash", "is_served", "plain_values"]
