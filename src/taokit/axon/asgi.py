"""An ASGI application as one of aiohttp: HTTP, websockets, lifespan (https://asgi.readthedocs.io/en/latest/specs)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDict

from taokit.axon.guest import Guest, caller_of
from taokit.axon.mounting import AsgiApp, Mount
from taokit.axon.sockets import GOING_AWAY, Socket, gone, offered, wants_socket, well_asked
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.axon")

VERSION = {"version": "3.0", "spec_version": "2.4"}
LIFESPAN_S = 30.0  # for an application to start, and to stop
Event = MutableMapping[str, Any]


def application_of(app: AsgiApp, mount: Mount) -> web.Application:
    """An application of aiohttp that passes every request on, as it is mounted."""
    bridge = Bridge(app, mount)
    outer = web.Application()
    for path in ("", "/{rest:.*}"):
        outer.router.add_route("*", path, bridge.answer)
    outer.cleanup_ctx.append(bridge.lifespan)
    outer.on_shutdown.append(bridge.close_sockets)
    return outer


class Bridge:
    """One ASGI application, with what its lifespan left in `state`."""

    def __init__(self, app: AsgiApp, mount: Mount) -> None:
        self._app = app
        self._mount = mount
        self._state: dict[str, Any] = {}
        self._open: set[Socket] = set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the application makes of a request, or of a websocket."""
        return await (self.websocket(request) if wants_socket(request) else self.http(request))

    async def http(self, request: web.Request) -> web.StreamResponse:
        """What the application answers. Raises `RuntimeError` when it ends without an answer."""
        exchange = Exchange(request)
        connection = request.protocol
        assert isinstance(connection, Guest)
        connection.on_lost = exchange.lost.set
        try:
            await self._app({**self._scope(request), "type": "http"}, exchange.receive, exchange.send)
        finally:
            connection.on_lost = None
        return exchange.finished()

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        """What came of a websocket, once it is over; a refusal where the application did not accept it."""
        if not well_asked(request):
            raise web.HTTPBadRequest(text="a websocket of version 13 needs a key of 16 bytes")
        socket = Socket(request, self._mount.sockets, accept_s=self._mount.deadline_s)
        connection = request.protocol
        assert isinstance(connection, Guest)
        connection.on_lost = socket.lost
        self._open.add(socket)
        scope = {**self._scope(request), "type": "websocket", "subprotocols": offered(request)}
        scope["scheme"] = "wss" if request.secure else "ws"
        del scope["method"]
        try:
            return await socket.serve(partial(self._app, scope))
        finally:
            connection.on_lost = None
            self._open.discard(socket)

    async def close_sockets(self, _: web.Application) -> None:
        """Tell both ends of every websocket that this server goes away."""
        await asyncio.gather(*(socket.close(GOING_AWAY) for socket in [*self._open]))

    def _scope(self, request: web.Request) -> Event:
        path, _, query = request.raw_path.partition("?")
        caller = caller_of(request)
        state = {**self._state, **({} if caller is None else {"caller": caller})}
        transport = request.transport
        return {
            "asgi": VERSION,
            "http_version": f"{request.version.major}.{request.version.minor}",
            "method": request.method,
            "scheme": request.scheme,
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": self._mount.path,
            "headers": [(name.lower(), value) for name, value in request.raw_headers],
            "client": None if transport is None else tuple(transport.get_extra_info("peername")[:2]),
            "server": None if transport is None else tuple(transport.get_extra_info("sockname")[:2]),
            "state": state,
        }

    async def lifespan(self, _: web.Application) -> AsyncIterator[None]:
        """Start the application, and stop it when the axon stops. One without a lifespan just runs."""
        said: asyncio.Queue[Event] = asyncio.Queue()
        heard: asyncio.Queue[Event] = asyncio.Queue()
        scope: Event = {"type": "lifespan", "asgi": VERSION, "state": self._state}
        task = asyncio.ensure_future(self._app(scope, said.get, heard.put))
        try:
            if not await _told(said, heard, task, "startup"):
                yield
                return
            yield
            await _told(said, heard, task, "shutdown")
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


async def _told(said: asyncio.Queue[Event], heard: asyncio.Queue[Event], task: asyncio.Future[None], what: str) -> bool:
    """Announce startup or shutdown; False when the application knows no lifespan."""
    said.put_nowait({"type": f"lifespan.{what}"})
    answer = asyncio.ensure_future(heard.get())
    either: list[asyncio.Future[Any]] = [answer, task]
    try:
        await asyncio.wait(either, timeout=LIFESPAN_S, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            if task.done():
                return False
            raise ConfigurationError(f"the mounted application did not finish its {what} within {LIFESPAN_S:g} s")
        event = answer.result()
    finally:
        answer.cancel()
    if event["type"] == f"lifespan.{what}.failed":
        raise ConfigurationError(f"the mounted application failed at {what}: {event.get('message', '')}")
    return True


class Exchange:
    """One request and its answer, event by event."""

    def __init__(self, request: web.Request) -> None:
        self.lost = asyncio.Event()
        self._request = request
        self._asked_all = False
        self._start: Event | None = None
        self._response: web.StreamResponse | None = None
        self._answered_all = False

    async def receive(self) -> Event:
        """The next piece of the body; after the last, that the caller has gone, once it has."""
        if self._asked_all:
            await self.lost.wait()
            return {"type": "http.disconnect"}
        body = await self._request.read()  # bounded by the mount
        self._asked_all = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, event: Event) -> None:
        """Take one event of the answer; `ConnectionError` when the caller has gone, so that nobody goes on for ever."""
        if event["type"] == "http.response.start":
            if self._start is not None:
                raise RuntimeError("the answer was begun twice")
            self._start = event
        elif event["type"] == "http.response.body":
            await self._body(event.get("body", b""), more=event.get("more_body", False))
        else:
            raise RuntimeError(f"no such event: {event['type']}")

    async def _body(self, piece: bytes, *, more: bool) -> None:
        if self._start is None or self._answered_all:
            raise RuntimeError("a body before its start, or after its end")
        if self.lost.is_set():
            raise gone()
        if self._response is None:
            self._response = web.StreamResponse(status=self._start["status"], headers=_headers(self._start))
            await self._response.prepare(self._request)
        if piece:
            await self._response.write(piece)
        if not more:
            await self._response.write_eof()
        self._answered_all = not more

    def finished(self) -> web.StreamResponse:
        """The whole answer; `ConnectionError` when nobody is there to read it."""
        if self.lost.is_set():
            raise gone()
        if self._response is None or not self._answered_all:
            raise RuntimeError("the application ended without a whole answer")
        return self._response


def _headers(start: Event) -> CIMultiDict[str]:
    headers = ((bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in start["headers"])
    hop = ("connection", "transfer-encoding")  # what this server decides
    return CIMultiDict((name, value) for name, value in headers if name.lower() not in hop)


__all__ = ["application_of"]
