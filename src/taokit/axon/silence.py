"""How long a connection may be silent before it is ended."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable


class Silence:
    """Calls `over` once nothing was heard for as long as was said last. One timer does for all the silences.

    A silence that is to last longer than the one before costs no timer: that one looks again when it is due.
    """

    __slots__ = ("_due", "_ends_at", "_loop", "_over", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, over: Callable[[], None]) -> None:
        self._loop = loop
        self._over: Callable[[], None] | None = over  # until it is stopped: it refers to who made this
        self._ends_at = math.inf  # by the loop's clock
        self._due = 0.0  # when the timer looks
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, seconds: float) -> None:
        """From now on it may last so long."""
        self._ends_at = self._loop.time() + seconds
        if self._timer is None or self._due > self._ends_at:
            self._look_later()

    def shorten(self, seconds: float) -> None:
        """From now on it may last so long, and no longer than was said before."""
        self.begin(min(seconds, self._ends_at - self._loop.time()))

    def end(self) -> None:
        """Something was heard: there is no silence until another one begins."""
        self._ends_at = math.inf

    def stop(self) -> None:
        """Never call anybody any more."""
        self._over = None
        self._forget_timer()

    def _look_later(self) -> None:
        self._forget_timer()
        if self._over is not None:
            self._due = self._ends_at
            self._timer = self._loop.call_at(self._due, self._look)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() < self._ends_at < math.inf:
            self._look_later()
        elif self._over is not None and self._ends_at < math.inf:
            self._over()


__all__ = ["Silence"]
