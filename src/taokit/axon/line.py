"""Requests that wait: the highest priority first, bounded, and no hotkey keeps the others out."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taokit.errors import Busy

RETRY_S = 1.0


@dataclass(eq=False, slots=True)
class Waiter:
    """One request in line, until its future says that it is its turn, or why it is not."""

    hotkey: str
    priority: float  # larger is sooner
    number: int  # of its arrival, which decides between equals
    called: asyncio.Future[Any]
    since: float  # the loop's clock
    message: Any = None


def rank(waiter: Waiter) -> tuple[float, int]:
    """What the line is sorted by."""
    return -waiter.priority, waiter.number


class Line:
    """At most `limit` waiters. When it is full, the surplus of a hotkey that holds more than half goes first.

    Where no hotkey does, it is the lowest priority that goes, the newcomer's among equals.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._order: list[Waiter] = []
        self._held: Counter[str] = Counter()
        self._number = 0

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Waiter]:
        return iter(self._order)

    def join(self, hotkey: str, priority: float, message: Any = None) -> Waiter:
        """A waiter at its place in line. Whoever finds no room, maybe itself, gets `Busy` through its future."""
        loop = asyncio.get_running_loop()
        self._number += 1
        waiter = Waiter(hotkey, priority, self._number, loop.create_future(), loop.time(), message)
        insort(self._order, waiter, key=rank)
        self._held[hotkey] += 1
        if len(self._order) > self.limit:
            surplus = self._surplus()
            self.leave(surplus)
            if not surplus.called.done():
                surplus.called.set_exception(busy(f"{self.limit} requests wait already"))
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Take a waiter out of the line, if it is still there."""
        index = bisect_left(self._order, rank(waiter), key=rank)
        if index < len(self._order) and self._order[index] is waiter:
            del self._order[index]
            self._held[waiter.hotkey] -= 1
            if not self._held[waiter.hotkey]:
                del self._held[waiter.hotkey]

    def one(self, running: Mapping[str, int], fair: int) -> Waiter | None:
        """The next to run, out of line: the first whose hotkey runs fewer than `fair`, else the first of all."""
        waiter = next((one for one in self._order if running.get(one.hotkey, 0) < fair), next(iter(self._order), None))
        if waiter is not None:
            self.leave(waiter)
        return waiter

    def several(self, count: int) -> list[Waiter]:
        """The next to run together, out of line: one for each hotkey, then a second for each, and so on."""
        seen: Counter[str] = Counter()
        turns = []
        for index, waiter in enumerate(self._order):
            turns.append((seen[waiter.hotkey], index, waiter))
            seen[waiter.hotkey] += 1
        chosen = [waiter for _, _, waiter in sorted(turns, key=lambda turn: turn[:2])[:count]]
        for waiter in chosen:
            self.leave(waiter)
        return chosen

    def _surplus(self) -> Waiter:
        hotkey, held = self._held.most_common(1)[0]
        if held > (self.limit + 1) // 2:
            return next(waiter for waiter in reversed(self._order) if waiter.hotkey == hotkey)
        return self._order[-1]


def busy(why: str) -> Busy:
    """The refusal that asks a caller to come back in a second."""
    refusal = Busy(why)
    refusal.retry_after = RETRY_S
    return refusal


__all__ = ["Line", "Waiter", "busy"]
