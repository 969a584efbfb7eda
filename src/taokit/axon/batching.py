"""Several requests in one call of the handler, as a model on a GPU likes them."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from taokit.axon.admission import Priority, alike, priority_of
from taokit.axon.caller import Caller
from taokit.axon.line import Line, Waiter
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.axon")

BatchHandler: TypeAlias = Callable[[list[Any]], Awaitable[Sequence[Any]]]
"""Takes messages of one class; returns as many answers in the same order, an exception for each that failed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How the requests for one message are gathered."""

    size: int = 16  # most messages in one call
    wait_ms: float = 5.0  # that the first of a batch waits for company
    waiting: int = 256  # requests that wait for their batch; for another one, the lowest priority gets a 503
    retry_alone: bool = True  # when a call raises, each of its messages is tried by itself

    def __post_init__(self) -> None:
        if self.size < 1 or self.wait_ms < 0 or self.waiting < 1:
            raise ConfigurationError(
                f"no batch is possible with {self}", hint="size and waiting are 1 or more, wait_ms is 0 or more"
            )


class Batcher:
    """A handler of single messages that passes them on in batches, one batch at a time.

    A hotkey gets a second place in a batch only when every other hotkey that waits has its first. What was cancelled
    meanwhile, by its deadline or because its caller hung up, is not passed on; a call whose messages all were is
    cancelled as well.
    """

    def __init__(self, call: BatchHandler, batch: Batch, *, priority: Priority = alike) -> None:
        self._call = call
        self._batch = batch
        self._priority = priority
        self._line = Line(batch.waiting)
        self._full = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._context = contextvars.copy_context()  # that of no single request

    async def __call__(self, message: Any, caller: Caller) -> Any:
        """The answer to one message."""
        waiter = self._line.join(caller.hotkey, priority_of(caller, self._priority), message)
        if len(self._line) >= self._batch.size:
            self._full.set()
        if self._task is None or self._task.done():
            self._task = self._context.run(asyncio.create_task, self._run())
        try:
            return await waiter.called
        finally:
            self._line.leave(waiter)

    async def _run(self) -> None:
        """Serve batch after batch until nobody waits."""
        while self._line:
            await self._gathered()
            if waiters := self._line.several(self._batch.size):
                await self._serve(waiters)

    async def _gathered(self) -> None:
        """Return when the batch is full, or its first message has waited long enough."""
        self._full.clear()
        if len(self._line) >= self._batch.size:
            return
        first = min(waiter.since for waiter in self._line)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(first + self._batch.wait_ms / 1000):
                await self._full.wait()

    async def _serve(self, waiters: list[Waiter]) -> None:
        try:
            results = await self._called(waiters)
        except Exception as error:
            await self._failed(waiters, error)
            return
        for waiter, result in zip(waiters, results, strict=True):
            settle(waiter, result)

    async def _called(self, waiters: list[Waiter]) -> Sequence[Any]:
        """What the call returns; answers for nobody when all of its callers are gone before it does."""
        call = asyncio.ensure_future(self._call([waiter.message for waiter in waiters]))

        def gone(_: object) -> None:
            if all(waiter.called.done() for waiter in waiters):
                call.cancel()

        for waiter in waiters:
            waiter.called.add_done_callback(gone)
        try:
            await asyncio.wait([call])
        finally:
            call.cancel()
        return [None] * len(waiters) if call.cancelled() else _as_many(call.result(), len(waiters))

    async def _failed(self, waiters: list[Waiter], error: Exception) -> None:
        """Try each message by itself, else fail them all."""
        if not self._batch.retry_alone or len(waiters) == 1 or isinstance(error, WrongResults):
            for waiter in waiters:
                settle(waiter, error)
            return
        log.warning("a batch of %d failed, each is tried alone: %s", len(waiters), type(error).__name__)
        for waiter in waiters:
            if not waiter.called.done():
                await self._serve([waiter])


class WrongResults(ConfigurationError):
    """The call of a batch returned something else than one result for each message."""


def _as_many(results: object, count: int) -> Sequence[Any]:
    if not isinstance(results, Sequence) or len(results) != count:
        got = f"{len(results)} results" if isinstance(results, Sequence) else type(results).__name__
        hint = "return a list with one result for each message, in their order"
        raise WrongResults(f"a batch of {count} messages was answered with {got}", hint=hint)
    return results


def settle(waiter: Waiter, result: object) -> None:
    """Give a waiter its answer, or the exception that stands in its place."""
    if waiter.called.done():
        return
    if isinstance(result, StopIteration):  # which no future takes
        result = RuntimeError(f"the batch answered with {result!r}")
    if isinstance(result, Exception):
        waiter.called.set_exception(result)
    else:
        waiter.called.set_result(result)


__all__ = ["Batch", "BatchHandler", "Batcher"]
