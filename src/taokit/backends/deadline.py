"""The one way to wait here: for a time, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from taokit.errors import TimedOut

T = TypeVar("T")


async def within(awaitable: Awaitable[T], seconds: float, *, what: str = "the chain did not answer") -> T:
    """What is awaited, or `TimedOut` after so many seconds."""
    try:
        async with asyncio.timeout(seconds) as scope:
            return await awaitable
    except TimeoutError:
        if not scope.expired():
            raise
        raise TimedOut(f"{what} within {seconds:g} s") from None


__all__ = ["within"]
