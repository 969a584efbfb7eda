"""An ASGI application as one of aiohttp: HTTP and lifespan, as https://asgi.readthedocs.io/en/latest/specs has them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, MutableMapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDict

from taokit.axon.connection import Connection, caller_of
from taokit.axon.mounting import AsgiApp
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.axon")

VERSION = {"version": "3.0", "spec_version": "2.3"}
LIFESPAN_S = 30.0  # for an application to start, and to stop
Event = MutableMapping[str, Any]


def application_of(app: AsgiApp, root_path: str) -> web.Application:
    """An application of aiohttp that passes every request on. Its own path is `root_path`."""
    bridge = Bridge(app, root_path)
    outer = web.Application()
    for path in ("", "/{rest:.*}"):
        outer.router.add_route("*", path, bridge.http)
    outer.cleanup_ctx.append(bridge.lifespan)
    return outer


class Bridge:
    """One ASGI application, with what its lifespan left in `state`."""

    def __init__(self, app: AsgiApp, root_path: str) -> None:
        self._app = app
        self._root_path = root_path
        self._state: dict[str, Any] = {}

    async def http(self, request: web.Request) -> web.StreamResponse:
        """What the application answers. Raises `RuntimeError` when it ends without an answer."""
        exchange = Exchange(request)
        connection = request.protocol
        assert isinstance(connection, Connection)
        connection.on_lost = exchange.lost.set
        try:
            await self._app(self._scope(request), exchange.receive, exchange.send)
        finally:
            connection.on_lost = None
        return exchange.finished()

    def _scope(self, request: web.Request) -> Event:
        path, _, query = request.raw_path.partition("?")
        caller = caller_of(request)
        state = {**self._state, **({} if caller is None else {"caller": caller})}
        transport = request.transport
        return {
            "type": "http",
            "asgi": VERSION,
            "http_version": f"{request.version.major}.{request.version.minor}",
            "method": request.method,
            "scheme": request.scheme,
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": self._root_path,
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
        """Take one event of the answer. What comes when the caller has gone is dropped."""
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
        with contextlib.suppress(ConnectionError):
            if self._response is None:
                self._response = web.StreamResponse(status=self._start["status"], headers=_headers(self._start))
                await self._response.prepare(self._request)
            if piece:
                await self._response.write(piece)
            if not more:
                await self._response.write_eof()
        self._answered_all = not more

    def finished(self) -> web.StreamResponse:
        """The whole answer."""
        if self._response is None or not self._answered_all:
            raise RuntimeError("the application ended without a whole answer")
        return self._response


def _headers(start: Event) -> CIMultiDict[str]:
    headers = ((bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in start["headers"])
    hop = ("connection", "transfer-encoding")  # what this server decides
    return CIMultiDict((name, value) for name, value in headers if name.lower() not in hop)


__all__ = ["application_of"]
