"""substrate-interface as the way to a node: its connections, each in a thread of its own, behind the same questions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from socket import SHUT_RDWR
from typing import Any, Final, Self, TypeVar

from taokit._version import __version__
from taokit.backends.cache import MetadataCache
from taokit.backends.native import NativeBackend
from taokit.backends.refusals import error_of
from taokit.backends.rpc import Refusal
from taokit.backends.socket import Feed, Limits, shown
from taokit.chain import BlockHash
from taokit.errors import ConfigurationError, Disconnected, NetworkError, TaokitError, TimedOut, Unreachable

T = TypeVar("T")
log = logging.getLogger("taokit.backends")

SUBSCRIPTIONS: Final = 16
"""Subscriptions that one node feeds at once: each has a connection and a thread. One more waits, for its deadline."""


class SubstrateInterfaceBackend(NativeBackend):
    """The same chain over substrate-interface's connections, for those who already depend on it (extra `substrate`).

    It carries one question at a time to a node, so many at once are slower than over the default one. Names become
    bytes above it, as everywhere: nothing here decodes with scalecodec.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        cache: MetadataCache | None = None,
        genesis: BlockHash | None = None,
        limits: Limits | None = None,
        archive: Sequence[str] = (),
    ) -> None:
        """As for `NativeBackend`. Raises `ConfigurationError` where substrate-interface is not installed."""
        _library()
        super().__init__(urls, cache=cache, genesis=genesis, limits=limits, archive=archive, opener=SubstrateLine.open)


class SubstrateLine:
    """The connections to one node: one for questions, and one for each subscription."""

    def __init__(self, url: str, first: Interface, threads: ThreadPoolExecutor, limits: Limits) -> None:
        self.url, self._name = url, shown(url)
        self.lost: NetworkError | None = None
        self.starts_over = False
        self._limits = limits
        self._threads = threads
        self._first = first
        self._interfaces = {first}
        self._feeds: set[Feed] = set()
        self._turn = asyncio.Lock()
        self._room = asyncio.Semaphore(SUBSCRIPTIONS)
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.reader = asyncio.create_task(self._until_over(), name=f"taokit keeps {self._name}")

    @classmethod
    async def open(cls, url: str, limits: Limits) -> Self:
        """A new connection. Raises `Unreachable`."""
        threads = ThreadPoolExecutor(1 + SUBSCRIPTIONS, thread_name_prefix="taokit substrate")
        try:
            first = await _opened(url, threads, limits)
        except BaseException:
            threads.shutdown(wait=False)
            raise
        return cls(url, first, threads, limits)

    async def call(self, method: str, *params: Any) -> Any:
        """The node's result. Raises its refusal as a typed error, `TimedOut` or `Disconnected`.

        Answers come one after the other, so a node that is late with one is given up.
        """
        try:
            async with asyncio.timeout(self._limits.call_s) as scope, self._turn:
                return await self._exchange(method, params)
        except TimeoutError:
            if not scope.expired():
                raise
        late = self._late(method)
        self.drop(late)
        raise late

    async def _exchange(self, method: str, params: Sequence[Any]) -> Any:
        if self.lost is not None:
            raise _again(self.lost)
        asked = asyncio.ensure_future(self._aside(self._first.ask, method, params))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(_seen)
            if not asked.done():  # its answer would be taken for that to the next question
                self.drop(Disconnected(f"{self._name}: a question was left before its answer came"))
            raise
        except NetworkError as error:
            self.drop(error)
            raise

    @asynccontextmanager
    async def subscribed(
        self, method: str, *params: Any, ends: str, newest: bool = False
    ) -> AsyncIterator[Feed]:
        """A subscription for the length of the block, which begins when the node has told something.

        With `newest`, an item that nobody took gives way to the next.
        """
        feed = Feed(0, ends, 1 if newest else self._limits.statuses)
        async with self._room_for(method):
            interface = await _opened(self.url, self._threads, self._limits)
            telling = self._listen(interface, feed, method, params)
            try:
                await self._begun(feed, method)
                yield feed
            finally:
                self._feeds.discard(feed)
                interface.end(ends)
                await asyncio.wait([telling])
                self._interfaces.discard(interface)

    @asynccontextmanager
    async def _room_for(self, method: str) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._room.acquire(), self._limits.call_s)
        except TimeoutError:
            raise TimedOut(f"{SUBSCRIPTIONS} subscriptions are open at {self._name}: no room for {method}") from None
        try:
            yield
        finally:
            self._room.release()

    def _listen(self, interface: Interface, feed: Feed, method: str, params: Sequence[Any]) -> asyncio.Future[None]:
        """Feed what the node tells, from a thread, until either side ends it."""
        if self.lost is not None:
            interface.cut()
            feed.fail(_again(self.lost))
        self._interfaces.add(interface)
        self._feeds.add(feed)

        def put(item: Any) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(feed.put, item)

        def ended(telling: asyncio.Future[None]) -> None:
            error = None if telling.cancelled() else telling.exception()
            over = Disconnected(f"{self._name} ended the subscription")
            feed.fail(error if isinstance(error, TaokitError) else over)

        telling = asyncio.ensure_future(self._aside(interface.listen, method, params, put))
        telling.add_done_callback(ended)
        return telling

    async def _begun(self, feed: Feed, method: str) -> None:
        try:
            async with asyncio.timeout(self._limits.call_s):
                await feed.ready()
        except TimeoutError:
            raise self._late(method) from None

    def _aside(self, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return self._loop.run_in_executor(self._threads, work, *args)

    def _late(self, method: str) -> TimedOut:
        return TimedOut(f"{self._name} did not answer {method} within {self._limits.call_s:g} s")

    def drop(self, error: NetworkError) -> None:
        """Give the connection up for this reason; whatever is under way fails with it."""
        if self.lost is not None:
            return
        self.lost = error
        for feed in self._feeds:
            feed.fail(_again(error))
        for interface in self._interfaces:
            interface.cut()
        self._over.set()

    async def _until_over(self) -> None:
        try:
            await self._over.wait()
        finally:
            self.drop(Disconnected("the connection was closed"))
            self._threads.shutdown(wait=False)


class Interface:
    """One `SubstrateInterface` and its websocket. Its methods block; `cut` and `end` may come from another thread."""

    def __init__(self, url: str, limits: Limits) -> None:
        """Connected. Raises `Unreachable`."""
        self._name, self._limits = shown(url), limits
        self._left = False
        library, websocket = _library()
        try:
            self._wire = websocket.create_connection(
                url,
                timeout=limits.connect_s,
                class_=_bounded(websocket, limits.message_bytes),
                header={"User-Agent": f"taokit/{__version__}"},
                http_no_proxy=["*"],
            )
        except (OSError, ValueError, websocket.WebSocketException) as error:
            raise Unreachable(f"no connection to {self._name}: {_reason(error, url)}") from None
        self._chain = library.SubstrateInterface(
            websocket=self._wire, auto_discover=False, auto_reconnect=False, use_remote_preset=False
        )
        self._refused = library.exceptions.SubstrateRequestException
        self._broken = (OSError, ValueError, LookupError, TypeError, AttributeError, websocket.WebSocketException)
        self._wire.settimeout(limits.call_s)

    def ask(self, method: str, params: Sequence[Any]) -> Any:
        """The result of a request."""
        return self._request(method, params)["result"]

    def listen(self, method: str, params: Sequence[Any], put: Callable[[Any], None]) -> None:
        """Hand on what a subscription brings, until the node or `cut` ends it."""

        def handler(message: Any, number: int, subscription: Any) -> None:
            if number == 0:
                self._wire.settimeout(None)  # from now on it may be quiet
                self._subscription = subscription
            put(message["params"]["result"])

        self._request(method, params, handler)

    _subscription: Any = None

    def _request(self, method: str, params: Sequence[Any], handler: Callable[..., None] | None = None) -> Any:
        try:
            return self._chain.rpc_request(method, list(params), result_handler=handler)
        except self._refused as error:
            raise _refusal(method, error.args[0]) from None
        except self._broken as error:
            self.cut()
            raise Disconnected(f"{self._name} ended the connection: {_reason(error, '')}") from None

    def end(self, ends: str) -> None:
        """End the subscription, and the connection with it, without waiting for the node."""
        if self._subscription is not None and not self._left:
            with suppress(*self._broken):
                self._wire.sock.settimeout(0)  # a node that does not listen is not waited for
                self._chain.rpc_request.__self__.transport.websocket.send(_text(ends, self._subscription))
        self.cut()

    def cut(self) -> None:
        """End the connection at once; a thread that waits for the node gets an error."""
        self._left = True
        with suppress(OSError, AttributeError):
            self._wire.sock.shutdown(SHUT_RDWR)
