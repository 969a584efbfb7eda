"""One moment by which user code must be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from taokit.errors import HandlerTimeout

T = TypeVar("T")


async def by(ends_at: float, step: Awaitable[T]) -> T:
    """The result of a step, or `HandlerTimeout` when the loop's clock passes `ends_at` first.

    A `TimeoutError` that the step raises itself is its own failure and stays one.
    """
    limit = asyncio.timeout_at(ends_at)
    try:
        async with limit:
            return await step
    except TimeoutError:
        if limit.expired():
            raise HandlerTimeout("the handler did not finish before its deadline") from None
        raise


__all__ = ["by"]
