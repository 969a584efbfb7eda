"""What was compared between what a file expects and what was computed, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Index: TypeAlias = "int | tuple[int, int] | None"
"""Where a value stands in an output: a uid, a row and column, or None where it stands alone."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One value that differs."""

    step: int  # which epoch, mechanism or row of the file
    output: str
    index: Index
    expected: Any
    got: Any


@dataclass(slots=True)
class Tally:
    """Counts comparisons while a file is run."""

    compared: int = 0
    epochs: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    outputs: dict[int, dict[str, Any]] = field(default_factory=dict)

    def value(self, step: int, output: str, expected: Any, got: Any, index: Index = None) -> None:
        """Compare one value."""
        self.compared += 1
        if expected != got:
            self.mismatches.append(Mismatch(step, output, index, expected, got))

    def near(self, step: int, output: str, expected: float, got: float, index: Index, *, within: float) -> None:
        """Compare one value that may differ by so much."""
        self.compared += 1
        if abs(expected - got) > within:
            self.mismatches.append(Mismatch(step, output, index, expected, got))

    def single(self, step: int, output: str, expected: Any, got: Any) -> None:
        """Compare one value that is an output of its own."""
        self._keep(step, output, got)
        self.value(step, output, expected, got)

    def column(self, step: int, output: str, expected: Sequence[Any], got: Sequence[Any]) -> None:
        """Compare a vector, value by value; other lengths are one mismatch."""
        self._keep(step, output, got)
        if len(expected) != len(got):
            self.value(step, output, len(expected), len(got))
            return
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            self.value(step, output, _number(one), other, index)

    def rows(self, step: int, output: str, expected: Sequence[Any], got: Sequence[Any]) -> None:
        """Compare rows of (uid, value), entry by entry; other lengths are one mismatch."""
        self._keep(step, output, got)
        if len(expected) != len(got):
            self.value(step, output, len(expected), len(got))
            return
        for uid, (row, other) in enumerate(zip(expected, got, strict=True)):
            if len(row) != len(other):
                self.value(step, output, row, other, uid)
                continue
            for at, (entry, found) in enumerate(zip(row, other, strict=True)):
                self.value(step, output, list(entry), list(found), (uid, at))

    def _keep(self, step: int, output: str, got: Any) -> None:
        self.outputs.setdefault(step, {"step": step})[output] = got


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


__all__ = ["Index", "Mismatch", "Tally"]
