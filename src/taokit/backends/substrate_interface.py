"""substrate-interface as the way to a node: its connections, each in a thread of its own, behind the same questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from socket import SHUT_RDWR
from threading import Lock
from typing import Any, Final, Self

from taokit._version import __version__
from taokit.backends.cache import MetadataCache
from taokit.backends.deadline import within
from taokit.backends.native import NativeBackend
from taokit.backends.refusals import error_of
from taokit.backends.rpc import Refusal
from taokit.backends.socket import Feed, Limits, again, shown
from taokit.chain import BlockHash
from taokit.errors import ConfigurationError, Disconnected, NetworkError, TaokitError, TimedOut, Unreachable

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
        self._limits, self._threads, self._first = limits, threads, first
        self._feeds: dict[Interface, Feed] = {}
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
            raise again(self.lost)
        asked = self._loop.run_in_executor(self._threads, self._first.ask, method, params)
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(_seen)
            self.drop(Disconnected(f"{self._name}: a question was left before its answer came"))  # which is in the way
            raise
        except NetworkError as error:
            self.drop(error)
            raise again(self.lost or error) from None

    @asynccontextmanager
    async def subscribed(self, method: str, *params: Any, ends: str, newest: bool = False) -> AsyncIterator[Feed]:
        """A subscription for the length of the block, which begins when the node has told something.

        With `newest`, an item that nobody took gives way to the next. Its connection ends with it, so nothing needs
        to be said to end it.
        """
        feed = Feed(0, ends, 1 if newest else self._limits.statuses)
        async with self._room_for(method):
            interface = await _opened(self.url, self._threads, self._limits)
            listening = self._listen(interface, feed, method, params)
            try:
                await self._begun(feed, method)
                yield feed
            finally:
                del self._feeds[interface]
                interface.cut()
                await asyncio.wait([listening])
                interface.close()

    @asynccontextmanager
    async def _room_for(self, method: str) -> AsyncIterator[None]:
        no_room = f"{SUBSCRIPTIONS} subscriptions are open at {self._name}: there was no room for {method}"
        await within(self._room.acquire(), self._limits.call_s, what=no_room)
        try:
            yield
        finally:
            self._room.release()

    def _listen(self, interface: Interface, feed: Feed, method: str, params: Sequence[Any]) -> asyncio.Future[None]:
        """Feed what the node tells, from a thread, until either side ends it."""
        self._feeds[interface] = feed
        if self.lost is not None:
            interface.cut()

        def put(item: Any) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(feed.put, item)

        def ended(listening: asyncio.Future[None]) -> None:
            _seen(listening)
            error = None if listening.cancelled() else listening.exception()
            feed.fail(error if isinstance(error, TaokitError) else Disconnected(f"{self._name} ended the subscription"))

        listening = self._loop.run_in_executor(self._threads, interface.listen, method, params, put)
        listening.add_done_callback(ended)
        return listening

    async def _begun(self, feed: Feed, method: str) -> None:
        try:
            async with asyncio.timeout(self._limits.call_s):
                await feed.ready()
        except TimeoutError:
            raise self._late(method) from None

    def _late(self, method: str) -> TimedOut:
        return TimedOut(f"{self._name} did not answer {method} within {self._limits.call_s:g} s")

    def drop(self, error: NetworkError) -> None:
        """Give the connection up for this reason; whatever is under way fails with it."""
        if self.lost is not None:
            return
        self.lost = error
        for interface, feed in self._feeds.items():
            feed.fail(again(error))
            interface.cut()
        self._first.cut()
        self._over.set()

    async def _until_over(self) -> None:
        try:
            await self._over.wait()
        finally:
            self.drop(Disconnected("the connection was closed"))
            self._threads.submit(self._first.close)
            self._threads.shutdown(wait=False)


class Interface:
    """One `SubstrateInterface` and its websocket. Its methods block; `cut` may come from any thread."""

    def __init__(self, url: str, limits: Limits) -> None:
        """Connected. Raises `Unreachable`."""
        substrate, websocket = _library()
        self._name, self._limits = shown(url), limits
        self._talking = Lock()
        self._refused = substrate.exceptions.SubstrateRequestException
        self._broken = (OSError, ValueError, LookupError, TypeError, AttributeError, websocket.WebSocketException)
        try:
            self._wire = websocket.create_connection(
                url,
                timeout=limits.connect_s,
                class_=_bounded(websocket.WebSocket, limits.message_bytes),
                header={"User-Agent": f"taokit/{__version__}"},
                suppress_origin=True,
                http_no_proxy=["*"],
            )
        except self._broken as error:
            raise Unreachable(f"no connection to {self._name}: {_reason(error)}") from None
        self._wire.settimeout(limits.call_s)
        self._chain = substrate.SubstrateInterface(
            websocket=self._wire, auto_discover=False, auto_reconnect=False, use_remote_preset=False
        )

    def ask(self, method: str, params: Sequence[Any]) -> Any:
        """The result of a request."""
        return self._request(method, params, None)

    def listen(self, method: str, params: Sequence[Any], put: Callable[[Any], None]) -> None:
        """Hand on what a subscription brings, until the node or `cut` ends it."""

        def take(message: Any, number: int, _: Any) -> None:
            if number == 0:
                self._wire.settimeout(None)  # from now on it may be quiet
            put(message["params"]["result"])

        self._request(method, params, take)

    def _request(self, method: str, params: Sequence[Any], take: Callable[[Any, int, Any], None] | None) -> Any:
        try:
            with self._talking:
                return self._chain.rpc_request(method, list(params), result_handler=take)["result"]
        except self._refused as error:
            raise error_of(method, _refusal(error)) from None
        except self._broken as error:
            raise Disconnected(f"{self._name} ended the connection: {_reason(error)}") from None

    def cut(self) -> None:
        """End the connection at once; a thread that waits for the node gets `Disconnected`."""
        with suppress(OSError, AttributeError):
            self._wire.sock.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection, once whoever uses it has noticed that it is cut."""
        with self._talking:
            self._wire.shutdown()


async def _opened(url: str, threads: ThreadPoolExecutor, limits: Limits) -> Interface:
    opening = asyncio.get_running_loop().run_in_executor(threads, Interface, url, limits)
    try:
        async with asyncio.timeout(limits.connect_s):
            return await asyncio.shield(opening)
    except TimeoutError:
        opening.add_done_callback(_unwanted)
        raise Unreachable(f"{shown(url)} took no connection within {limits.connect_s:g} s") from None
    except asyncio.CancelledError:
        opening.add_done_callback(_unwanted)
        raise


def _unwanted(opening: asyncio.Future[Interface]) -> None:
    _seen(opening)
    if not opening.cancelled() and opening.exception() is None:
        opening.result().cut()
        opening.result().close()


def _seen(future: asyncio.Future[Any]) -> None:
    """Its error is known, should nobody have waited for it."""
    if not future.cancelled():
        future.exception()


def _library() -> tuple[Any, Any]:
    """The modules `substrateinterface` and `websocket`, else `ConfigurationError`."""
    try:
        import substrateinterface
        import substrateinterface.exceptions
        import websocket
    except ImportError as error:
        raise ConfigurationError(
            f"the backend substrate_interface needs substrate-interface: {error}",
            hint="pip install 'taokit[substrate]', in an environment without cyscale",
        ) from None
    return substrateinterface, websocket


def _bounded(base: Any, limit: int) -> Any:
    """A websocket that takes no message over so many bytes, whatever length the node says it has."""

    class Bounded(base):  # type: ignore[misc]
        taken = 0

        def recv(self) -> Any:
            self.taken = 0
            return super().recv()

        def _recv(self, size: int) -> Any:
            data = super()._recv(size)
            self.taken += len(data)
            if self.taken > limit:
                raise ValueError(f"a message of more than {limit} bytes")
            return data

    return Bounded


def _refusal(error: Exception) -> Refusal:
    match error.args:
        case ({"code": int(code), "message": str(message), **more},):
            return Refusal(0, code, message, str(more.get("data") or ""))
    return Refusal(0, 0, "an error of a form that nobody knows", "")


def _reason(error: Exception) -> str:
    """What the library says, without the address and the headers that some of its errors repeat."""
    if (status := getattr(error, "status_code", None)) is not None:
        return f"it answered with status {status}"
    if isinstance(error, LookupError | TypeError | AttributeError):
        return "it sent what is no JSON-RPC"
    if isinstance(error, ValueError):
        return "it sent what is no JSON, or the address is none"
    return str(error) or type(error).__name__


__all__ = ["SUBSCRIPTIONS", "SubstrateInterfaceBackend", "SubstrateLine"]
