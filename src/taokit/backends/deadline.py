"""The one way to wait here: for a time, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from taokit.errors import TimedOut

T = TypeVar("T")


async def within(awaitable: Awaitable[T], seconds: float, *, what: str = "the chain did not answer") -> T:
    """What is awaited, or `TimedOut` after so many seconds."""
    scope = asyncio.timeout(seconds)
    with TimedOut.after(scope, f"{what} within {seconds:g} s"):
        async with scope:
            return await awaitable


__all__ = ["within"]
