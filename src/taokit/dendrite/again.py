"""Asking once more: after a failure (retry), or because an answer is late (hedge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from taokit.errors import ConfigurationError, Disconnected, NotServed, TaokitError, Unreachable

T = TypeVar("T")

TRANSIENT = frozenset({429, 502, 503, 504})
"""Statuses that say "not now" (RFC 9110 section 15.6, RFC 6585 section 4)."""
LONGEST_DOUBLING = 32
"""Doublings of a pause. The longest exceeds any deadline, and a float holds it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a question is sent once more after a failure that may pass: always within the call's own deadline."""

    times: int = 1
    pause_s: float = 0.25  # before the first retry; each further one waits twice as long

    def __post_init__(self) -> None:
        if self.times < 0 or not self.pause_s >= 0:
            raise ConfigurationError(f"{self.times} retries after {self.pause_s} seconds", hint="neither is below 0")

    def pause(self, number: int) -> float:
        """Seconds before the retry of this number, counted from 0."""
        return float(self.pause_s * 2 ** min(number, LONGEST_DOUBLING))


@dataclass(frozen=True, slots=True)
class Hedge:
    """Send the question to the same neuron once more when no answer came in time; the first good answer counts."""

    after_s: float

    def __post_init__(self) -> None:
        if not self.after_s > 0:
            raise ConfigurationError(f"a hedge after {self.after_s} seconds", hint="it is above 0")


def may_pass(error: TaokitError) -> bool:
    """Whether the same question might fare better in a moment. A timeout does not: its time is over."""
    if isinstance(error, NotServed):
        return error.status in TRANSIENT
    return isinstance(error, Unreachable | Disconnected)


async def staggered(
    starts: Iterable[Callable[[], Awaitable[T]]],
    *,
    after_s: float,
    eager: bool,
    good: Callable[[T], bool] = lambda result: True,
) -> T:
    """The first good result of several tries, else what the first of them returned or raised.

    A try begins when no result came `after_s` seconds after the one before it; when `eager`, also as soon as the one
    before it failed. Whatever is still under way at the end is cancelled, and has ended.
    """
    tries: list[asyncio.Future[T]] = []
    running: set[asyncio.Future[T]] = set()
    left = [*starts]
    try:
        while left or running:
            if left and (eager or running or not tries):
                tries.append(asyncio.ensure_future(left.pop(0)()))
                running.add(tries[-1])
            elif not running:
                break
            done, running = await asyncio.wait(
                running, timeout=after_s if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for one in tries:
                if one in done and one.exception() is None and good(one.result()):
                    return one.result()
        return tries[0].result()
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


__all__ = ["Hedge", "Retry", "may_pass", "staggered"]
