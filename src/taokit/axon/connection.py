"""One TCP connection: aiohttp's HTTP parser with this axon's limits and fixed texts."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from taokit.axon.answers import refused
from taokit.axon.limits import Limits
from taokit.errors import Malformed, Refused, TooLarge

log = logging.getLogger("taokit.axon")

LINGER_S = 2.0  # so that a caller whose body was refused can still read why

Serve = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """Answers what does not even parse as HTTP by the same fixed texts as everything else."""

    @property
    def idle(self) -> bool:
        """Whether no request of it is at work: it waits for one, or for a caller that does not read its answer."""
        closing = self.transport is None or self.transport.is_closing()
        return not closing and self._current_request is None

    @property
    def idle_until(self) -> float:
        """When it is closed if no request comes, by the loop's clock; never, for one that has just begun."""
        return self._next_keepalive_close_time or math.inf

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

    def __init__(self, serve: Serve, limits: Limits) -> None:
        super().__init__(serve)
        self._limits = limits

    def __call__(self) -> web.RequestHandler:
        return Connection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._limits.keepalive_s,
            access_log=None,  # type: ignore[arg-type]  # none is what turns it off
            max_line_size=self._limits.header_bytes,
            max_field_size=self._limits.header_bytes,
            max_headers=self._limits.header_count,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self._limits.connections:
            self._make_room()

    def _make_room(self) -> None:
        """Close the connection that has been idle for longest; the new one, when all others are at work."""
        idle = (one for one in self._connections if isinstance(one, Connection) and one.idle)
        oldest = min(idle, key=lambda one: one.idle_until, default=None)
        if oldest is not None and oldest.transport is not None:
            log.info("closed an idle connection: there are %d already", self._limits.connections)
            oldest.transport.abort()


__all__ = ["Connection", "Door"]
