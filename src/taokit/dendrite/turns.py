"""Reads large answers one at a time, the smallest first: each holds the loop, and who answers shortly must not wait."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from taokit.protocol.uncollected import uncollected

LIGHT = 8 << 10
"""Bytes of an answer that is read at once: hundreds of them hold the loop for no longer than a large one."""
PUNCTUATION = b"[{,:"
SECONDS_EACH = 4e-7
"""What reading takes for each of those: measured with values of the costliest kinds, many of which do not fit."""


def reading_s(body: bytes) -> float:
    """Seconds for which reading an answer may hold the loop. One long text or tensor costs nearly nothing."""
    return (len(body) - len(body.translate(None, PUNCTUATION))) * SECONDS_EACH if len(body) > LIGHT else 0.0


class Turns:
    """Turns at work that holds the loop. Between two of them the loop hears what else has come."""

    def __init__(self) -> None:
        self._taken = False
        self._line: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap, by size and arrival
        self._numbers = itertools.count()

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends, which awaits nothing. Light work has none to wait for.

        Nothing is collected meanwhile, see `uncollected`.
        """
        if size <= LIGHT:
            yield
            return
        if self._taken:
            await self._wait(size)
        self._taken = True
        try:
            await asyncio.sleep(0)  # what else has come, small answers above all, is heard before
            with uncollected():
                yield
        finally:
            self._pass_on()

    async def _wait(self, size: int) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (size, next(self._numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # the turn had come just then
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give the turn, which nobody else can take meanwhile, to the smallest that waits."""
        while self._line:
            *_, future = heapq.heappop(self._line)
            if not future.done():
                future.set_result(None)
                return
        self._taken = False


__all__ = ["LIGHT", "Turns", "reading_s"]
