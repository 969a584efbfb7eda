"""When in an epoch a validator does what, as block offsets: a pure function of the tempo.

Weights go out at three quarters of the epoch (`WEIGHTS_AT`), or `MARGIN` blocks before its end where that is earlier;
both are settings of a `Validator`. A validator that comes later than that, and finds fewer than `MARGIN` blocks left,
sends none in this epoch: a commit that missed it would count as the next epoch's, and the rate limit would refuse that.
"""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS_AT = 0.75
"""Where in the epoch the weights go out, as a share of the tempo: late enough to score, early enough to be included."""
MARGIN = 4
"""Blocks that must at least remain in the epoch after the weights were sent; an extrinsic lives no shorter."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Offsets in blocks from the block in which the epoch began."""

    rounds: tuple[int, ...]  # ascending
    weights: int  # not before the last round
    margin: int  # blocks that must be left in the epoch to send weights at all

    def due_round(self, offset: int, done: int) -> int | None:
        """The round to run now, when `done` is the last one run in this epoch (-1: none). Missed ones are left out."""
        due = [k for k, at in enumerate(self.rounds) if at <= offset]
        return due[-1] if due and due[-1] > done else None

    def open_for_weights(self, offset: int, left: int | None) -> bool:
        """Whether weights may be sent first at this offset, with so many blocks left (None: no epoch ever comes)."""
        return offset >= self.weights and (left is None or left >= self.margin)

    def next_offset(self, offset: int, tempo: int) -> int:
        """The next offset at which there is something to do; `tempo` stands for the next epoch."""
        return min((at for at in (*self.rounds, self.weights) if at > offset), default=tempo)

    def coming(self, offset: int, left: int | None, *, sent: bool) -> tuple[str, int] | None:
        """What comes after this offset, "round" or "weights", and in how many blocks; None where nothing ever does.

        `left` is how many blocks are left in the epoch (None: no further one ever comes), `sent` whether its weights
        have gone out.
        """
        following = [("round", at - offset) for at in self.rounds if at > offset]
        if self.weights > offset and not sent:
            following.append(("weights", self.weights - offset))
        for what, ahead in following:
            after = None if left is None else left - ahead
            if after is None or after >= (self.margin if what == "weights" else 1):
                return what, ahead
        return None if left is None else ("round", left + self.rounds[0])


def timetable(tempo: int, rounds: int, *, weights_at: float = WEIGHTS_AT, margin: int = MARGIN) -> Timetable:
    """`rounds` rounds, each in the middle of its part of the time up to the weights, which leave `margin` blocks.

    An epoch too short for the margin leaves what it can.
    """
    weights = max(1, min(int(tempo * weights_at), tempo - margin))
    places = tuple(1 + (2 * k + 1) * (weights - 1) // (2 * rounds) for k in range(rounds))
    return Timetable(places, weights, min(margin, tempo - weights))


__all__ = ["MARGIN", "WEIGHTS_AT", "Timetable", "timetable"]
