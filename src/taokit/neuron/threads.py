"""Plain functions of the user, each in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *args: object) -> T:
    """What the function returns or raises.

    The event loop's own pool has few threads, and its process waits for every one of them to end. Here a function that
    never returns takes no place from another one, and is left behind when the process ends.
    """
    done: asyncio.Future[Callable[[], T]] = asyncio.get_running_loop().create_future()
    run = contextvars.copy_context().run
    threading.Thread(target=run, args=(_into, done, function, args), daemon=True).start()
    return (await done)()


class OneThread:
    """Runs plain functions one after the other, all in the same thread, as a model on a GPU wants it.

    The thread begins with the first of them. It ends with the process, which does not wait for it.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._begun = False

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """What the function returns or raises. One whose caller is gone before its turn does not run."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._live, daemon=True).start()
        done: asyncio.Future[Callable[[], T]] = asyncio.get_running_loop().create_future()
        context = contextvars.copy_context()
        self._work.put(lambda: context.run(_into, done, function, args))
        return (await done)()

    def _live(self) -> None:
        while True:
            self._work.get()()


def _into(done: asyncio.Future[Callable[[], T]], function: Callable[..., T], args: tuple[object, ...]) -> None:
    """Call the function, unless nobody waits for it any more, and settle the future in its own loop."""
    if done.done():
        return
    outcome = _outcome(function, args)

    def settle() -> None:
        if not done.done():
            done.set_result(outcome)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        done.get_loop().call_soon_threadsafe(settle)


def _outcome(function: Callable[..., T], args: tuple[object, ...]) -> Callable[[], T]:
    """Call the function here; what it came to is returned or raised by the caller of the result."""
    try:
        result = function(*args)
    except BaseException as error:
        raised = error

        def again() -> T:
            raise raised

        return again
    return lambda: result


__all__ = ["OneThread", "in_thread"]
