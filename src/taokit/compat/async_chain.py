"""`bt.AsyncSubtensor`: the same calls for async code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

from taokit.compat.absent import lacking
from taokit.compat.chain import Subtensor


class AsyncSubtensor:
    """`Subtensor` for async code: each of its methods, to be awaited; it works in a thread meanwhile."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._inner = Subtensor(*args, **options)
        self.network, self.here = self._inner.network, self._inner.here

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(type(self._inner), name, None)
        if name.startswith("_") or not callable(method):
            raise AttributeError(lacking("Subtensor", name))
        return partial(asyncio.to_thread, getattr(self._inner, name))

    @property
    def block(self) -> Any:
        """The number of the best block, to be awaited."""
        return asyncio.to_thread(self._inner.get_current_block)

    async def initialize(self) -> Self:
        """Nothing: it connects with the first question."""
        return self

    async def close(self) -> None:
        """End the connection."""
        await asyncio.to_thread(self._inner.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


__all__ = ["AsyncSubtensor"]
