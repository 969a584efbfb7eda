"""One TCP connection: requests come out of aiohttp's parser one after the other, answers go in as bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParser
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from taokit.axon.answer import Answer
from taokit.axon.limits import Limits
from taokit.axon.rates import network_of
from taokit.axon.silence import Silence

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

log = logging.getLogger("taokit.axon")

LINGER_S: Final = 2.0  # so that a caller whose body was refused can still read why
UNREAD_BYTES: Final = 1 << 18
"""Of a body that nobody reads yet; a sender of twice as many has to wait."""
AHEAD: Final = 16
"""Requests that wait for those before them; no more of the connection is read meanwhile."""

Content: TypeAlias = StreamReader
"""The body of a request."""
Waiting: TypeAlias = "tuple[RawRequestMessage | HttpProcessingError, Content]"


class Crowd(Protocol):
    """What a connection is one of, and who answers for it."""

    limits: Limits

    def joined(self, connection: Connection) -> None:
        """Note that it is there."""

    def left(self, connection: Connection) -> None:
        """Note that it has ended."""

    def was_of_use(self, connection: Connection) -> None:
        """Note that a request of it was answered."""

    def serve(self, message: RawRequestMessage, content: Content, at: Connection) -> Awaitable[Answer | None]:
        """The answer to a request; None when it was written already."""

    def garbled(self, error: HttpProcessingError) -> Answer:
        """The answer to what is no HTTP."""


class Connection(BaseProtocol):
    """Serves the requests of one connection in their order, and ends it when it is silent for too long.

    One task works as long as there are requests. A connection that only exists costs a timer.
    """

    peer = ("", 0)
    """Address and port of the other end."""
    address = ""
    """The same address, as it is counted by `network_of`."""
    task: asyncio.Task[None] | None = None
    """What serves its requests, while there are any."""
    at_work = False
    """Whether a request of a proven caller, or one for a mounted application, is served."""
    last = False
    """Whether it ends with the request that is served, or with the next one."""
    on_lost: Callable[[], object] | None = None
    """Called when the other end hangs up."""
    guest: BaseProtocol | None = None
    """What a mounted application takes for the connection while it answers."""
    _taker: Callable[[bytes], object] | None = None
    _untaken = b""
    _begun = False  # a head has come in part
    _aborted = False  # which it hears of a moment later
    _deaf = False  # what still comes is dropped
    _content: Content = EMPTY_PAYLOAD  # the body of the request that is served

    def __init__(self, crowd: Crowd, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._crowd = crowd
        self._waiting: deque[Waiting] = deque()
        self._silence = Silence(loop, self._hang_up)

    @property
    def idle(self) -> bool:
        """Whether no request of it is at work.

        It waits for one, or for a body whose sender is not proven yet, or for a caller that does not read its answer
        or the farewell of TLS after it.
        """
        return not (self.at_work or self.transport is None or self._aborted)

    @property
    def unread(self) -> bool:
        """Whether there is more of its answers than the system took yet. TLS counts what it did not pass on alone."""
        return self.transport is not None and (self._paused or self.transport.get_write_buffer_size() > 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self.peer, self.address = peer[:2], network_of(peer[0])
        self._silence.begin(self._crowd.limits.keepalive_s)
        self._crowd.joined(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._crowd.left(self)
        self._silence.stop()
        super().connection_lost(exc)
        self._waiting.clear()
        if not self._content.is_eof():
            self._content.set_exception(ConnectionResetError("the caller hung up"))
        self._parser, self._content = None, EMPTY_PAYLOAD  # rings, which only a pause of everything would free
        if self.guest is not None:
            self.guest.connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.guest is not None:
            self.guest.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.guest is not None:
            self.guest.resume_writing()

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:  # which is asked for again and again where nothing was stopped
            super().resume_reading(resume_parser)

    def data_received(self, data: bytes) -> None:
        if self._upgraded:
            self._taken(data)
        elif not self._deaf and self.transport is not None:
            try:
                found, upgraded, tail = (self._parser or self._new_parser()).feed_data(data)
            except HttpProcessingError as error:
                self._garbled(error)
                return
            if upgraded:
                self._upgraded = self.last = True
                self._taken(tail)
            if found:
                self._found(found)
            elif data and self.task is None:
                self._expect_rest()

    def _new_parser(self) -> HttpRequestParser:
        limits = self._crowd.limits
        self._parser = HttpRequestParser(
            self,
            self._loop,
            UNREAD_BYTES,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            max_headers=limits.header_count,
            payload_exception=web.RequestPayloadError,
            auto_decompress=False,
            max_msg_queue_size=AHEAD,
        )
        return self._parser

    def _garbled(self, error: HttpProcessingError) -> None:
        """Note what is no HTTP, to be answered after what came before. It spoils the body that it comes in."""
        log.debug("connection from %s: %s", self.address, type(error).__name__)
        self._deaf = True
        content = self._waiting[-1][1] if self._waiting else self._content
        if not content.is_eof():
            content.set_exception(web.RequestPayloadError(type(error).__name__))
        self._found([(error, EMPTY_PAYLOAD)])

    def _taken(self, data: bytes) -> None:
        """Pass on what is not HTTP any more, or keep it until somebody wants it."""
        if self._taker is None:
            self._untaken += data
            self._pause_transport_reading()
        else:
            self._taker(data)

    def hand_over(self, taker: Callable[[bytes], object]) -> None:
        """Give all that came after the request that is served, and all that will come, to somebody else."""
        self._taker = taker
        taker(self._untaken)
        self._resume_transport_reading()

    def _found(self, requests: Sequence[Waiting]) -> None:
        self._waiting.extend(requests)
        self._begun = False
        if len(self._waiting) + (self.task is not None) >= AHEAD:  # so many, and the parser goes no further
            self._pause_reading_for_buffer()
        if self.task is None:
            self._silence.end()
            self.task = self._loop.create_task(self._work())

    async def _work(self) -> None:
        """Serve the requests that are there, then wait for more, or end the connection after the last one."""
        try:
            while self._waiting:
                message, self._content = self._waiting.popleft()
                if self._buffer_paused and not self._waiting:
                    self._read_on()  # its body may be among what was not read
                await self._serve(message)
                if self.last:
                    self._leave()
                    return
                if self._parser is not None:
                    self._parser.message_consumed()  # not before: it counts those that are whole
            self._silence.begin(self._crowd.limits.keepalive_s)
        except (ConnectionError, asyncio.CancelledError) as gone:
            gone.__traceback__ = None  # which would hold the body, which holds the error
            self.abort()
        except Exception:
            log.exception("connection from %s: the axon failed", self.address)
            self.abort()
        finally:
            self.task = None

    async def _serve(self, message: RawRequestMessage | HttpProcessingError) -> None:
        request, answer = None, None
        if isinstance(message, HttpProcessingError):
            answer, self.last = self._crowd.garbled(message), True
        else:
            request, self.last = message, self.last or message.should_close
            answer = await self._crowd.serve(message, self._content, self)
            self.at_work = False
            if not (self.last or self._content.is_eof()):
                await self._drop_rest()
        if self.transport is not None:
            if answer is not None:
                self.transport.write(answer.written(request, last=self.last))
            self._crowd.was_of_use(self)
            if self._paused:
                self._silence.begin(self._crowd.limits.keepalive_s)
                await self.drained()
                self._silence.end()

    async def _drop_rest(self) -> None:
        """Read what an application left of the body; the connection ends where that takes long."""
        try:
            async with asyncio.timeout(LINGER_S):
                while not self._content.at_eof():
                    await self._content.readany()
        except (TimeoutError, web.RequestPayloadError):
            self.last = True

    def _read_on(self) -> None:
        self._buffer_paused = False
        self.data_received(b"")  # the parser kept what it had no place for
        if not self._buffer_paused:
            self._resume_reading_for_buffer()

    async def drained(self) -> None:
        """Return when there is room to write; `ConnectionError` when the other end has gone."""
        await self._drain_helper()

    def finish(self) -> None:
        """End it after the request that is served, or now."""
        self.last = True
        if self.task is None:
            self._leave()

    def close(self) -> None:
        """End it once what was written has gone out."""
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """End it now, whatever is under way."""
        if self.transport is not None:
            self._aborted = True
            self.transport.abort()

    def _leave(self) -> None:
        """End it; but let the other end say what we do not read first, or it may never read why."""
        if self.transport is None:
            return
        whole = self._content.is_eof() and not self._deaf
        self._silence.begin(self._crowd.limits.keepalive_s if whole or self.unread else LINGER_S)
        if whole:
            self.transport.close()
            return
        self._deaf = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._resume_transport_reading()

    def _expect_rest(self) -> None:
        """Start the clock of a head that has come in part."""
        if not self._begun:
            self._begun = True
            self._silence.shorten(self._crowd.limits.headers_s)

    def _hang_up(self) -> None:
        """End it after too long a silence; what nobody reads is dropped."""
        if self.transport is None:
            return
        if self.unread or self.transport.is_closing():
            self.abort()
        else:
            self._silence.begin(LINGER_S)  # TLS may have more to write than it says
            self.transport.close()


@contextmanager
def while_connected(connection: Connection) -> Iterator[None]:
    """Cancel this task when its caller hangs up meanwhile, or has done so already."""
    task = asyncio.current_task()
    assert task is not None
    if connection.transport is None:
        raise ConnectionResetError("the caller hung up")
    connection.on_lost = task.cancel
    try:
        yield
    finally:
        connection.on_lost = None


__all__ = ["Connection", "Content", "Crowd", "while_connected"]
