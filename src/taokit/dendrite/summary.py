"""A round in one line."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taokit.dendrite.reply import OUTCOMES, Reply


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a round, in numbers."""

    asked: int
    seconds: float  # from its start to its last reply
    outcomes: Mapping[str, int]  # by words of `OUTCOMES`, those that occur, in that order
    p50: float | None  # seconds, of the replies that were `ok`; None without any
    p99: float | None
    received: int  # bytes of bodies on the wire
    sent: int

    @classmethod
    def of(cls, replies: Sequence[Reply[Any]], seconds: float) -> Summary:
        """The summary of these replies, which took so long together."""
        counts = Counter(reply.outcome for reply in replies)
        times = sorted(reply.timings.total for reply in replies if reply.ok)
        return cls(
            asked=len(replies),
            seconds=seconds,
            outcomes={word: counts[word] for word in OUTCOMES if counts[word]},
            p50=_quantile(times, 0.5),
            p99=_quantile(times, 0.99),
            received=sum(reply.size for reply in replies),
            sent=sum(reply.sent for reply in replies),
        )

    def __str__(self) -> str:
        """`asked 3 in 0.512 s: 2 ok, 1 timeout; p50 0.010 s, p99 0.011 s; 47 bytes in, 120 out`."""
        counts = ", ".join(f"{count} {word}" for word, count in self.outcomes.items()) or "nobody"
        times = "" if self.p50 is None else f"; p50 {self.p50:.3f} s, p99 {self.p99:.3f} s"
        return f"asked {self.asked} in {self.seconds:.3f} s: {counts}{times}; {self.received} bytes in, {self.sent} out"


def _quantile(ascending: Sequence[float], share: float) -> float | None:
    """The nearest rank: the smallest value that is not below this share of all of them."""
    return ascending[math.ceil(share * len(ascending)) - 1] if ascending else None


__all__ = ["Summary"]
