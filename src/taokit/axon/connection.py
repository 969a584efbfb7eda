"""One TCP connection: aiohttp's HTTP parser with this axon's limits and fixed texts."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from taokit.axon.answers import refused
from taokit.axon.caller import Caller
from taokit.axon.limits import Limits
from taokit.axon.rates import network_of
from taokit.errors import Malformed, Refused, TooLarge

log = logging.getLogger("taokit.axon")

QUIET_S = 10.0  # between two lines about connections that were closed to make room
LINGER_S = 2.0  # so that a caller whose body was refused can still read why

Serve = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Make = Callable[..., web.BaseRequest]
"""Makes the request of message, payload, connection, writer and task."""


class Connection(web.RequestHandler):
    """Answers what does not even parse as HTTP by the same fixed texts as everything else."""

    def __init__(self, manager: web.Server, *, headers_s: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self.headers_s = headers_s

    address = ""
    """Of the other end, as it is counted by `network_of`."""
    on_lost: Callable[[], object] | None = None
    """Called when the other end hangs up."""
    on_answered: Callable[[Connection], object] | None = None
    """Called with it when an answer was written."""
    at_work = False
    """Whether a request of a proven caller, or one for a mounted application, is served."""
    caller: Caller | None = None
    """Who asks an application that is mounted behind the gates."""
    _too_late: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Serve its requests, unless it was lost before it came to the first."""
        if self._manager is not None:
            await super().start()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        """Start the clock at the first byte of the headers, and stop it when they are all there."""
        super().data_received(data)
        waits = self._waiter is not None and not self._waiter.done()
        if not waits:
            self._stop_clock()
        elif self._too_late is None and not self._force_close:
            self._too_late = asyncio.get_running_loop().call_later(self.headers_s, self._headers_late)

    def _stop_clock(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _headers_late(self) -> None:
        log.debug("connection from %s: no headers within %g s", self.address, self.headers_s)
        self.force_close()

    @property
    def idle(self) -> bool:
        """Whether no request of it is at work.

        It waits for one, or for a body whose sender is not proven yet, or for a caller that does not read its answer.
        """
        return not (self.at_work or self.transport is None or self.transport.is_closing())

    def log_access(self, request: web.BaseRequest, response: web.StreamResponse, time: float | None) -> None:
        """Called when an answer is written: the connection was of use."""
        if self.on_answered is not None:
            self.on_answered(self)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        log.debug("connection from %s: %s", request.remote, type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer was under way")
        error: Refused = Malformed("not HTTP")
        if isinstance(exc, LineTooLong) or "Too many headers" in str(exc):
            error = TooLarge("headers beyond what the parser takes")
            error.status = 431
        response = refused(error, format=None, accepted=())
        response.force_close()
        return response


class Door(web.Server):
    """Makes a `Connection` for every peer, up to a limit beyond which idle ones make room."""

    def __init__(self, serve: Serve, limits: Limits, *, make: Make | None = None) -> None:
        super().__init__(serve, request_factory=make)
        self._limits = limits
        self._order: OrderedDict[Connection, None] = OrderedDict()  # what was of use least recently is first
        self._of_address: dict[str, OrderedDict[Connection, None]] = {}  # likewise
        self._closed = 0  # to make room, since that was noted
        self._quiet_until = 0.0

    def __call__(self) -> web.RequestHandler:
        return Connection(
            self,
            headers_s=self._limits.headers_s,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._limits.keepalive_s,
            access_log=None,  # none is what turns it off
            max_line_size=self._limits.header_bytes,
            max_field_size=self._limits.header_bytes,
            max_headers=self._limits.header_count,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        assert isinstance(handler, Connection)
        peer = transport.get_extra_info("peername")
        handler.address = network_of(peer[0]) if isinstance(peer, tuple) else ""
        handler.on_answered = self._was_of_use
        of_address = self._of_address.setdefault(handler.address, OrderedDict())
        self._order[handler] = of_address[handler] = None
        if len(of_address) > self._limits.connections_per_address:
            self._make_room(of_address, f"of {handler.address}")
        elif len(self._order) > self._limits.connections:
            self._make_room(self._order, "at all")

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        assert isinstance(handler, Connection)
        if self._order.pop(handler, self) is None:
            of_address = self._of_address[handler.address]
            del of_address[handler]
            if not of_address:
                del self._of_address[handler.address]

    def _was_of_use(self, connection: Connection) -> None:
        if connection in self._order:
            self._order.move_to_end(connection)
            self._of_address[connection.address].move_to_end(connection)

    def _make_room(self, order: OrderedDict[Connection, None], whose: str) -> None:
        """Close the connection that was of use least recently; the new one, when all others are at work."""
        oldest = next((one for one in order if one.idle), None)
        if oldest is None or oldest.transport is None:
            return
        oldest.transport.abort()
        self._closed += 1
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:  # a flood must not fill the log as well
            log.info("closed %d idle connections, the last of %d %s", self._closed, len(order), whose)
            self._closed, self._quiet_until = 0, now + QUIET_S


def caller_of(request: web.BaseRequest) -> Caller | None:
    """The proven caller of a request to an application that is mounted behind the gates, else None."""
    connection = request.protocol
    return connection.caller if isinstance(connection, Connection) else None


@contextmanager
def while_connected(request: web.BaseRequest) -> Iterator[None]:
    """Cancel this task when its caller hangs up meanwhile, or has done so already."""
    connection, task = request.protocol, asyncio.current_task()
    assert isinstance(connection, Connection)
    assert task is not None
    if connection.transport is None:
        raise ConnectionResetError("the caller hung up")
    connection.on_lost = task.cancel
    try:
        yield
    finally:
        connection.on_lost = None


__all__ = ["Connection", "Door", "Make", "caller_of", "while_connected"]
