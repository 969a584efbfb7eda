"""Who follows the chain, and whether everybody is done with the newest block."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from taokit.chain import Head

Task = asyncio.Task[Any]


class Lockstep:
    """The head subscribers of one chain. All of them live in one event loop."""

    def __init__(self) -> None:
        self._subscribers: WeakSet[Subscriber] = WeakSet()
        self._blocked: set[Task] = set()  # tasks that wait for a block, which only mining brings
        self._watchers: list[asyncio.Future[None]] = []

    def subscribe(self) -> Subscriber:
        """A new follower, told of every best block from now on."""
        subscriber = Subscriber(self)
        self._subscribers.add(subscriber)
        return subscriber

    def publish(self, head: Head) -> None:
        """Tell every follower of a new best block."""
        for subscriber in list(self._subscribers):
            subscriber.tell(head)

    async def settled(self, timeout_s: float) -> bool:
        """True as soon as no live follower has a block to deal with; False when the deadline passes before."""
        try:
            async with asyncio.timeout(timeout_s):
                while any(subscriber.busy(self._blocked) for subscriber in list(self._subscribers)):
                    await self._change()
        except TimeoutError:
            return False
        return True

    async def _change(self) -> None:
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watchers.append(watcher)
        try:
            await watcher
        finally:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

    def changed(self, _: object = None) -> None:
        """Somebody may have become idle."""
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            if not watcher.done():
                watcher.set_result(None)

    @contextmanager
    def blocked(self) -> Iterator[Task | None]:
        """Inside, the current task waits for a block and does not hold up the next one."""
        task = asyncio.current_task()
        if task is not None:
            self._blocked.add(task)
            self.changed()
        try:
            yield task
        finally:
            self.unblock(task)

    def unblock(self, task: Task | None) -> None:
        """The task has what it waited for, though it has not run yet."""
        if task is not None:
            self._blocked.discard(task)


class Subscriber:
    """An async iterator of best blocks that keeps only the newest one.

    It is busy from the moment a block is there for it until it asks for the next one. It counts while a task that
    made or asked it still runs; closing it, or losing the last reference, ends it too.
    """

    def __init__(self, lockstep: Lockstep) -> None:
        self._lockstep = lockstep
        self._tasks: WeakSet[Task] = WeakSet()
        self._newest: Head | None = None
        self._holding = False
        self._closed = False
        self._waiter: asyncio.Future[None] | None = None
        self._note_task()

    def _note_task(self) -> None:
        try:
            task = asyncio.current_task()
        except RuntimeError:  # made outside of any event loop; whoever asks first will count
            return
        if task is not None and task not in self._tasks:
            self._tasks.add(task)
            task.add_done_callback(self._lockstep.changed)

    def tell(self, head: Head) -> None:
        """A new best block, in the place of any that was not taken yet."""
        self._newest = head
        self._wake()

    def busy(self, blocked: set[Task]) -> bool:
        """Whether a block waits to be dealt with by somebody who can."""
        if self._closed or not (self._holding or self._newest is not None):
            return False
        running = [task for task in self._tasks if not task.done()]
        return bool(running) and not any(task in blocked for task in running)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __aiter__(self) -> Subscriber:
        return self

    async def __anext__(self) -> Head:
        self._note_task()
        self._holding = False
        self._lockstep.changed()
        while self._newest is None:
            if self._closed:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        head, self._newest = self._newest, None
        self._holding = True
        return head

    async def aclose(self) -> None:
        """No more blocks; nobody waits for this follower any longer."""
        self._closed = True
        self._newest = None
        self._wake()
        self._lockstep.changed()


__all__ = ["Lockstep", "Subscriber"]
