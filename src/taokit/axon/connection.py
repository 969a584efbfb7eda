"""One TCP connection: aiohttp's HTTP parser with this axon's limits and fixed texts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from taokit.axon.answers import refused
from taokit.axon.limits import Limits
from taokit.errors import Malformed, Refused, TooLarge

log = logging.getLogger("taokit.axon")

LINGER_S = 2.0  # so that a caller whose body was refused can still read why
SLACK = 4  # the parser's own limits are so much wider; what they stop is cut off without a look at it

Serve = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """Answers what does not even parse as HTTP by the same fixed texts as everything else."""

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
    """Makes a `Connection` for every peer, up to a limit."""

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
            max_field_size=self._limits.header_bytes * SLACK,
            max_headers=self._limits.header_count * SLACK,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > self._limits.connections:
            log.info("closed a connection: there are %d already", self._limits.connections)
            transport.abort()


__all__ = ["Connection", "Door"]
