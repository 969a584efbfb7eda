"""Chains that tests reach over a socket. They live in a thread of their own, so that a test may block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, Self

from taokit.blocking import Portal
from taokit.devnet.remote import ask
from taokit.devnet.rpc import Server
from taokit.testing.presets import Chains, Kind

_SECONDS: Final = 30.0  # to start or to stop serving


class DevnetUrl(str):
    """The `ws://` address of a devnet, which also takes commands."""

    __slots__ = ()

    def ask(self, method: str, *params: Any) -> Any:
        """The result of one call, such as `ask("dev_newBlock", {"count": 10})`. Blocks until it is there.

        Raises `ChainRefused` with what the devnet said, or a `NetworkError`.
        """
        return ask(self, method, *params)


class Host:
    """The thread, with its chains. Use it in a `with` block."""

    def __init__(self) -> None:
        self._portal = Portal("taokit devnet")
        self._chains = Chains()

    def __enter__(self) -> Self:
        self._portal.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._portal.__exit__(None, None, None)

    @contextmanager
    def serving(self, kind: Kind) -> Iterator[DevnetUrl]:
        """Inside, a chain of this kind at its beginning, served on a free port."""
        served = self._served(kind)
        url = self._portal.call(served.__aenter__(), seconds=_SECONDS)
        try:
            yield url
        finally:
            self._portal.call(served.__aexit__(None, None, None), seconds=_SECONDS)

    @asynccontextmanager
    async def _served(self, kind: Kind) -> AsyncIterator[DevnetUrl]:
        with self._chains.begun(kind) as devnet:
            async with Server(devnet, port=0) as server:
                yield DevnetUrl(f"ws://127.0.0.1:{server.port}")


__all__ = ["DevnetUrl", "Host"]
