"""Who runs now, who waits, and who is sent away."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import TypeAlias

from taokit.axon.caller import Caller
from taokit.axon.line import Line, Waiter, busy

log = logging.getLogger("taokit.axon")

Priority: TypeAlias = Callable[[Caller], float]
"""How much a caller's request matters when several wait: larger is sooner."""


def alike(caller: Caller) -> float:
    """The priority where nobody comes first: requests run in the order of their arrival."""
    return 0.0


class Admission:
    """Lets so many requests run at once; others wait in order of priority, and of arrival among equals.

    A hotkey that holds half of the places gets no further one while another waits. Whoever waited until its
    deadline is refused without having run.
    """

    def __init__(self, at_once: int, *, waiting: int, priority: Priority = alike) -> None:
        self.at_once = at_once
        self.running = 0
        self._priority = priority
        self._fair = max(1, (at_once + 1) // 2)
        self._line = Line(waiting)
        self._running: dict[str, int] = {}  # by hotkey
        self._idle: asyncio.Event | None = None  # made when somebody waits for it

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._line)

    def enter_now(self, hotkey: str) -> bool:
        """Take a place if one is free and nobody waits; whoever does must `leave`."""
        if self.running >= self.at_once or self._line:
            return False
        self._begin(hotkey)
        return True

    async def wait(self, caller: Caller, *, ends_at: float) -> None:
        """Take a place when it is this caller's turn, else `Busy`. `ends_at` is the caller's deadline, loop's clock."""
        waiter = self._line.join(caller.hotkey, priority_of(caller, self._priority))
        try:
            async with asyncio.timeout_at(ends_at):
                await waiter.called
        except TimeoutError:
            self._give_up(waiter)
            raise busy("it waited until its deadline") from None
        except BaseException:
            self._give_up(waiter)
            raise

    def leave(self, hotkey: str) -> None:
        """Give a place back; it goes to the next in line."""
        self.running -= 1
        left = self._running.pop(hotkey) - 1
        if left:
            self._running[hotkey] = left
        if self._line:
            self._call_next()
        if self._idle is not None and not self.running:
            self._idle.set()

    async def idle(self) -> None:
        """Return once nothing runs and nobody waits."""
        while self.running or self._line:
            self._idle = self._idle or asyncio.Event()
            self._idle.clear()
            await self._idle.wait()

    def _begin(self, hotkey: str) -> None:
        self.running += 1
        self._running[hotkey] = self._running.get(hotkey, 0) + 1

    def _call_next(self) -> None:
        while self.running < self.at_once and (waiter := self._line.one(self._running, self._fair)) is not None:
            if not waiter.called.done():
                self._begin(waiter.hotkey)
                waiter.called.set_result(None)

    def _give_up(self, waiter: Waiter) -> None:
        """Leave the line, or the place that was just given."""
        called = waiter.called
        if called.done() and not called.cancelled() and called.exception() is None:
            self.leave(waiter.hotkey)
        else:
            self._line.leave(waiter)


def priority_of(caller: Caller, priority: Priority) -> float:
    """A caller's priority; one that cannot be told is the lowest, and the reason stays in the log."""
    try:
        value = float(priority(caller))
    except Exception:
        log.exception("request %s: the priority failed", caller.request_id)
        return -math.inf
    return -math.inf if math.isnan(value) else value


__all__ = ["Admission", "Priority", "alike", "priority_of"]
