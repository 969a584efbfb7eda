"""Several nodes of one chain, in order of preference, and the connection to the one in use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from taokit.backends import answers
from taokit.backends.deadline import within
from taokit.backends.socket import Feed, Limits, Socket, shown
from taokit.chain import BlockHash
from taokit.errors import ChainError, Disconnected, NetworkError, TaokitError, Unreachable, WrongChain

T = TypeVar("T")
log = logging.getLogger("taokit.backends")


class Preference:
    """Which node to try next: those that failed go behind the others, the latest failure last."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = list(dict.fromkeys(urls))
        self._failures: list[str] = []

    def __len__(self) -> int:
        return len(self._urls)

    def order(self) -> list[str]:
        """Every node, the next to try first."""
        return [url for url in self._urls if url not in self._failures] + self._failures

    def failed(self, url: str) -> None:
        """This node goes last."""
        if url in self._failures:
            self._failures.remove(url)
        self._failures.append(url)

    def works(self, url: str) -> None:
        """Nothing is held against this node any more."""
        if url in self._failures:
            self._failures.remove(url)


class Endpoints:
    """The nodes of one chain as one. It connects when it is asked, and again when a connection was lost."""

    def __init__(self, urls: Sequence[str], *, limits: Limits, genesis: BlockHash | None = None) -> None:
        self.limits = limits
        self.genesis = genesis
        """The hash of block 0 that every node must have; learned from the first one where nobody told it."""
        self.restarts = 0
        """How often a node said that it starts over, so that heads may be lower than before."""
        self._preference = Preference(urls)
        self._socket: Socket | None = None
        self._connecting: asyncio.Task[Socket] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.closed = False

    async def ask(self, method: str, *params: Any, reading: Callable[[Any], T]) -> T:
        """What a node answers, as `reading` understands it.

        Where one fails, or its answer makes no sense, the next is asked. Raises a `NetworkError` when none is left.
        """
        asked = self._ask(method, params, reading)
        return await within(asked, self.limits.read_s, what=f"no node answered {method}")

    async def _ask(self, method: str, params: Sequence[Any], reading: Callable[[Any], T]) -> T:
        left = len(self._preference)  # nodes to try after the first: the same one again, where there is no other
        while True:
            socket = await self.connected()
            try:
                return sense(socket, method, await socket.call(method, *params), reading)
            except NetworkError as error:
                if isinstance(error, Unreachable):  # it takes no more requests
                    socket.drop(error)
                if self.closed or socket.lost is None or not left:
                    raise
                log.warning("asking again: %s", error)
                left -= 1

    @asynccontextmanager
    async def subscribed(
        self, method: str, *params: Any, ends: str, newest: bool = False
    ) -> AsyncIterator[tuple[Socket, Feed]]:
        """A subscription at one node, for the length of the block, and the connection it hangs on. Asked once only."""
        socket = await self.connected()
        async with socket.subscribed(method, *params, ends=ends, newest=newest) as feed:
            yield socket, feed

    async def connected(self) -> Socket:
        """The connection in use, or a new one. Raises `Unreachable` or `WrongChain` when no node will do."""
        if self.closed:
            raise Disconnected("the chain's connection is closed")
        if self._socket is not None:
            if self._socket.lost is None:
                return self._socket
            self._preference.failed(self._socket.url)
            self.restarts += self._socket.starts_over
            self._socket = None
        task = self._connecting = self._connecting or self._spawn(self._connect())
        await asyncio.wait([task])  # several may wait; one that gives up leaves it to the others
        if self._connecting is task:
            self._connecting = None
        if task.cancelled():
            raise Disconnected("the chain's connection is closed")
        return task.result()

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name="taokit connects")
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TaokitError):  # the rest is told to whoever waits
            log.error("%s failed", task.get_name(), exc_info=error)

    async def _connect(self) -> Socket:
        failures: dict[str, TaokitError] = {}
        for url in self._preference.order():
            try:
                self._socket = await self._opened(url)
            except (NetworkError, ChainError) as error:
                log.warning("%s is of no use: %s", shown(url), error)
                self._preference.failed(url)
                failures[url] = error
            else:
                self._preference.works(url)
                return self._socket
        raise _none_left(failures)

    async def _opened(self, url: str) -> Socket:
        socket = await Socket.open(url, self.limits)
        self._tasks.add(socket.reader)
        socket.reader.add_done_callback(self._finished)
        try:
            genesis = sense(
                socket,
                "chain_getBlockHash",
                await within(socket.call("chain_getBlockHash", 0), self.limits.connect_s),
                answers.block_hash,
            )
            if genesis != (self.genesis or genesis):
                raise WrongChain(f"{shown(url)} is of another chain: its genesis is 0x{genesis.hex()}")
        except BaseException as error:
            socket.drop(Disconnected(f"{shown(url)} is of no use: {error}"))
            raise
        self.genesis = genesis
        return socket

    async def close(self) -> None:
        """End every connection and everything that waits for one."""
        self.closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._socket is not None:
            self._socket.drop(Disconnected("the chain's connection is closed"))
        while self._tasks:
            await asyncio.wait(self._tasks)


def sense(socket: Socket, method: str, result: Any, reading: Callable[[Any], T]) -> T:
    """A result as `reading` understands it; a node that answers nonsense is given up, with `Disconnected`."""
    try:
        return reading(result)
    except (ValueError, TypeError, OverflowError) as error:
        nonsense = Disconnected(f"{shown(socket.url)} answered {method} with nonsense: {error}")
        socket.drop(nonsense)
        raise nonsense from None


def _none_left(failures: dict[str, TaokitError]) -> TaokitError:
    """One error for all nodes: the only one there is, or a list of what went wrong at each."""
    if len(failures) == 1 or all(isinstance(error, WrongChain) for error in failures.values()):
        return next(iter(failures.values()))
    said = "; ".join(f"{shown(url)}: {error}" for url, error in failures.items())
    return Unreachable(f"no node of {len(failures)} is of use: {said}", hint="check the network and the addresses")


__all__ = ["Endpoints", "Preference", "sense"]
