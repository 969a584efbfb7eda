"""The one way from blocking code to async code: an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from concurrent.futures import CancelledError
from threading import Thread
from typing import Self, TypeVar

from taokit.errors import Disconnected, TimedOut

T = TypeVar("T")


class Portal:
    """Runs awaitables for code that cannot await. Use it in a `with` block, from any thread but its own."""

    def __init__(self, name: str = "taokit") -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=self._name, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Cancel what still runs, wait for its clean-up, and end the thread."""
        if self._loop is None or self._thread is None:
            return
        loop, self._loop = self._loop, None
        asyncio.run_coroutine_threadsafe(_wind_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    def call(self, awaitable: Awaitable[T], *, seconds: float | None = None) -> T:
        """What is awaited. Raises what it raises, `TimedOut` after so many seconds, `Disconnected` when closed."""
        if self._loop is None:
            if isinstance(awaitable, Coroutine):
                awaitable.close()  # which nobody will await any more
            raise Disconnected("the portal is closed", hint="use it inside of its `with` block")
        running = asyncio.run_coroutine_threadsafe(_bounded(awaitable, seconds), self._loop)
        try:
            return running.result()
        except CancelledError:
            raise Disconnected("the portal closed before there was an answer") from None
        except BaseException:
            running.cancel()  # an interrupt in this thread ends the work in the other
            raise

    def iterate(self, source: AsyncIterator[T]) -> Iterator[T]:
        """What an async iterator yields; each step waits for as long as it takes."""
        while True:
            try:
                yield self.call(anext(source))
            except StopAsyncIteration:
                return


async def _bounded(awaitable: Awaitable[T], seconds: float | None) -> T:
    scope = asyncio.timeout(seconds)
    with TimedOut.after(scope, f"no answer within {seconds or 0:g} s"):
        async with scope:
            return await awaitable


async def _wind_up() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


__all__ = ["Portal"]
