"""A connection as an application of aiohttp knows it, for the length of one request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web
from aiohttp.http_writer import StreamWriter

from taokit.axon.caller import Caller
from taokit.axon.connection import Connection, Content

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage
    from aiohttp.http_websocket import WebSocketReader

QUIET: Any = None  # turns the log of requests off


class Guest(web.RequestHandler):
    """Stands between a connection, which reads all requests itself, and an application that answers one of them."""

    caller: Caller | None = None
    """Who asks, when the application is behind the gates."""
    on_lost: Callable[[], object] | None = None
    """Called when the other end hangs up."""

    def __init__(self, server: web.Server, connection: Connection) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=QUIET, auto_decompress=False)
        self.transport = connection.transport
        self._paused = connection.writing_paused
        self._connection = connection
        self._server = server
        self._upgraded = True  # no request comes out of it: that is the connection's own business
        self._parser = None  # a ring, which only a pause of everything would free

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def request(self, message: RawRequestMessage, content: Content) -> web.BaseRequest:
        """The request as the application takes it."""
        task = asyncio.current_task()
        assert task is not None
        return self._server.request_factory(message, content, self, StreamWriter(self, self._loop), task)

    async def answer(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Write what the application did not write yet, and end the connection where the response ends it."""
        response, broken = await self.finish_response(request, response, None)
        self._connection.last = self._connection.last or broken or not response.keep_alive

    def set_parser(self, parser: WebSocketReader, data_received_cb: Callable[[], None] | None = None) -> None:
        super().set_parser(parser, data_received_cb)
        self._connection.hand_over(self.data_received)


class HasScope(Protocol):
    """A request of an ASGI framework such as Starlette or FastAPI."""

    @property
    def scope(self) -> Mapping[str, Any]: ...


def caller_of(request: web.BaseRequest | HasScope) -> Caller | None:
    """The proven caller of a request to an application that is mounted behind the gates, else None.

    Takes requests of aiohttp, and those of ASGI frameworks that have their `scope`.
    """
    if not isinstance(request, web.BaseRequest):
        caller: Caller | None = request.scope.get("state", {}).get("caller")
        return caller
    protocol: Any = request.protocol
    return protocol.caller if isinstance(protocol, Guest) else None


__all__ = ["Guest", "caller_of"]
