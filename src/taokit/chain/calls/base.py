"""Calls as values, and those for which any name will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the chain: a pallet, its function, the arguments by the chain's names. Calls may hold calls."""

    pallet: str
    function: str
    args: Mapping[str, Any] = field(default_factory=dict)


def subtensor(function: str, **args: Any) -> Call:
    """A call of the subnet pallet, for those without a builder here."""
    return Call("SubtensorModule", function, args)


def ints(values: Sequence[int]) -> list[int]:
    """Plain integers, which is what encoders take; numpy scalars are not."""
    return [int(value) for value in values]


__all__ = [
    "Call",
    "ints",
    "subtensor",
]
