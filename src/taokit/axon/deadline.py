"""One moment by which user code must be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, Generic, TypeVar, cast

from taokit.errors import HandlerTimeout

T = TypeVar("T")


async def by(ends_at: float, step: Awaitable[T]) -> T:
    """The result of a step, or `HandlerTimeout` when the loop's clock passes `ends_at` first.

    A `TimeoutError` that the step raises itself is its own failure and stays one. No clock is started for a step that
    never waits.
    """
    if type(step) is CoroutineType:
        try:
            waits_for = step.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        step = Rest(step, waits_for)
    limit = asyncio.timeout_at(ends_at)
    try:
        async with limit:
            return await step
    except TimeoutError:
        if limit.expired():
            raise HandlerTimeout("the handler did not finish before its deadline") from None
        raise


@dataclass(slots=True)
class Rest(Awaitable[T], Generic[T]):
    """What is left of a coroutine that waits for something already. To be awaited by the task that began it."""

    step: Coroutine[Any, Any, T]
    waits_for: Any

    def __await__(self) -> Generator[Any, Any, T]:
        step = self.step
        try:
            waits_for = self.waits_for
            while True:
                try:
                    sent = yield waits_for
                except GeneratorExit:
                    step.close()
                    raise
                except BaseException as error:
                    waits_for = step.throw(error)
                else:
                    waits_for = step.send(sent)
        except StopIteration as done:
            return cast("T", done.value)


__all__ = ["by"]
