"""One websocket to one node: calls with a deadline, subscriptions, and an end that comes promptly."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from taokit._version import __version__
from taokit.backends.refusals import error_of
from taokit.backends.rpc import Answer, Garbled, Ledger, Notice, Refusal, Stray
from taokit.errors import Disconnected, NetworkError, TaokitError, TimedOut, Unreachable

log = logging.getLogger("taokit.backends")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a node may take, and how much it may send."""

    connect_s: float = 5.0  # to come to terms with one node
    call_s: float = 10.0  # for one node's answer
    read_s: float = 25.0  # for an answer from whichever node, connecting included
    ping_s: float = 10.0  # of silence before a ping; it must be answered in half of that
    close_s: float = 0.25  # for a polite goodbye
    message_bytes: int = 64 << 20  # of one answer
    calls: int = 256  # under way at once; more wait, within their deadline
    statuses: int = 256  # of one submission that nobody has taken yet
    status_s: float = 180.0  # between two statuses of a submission
    quiet_s: float = 60.0  # without a new head before the node is asked whether there is one
    pause_s: float = 1.0  # before the second attempt to follow the heads again; doubles up to `quiet_s`
    patience_s: float = 600.0  # without any node, before followers of the heads are told


class Feed:
    """What a subscription has brought and nobody has taken yet."""

    def __init__(self, opener: int, ends: str, limit: int) -> None:
        self.opener, self.ends = opener, ends
        self._limit = limit
        self._items: deque[Any] = deque(maxlen=limit)
        self._error: TaokitError | None = None
        self._news = asyncio.Event()

    def put(self, item: Any) -> None:
        """One item more; with a limit of 1 it takes the place of the one before."""
        if 1 < self._limit <= len(self._items):
            self.fail(Disconnected(f"more than {self._limit} notices that nobody took"))
            return
        self._items.append(item)
        self._news.set()

    def fail(self, error: TaokitError) -> None:
        """Nothing more will come."""
        self._error = self._error or error
        self._news.set()

    async def get(self) -> Any:
        """The next item; when there is none left, the error that ended the subscription."""
        await self.ready()
        return self._items.popleft()

    async def ready(self) -> None:
        """There is an item to get. Raises the error that ended the subscription when none is left."""
        while not self._items:
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()


class Socket:
    """A connection to a node, from `open` until it is lost or closed. What it was asked then fails at once."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, wire: aiohttp.ClientWebSocketResponse, *, limits: Limits
    ):
        self.url, self._name = url, shown(url)
        self.lost: NetworkError | None = None
        self.starts_over = False
        """Whether the node ended it to start over (code 1012): what it told before may not hold any more."""
        self._session, self._wire, self._limits = session, wire, limits
        self._ledger = Ledger()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._methods: dict[int, str] = {}
        self._feeds: dict[int, Feed] = {}
        self._room = asyncio.Semaphore(limits.calls)
        self._answered = 0  # calls, so far
        self.reader = asyncio.create_task(self._read(), name=f"taokit reads {self._name}")

    @classmethod
    async def open(cls, url: str, limits: Limits) -> Self:
        """A new connection. Raises `Unreachable`."""
        session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers={"User-Agent": f"taokit/{__version__}"},
            trust_env=False,
        )
        try:
            async with asyncio.timeout(limits.connect_s):
                wire = await session.ws_connect(
                    url,
                    heartbeat=limits.ping_s,
                    max_msg_size=limits.message_bytes,
                    timeout=aiohttp.ClientWSTimeout(ws_close=limits.close_s),
                )
        except TimeoutError:
            await session.close()
            raise Unreachable(f"{shown(url)} took no connection within {limits.connect_s:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            await session.close()
            hint = "check the address, and that a node serves there; `taokit devnet` starts one of your own"
            raise Unreachable(f"no connection to {shown(url)}: {_reason(error)}", hint=hint) from None
        except BaseException:
            await session.close()
            raise
        return cls(url, session, wire, limits=limits)

    async def call(self, method: str, *params: Any) -> Any:
        """The node's result. Raises its refusal as a typed error, `TimedOut` or `Disconnected`.

        A node that has answered nothing at all since the question is given up with it.
        """
        return await self._asked(method, params)

    @asynccontextmanager
    async def subscribed(self, method: str, *params: Any, ends: str, newest: bool = False) -> AsyncIterator[Feed]:
        """A subscription for the length of the block. With `newest`, an item that nobody took gives way to the next."""
        feed = await self._asked(method, params, ends=ends, limit=1 if newest else self._limits.statuses)
        try:
            yield feed
        finally:
            await self._leave(feed.opener, ends)

    async def _asked(self, method: str, params: Sequence[Any], *, ends: str | None = None, limit: int = 0) -> Any:
        answered = self._answered
        try:
            async with asyncio.timeout(self._limits.call_s) as scope, self._room:
                return await self._exchange(method, params, ends=ends, limit=limit)
        except TimeoutError:
            if not scope.expired():
                raise
        late = TimedOut(f"{self._name} did not answer {method} within {self._limits.call_s:g} s")
        if answered == self._answered:
            self.drop(late)
        raise late

    async def _exchange(self, method: str, params: Sequence[Any], *, ends: str | None, limit: int) -> Any:
        if self.lost is not None:
            raise again(self.lost)
        id, text = self._ledger.ask(method, params, ends=ends)
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        self._methods[id] = method
        if ends is not None:
            self._feeds[id] = Feed(id, ends, limit)
        try:
            await self._send(text)
            result = await answer
        except BaseException:
            if ends is not None:
                await self._leave(id, ends)
            raise
        finally:
            if answer.done() and not answer.cancelled():
                answer.exception()  # known, should nobody have waited for it
            del self._answers[id], self._methods[id]
            self._ledger.forget(id)
        return self._feeds[id] if ends is not None else result

    async def _send(self, text: str) -> None:
        try:
            await self._wire.send_str(text)
        except (aiohttp.ClientError, OSError) as error:
            self.drop(Disconnected(f"{self._name} ended the connection: {_reason(error)}"))
            assert self.lost is not None
            raise again(self.lost) from error

    async def _leave(self, opener: int, ends: str) -> None:
        self._feeds.pop(opener, None)
        if self.lost is None and (text := self._ledger.end(opener, ends)) is not None:
            await self._whisper(text)

    async def _whisper(self, text: str) -> None:
        """Say something that needs no answer, if the node listens."""
        try:
            async with asyncio.timeout(self._limits.close_s):
                await self._send(text)
        except (NetworkError, TimeoutError):
            log.debug("%s does not listen", self._name)

    async def _read(self) -> None:
        """Take what the node sends until either side ends it."""
        try:
            await self._take_all()
        except Garbled as error:
            self._end(Disconnected(f"{self._name} sent {error}"))
        finally:
            self.starts_over = self._wire.close_code == aiohttp.WSCloseCode.SERVICE_RESTART
            self._end(Disconnected(f"{self._name} ended the connection{self._farewell()}"))
            await self._hang_up()

    async def _take_all(self) -> None:
        async for message in self._wire:
            if message.type is not aiohttp.WSMsgType.TEXT:
                if message.type is aiohttp.WSMsgType.ERROR:
                    return
                raise Garbled("a message that is no text")
            for event in self._ledger.take(message.data):
                await self._deal(event)

    async def _deal(self, event: Answer | Refusal | Notice | Stray) -> None:
        match event:
            case Answer(id, result):
                self._answered += 1
                self._settle(id, result)
            case Refusal(id):
                self._answered += 1
                self._settle(id, error_of(self._methods.get(id, ""), event))
            case Notice(opener, item):
                if (feed := self._feeds.get(opener)) is not None:
                    feed.put(item)
            case Stray(text):
                await self._whisper(text)

    def _settle(self, id: int, result: Any) -> None:
        future = self._answers.get(id)
        if future is None or future.done():
            return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def _farewell(self) -> str:
        if (error := self._wire.exception()) is not None:
            return f": {_reason(error)}"
        return f" (code {self._wire.close_code})" if self._wire.close_code else ""

    def _end(self, error: NetworkError) -> None:
        """Fail whatever is under way; the first reason counts."""
        if self.lost is not None:
            return
        self.lost = error
        for id in list(self._answers):
            self._settle(id, again(error))
        for feed in self._feeds.values():
            feed.fail(again(error))

    def drop(self, error: NetworkError) -> None:
        """Give the connection up for this reason."""
        if self.lost is None:
            self._end(error)
            self.reader.cancel()

    async def close(self) -> None:
        """End the connection, whatever the node does."""
        self.drop(Disconnected("the connection was closed"))
        await asyncio.wait([self.reader])

    async def _hang_up(self) -> None:
        try:
            async with asyncio.timeout(self._limits.close_s):
                await self._wire.close()
        except (TimeoutError, aiohttp.ClientError, OSError):
            log.debug("%s does not say goodbye", self._name)
        finally:
            await self._session.close()  # which cuts what is left


def shown(url: str) -> str:
    """The address without what may be secret about it: a name and a key before the host, or after it."""
    scheme, _, rest = url.partition("://")
    host = rest.replace("?", "/").partition("/")[0].rpartition("@")[2]
    return f"{scheme}://{host}"


def _reason(error: BaseException) -> str:
    """What the library says, without the address that some of its errors repeat."""
    match error:
        case aiohttp.WSServerHandshakeError():
            return f"it answered with status {error.status}: {error.message}"
        case aiohttp.InvalidURL():
            return "this is no address"
    return str(error) or type(error).__name__


def again(error: NetworkError) -> NetworkError:
    """The same error for somebody else."""
    return type(error)(str(error), hint=error.hint)


__all__ = ["Feed", "Limits", "Socket", "again", "shown"]
