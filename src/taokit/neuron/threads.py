"""Plain functions of the user, each in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *args: object) -> T:
    """What the function returns or raises.

    The event loop's own pool has few threads, and its process waits for every one of them to end. Here a function that
    never returns takes no place from another one, and is left behind when the process ends.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Callable[[], T]] = loop.create_future()

    def settle(outcome: Callable[[], T]) -> None:
        if not done.done():  # else nobody waits any more
            done.set_result(outcome)

    def work() -> None:
        outcome = _outcome(function, args)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    return (await done)()


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


__all__ = ["in_thread"]
