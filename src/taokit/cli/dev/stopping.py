"""Ends a play when somebody asks for it, and in time whatever the user's code is doing."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_S = 1.7
"""Seconds that a play has to end in order after an interrupt; then its process ends as it is."""


class Stopper:
    """Cancels one task at SIGINT and SIGTERM. A second signal, or patience that runs out, ends the process."""

    def __init__(self, last_words: Callable[[], None]) -> None:
        self._last_words = last_words
        self._target: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the two signals for the length of the block."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._signalled) for number in numbers}
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for number, handler in before.items():
                signal.signal(number, handler)

    def ends(self, task: asyncio.Task[Any]) -> None:
        """This is the task to cancel."""
        self._target = (task.get_loop(), task)

    def _signalled(self, *_: object) -> None:
        if self._target is None:
            raise KeyboardInterrupt
        if self._timer is not None:
            return self._give_up()
        self._timer = threading.Timer(PATIENCE_S, self._give_up)
        self._timer.daemon = True
        self._timer.start()
        loop, task = self._target
        loop.call_soon_threadsafe(task.cancel)
        return None

    def _give_up(self) -> None:
        """The user's code holds the thread, or does not let itself be cancelled."""
        self._last_words()
        os._exit(0)


__all__ = ["PATIENCE_S", "Stopper"]
