"""Several nodes of one chain, in order of preference, and the connection to the one in use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from taokit.backends import answers
from taokit.backends.deadline import within
from taokit.backends.socket import Feed, Limits, Socket, shown
from taokit.chain import BlockHash, Head
from taokit.errors import ChainError, Disconnected, NetworkError, TaokitError, Unreachable, WrongChain

T = TypeVar("T")
log = logging.getLogger("taokit.backends")

BEHIND: Final = 10
"""Blocks that a node may be behind another before it is passed over: two minutes, more than a fork ever lasts."""


class Line(Protocol):
    """A connection to one node, until it is lost or dropped."""

    url: str
    lost: NetworkError | None
    starts_over: bool
    reader: asyncio.Task[None]  # done when nothing of the connection is left

    async def call(self, method: str, *params: Any) -> Any:
        """The node's result. Raises its refusal as a typed error, `TimedOut` or `Disconnected`."""

    def subscribed(
        self, method: str, *params: Any, ends: str, newest: bool = False
    ) -> AbstractAsyncContextManager[Feed]:
        """A subscription for the length of the block."""

    def drop(self, error: NetworkError) -> None:
        """Give the connection up for this reason; whatever is under way fails with it."""


Opener: TypeAlias = Callable[[str, Limits], Awaitable[Line]]
"""How a connection to an address comes about. Raises `Unreachable`."""


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

    def __init__(
        self,
        urls: Sequence[str],
        *,
        limits: Limits,
        genesis: BlockHash | None = None,
        opener: Opener = Socket.open,
    ) -> None:
        self.limits = limits
        self._opener = opener
        self.genesis = genesis
        """The hash of block 0 that every node must have; learned from the first one where nobody told it."""
        self.restarts = 0
        """How often a node said that it starts over, so that heads may be lower than before."""
        self.highest = 0
        """The number of the newest block that any node is known to have; a node far behind it is passed over."""
        self._preference = Preference(urls)
        self._socket: Line | None = None
        self._connecting: asyncio.Task[Line] | None = None
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
    ) -> AsyncIterator[tuple[Line, Feed]]:
        """A subscription at one node, for the length of the block, and the connection it hangs on. Asked once only."""
        socket = await self.connected()
        async with socket.subscribed(method, *params, ends=ends, newest=newest) as feed:
            yield socket, feed

    async def connected(self) -> Line:
        """The connection in use, or a new one. Raises `Unreachable` or `WrongChain` when no node will do."""
        if self.closed:
            raise Disconnected("the chain's connection is closed")
        if self._socket is not None:
            if self._socket.lost is None:
                return self._socket
            self._preference.failed(self._socket.url)
            if self._socket.starts_over:
                self.restarts += 1
                self.highest = 0
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

    async def _connect(self) -> Line:
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
        self.highest = 0  # should all be behind, the chain itself may have been set back
        raise _none_left(failures)

    async def _opened(self, url: str) -> Line:
        socket = await self._opener(url, self.limits)
        self._tasks.add(socket.reader)
        socket.reader.add_done_callback(self._finished)
        try:
            await self._check_genesis(socket)
            await self._check_height(socket)
        except BaseException as error:
            socket.drop(Disconnected(f"{shown(url)} is of no use: {error}"))
            raise
        return socket

    async def _check_genesis(self, socket: Line) -> None:
        told = await within(socket.call("chain_getBlockHash", 0), self.limits.connect_s)
        genesis = sense(socket, "chain_getBlockHash", told, answers.block_hash)
        if genesis != (self.genesis or genesis):
            raise WrongChain(f"{shown(socket.url)} is of another chain: its genesis is 0x{genesis.hex()}")
        self.genesis = genesis

    async def _check_height(self, socket: Line) -> None:
        """Where there are others to ask, raise `Unreachable` for a node that has not kept up with them."""
        if len(self._preference) == 1:
            return
        height = (await within(best(socket), self.limits.connect_s)).number
        if height < self.highest - BEHIND:
            raise Unreachable(f"{shown(socket.url)} is {self.highest - height} blocks behind")
        self.highest = max(self.highest, height)

    async def ahead(self, number: int) -> bool:
        """Whether some other node has a block above this number."""
        for url in self._preference.order():
            if self._socket is not None and url == self._socket.url:
                continue
            try:
                other = await self._opened(url)
            except (NetworkError, ChainError) as error:
                log.info("%s is of no use: %s", shown(url), error)
                continue
            other.drop(Disconnected("only its height was asked for"))
            if self.highest > number:
                return True
        return False

    async def close(self) -> None:
        """End every connection and everything that waits for one."""
        self.closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._socket is not None:
            self._socket.drop(Disconnected("the chain's connection is closed"))
        while self._tasks:
            await asyncio.wait(self._tasks)


async def best(socket: Line) -> Head:
    """The best block of one node."""
    return sense(socket, "chain_getHeader", await socket.call("chain_getHeader"), answers.head)


def sense(socket: Line, method: str, result: Any, reading: Callable[[Any], T]) -> T:
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


__all__ = ["BEHIND", "Endpoints", "Line", "Opener", "Preference", "best", "sense"]
