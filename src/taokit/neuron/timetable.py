"""When in an epoch a validator does what, as block offsets: a pure function of the tempo."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS_AT = 0.75
"""Where in the epoch the weights go out, as a share of the tempo: late enough to score, early enough to be included."""
MARGIN = 4
"""Blocks that must at least remain in the epoch after the weights were sent."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Offsets in blocks from the block in which the epoch began."""

    rounds: tuple[int, ...]  # ascending
    weights: int  # not before the last round

    def due_round(self, offset: int, done: int) -> int | None:
        """The round to run now, when `done` is the last one run in this epoch (-1: none). Missed ones are left out."""
        due = [k for k, at in enumerate(self.rounds) if at <= offset]
        return due[-1] if due and due[-1] > done else None

    def next_offset(self, offset: int, tempo: int) -> int:
        """The next offset at which there is something to do; `tempo` stands for the next epoch."""
        return min((at for at in (*self.rounds, self.weights) if at > offset), default=tempo)


def timetable(tempo: int, rounds: int) -> Timetable:
    """`rounds` rounds, each in the middle of its part of the time up to the weights, which leave `MARGIN` blocks."""
    weights = max(1, min(int(tempo * WEIGHTS_AT), tempo - MARGIN))
    return Timetable(tuple(1 + (2 * k + 1) * (weights - 1) // (2 * rounds) for k in range(rounds)), weights)


__all__ = ["MARGIN", "WEIGHTS_AT", "Timetable", "timetable"]
