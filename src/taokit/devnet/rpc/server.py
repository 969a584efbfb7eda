"""JSON-RPC over HTTP and WebSocket on one port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final, Self

from aiohttp import WSCloseCode, web

from taokit.devnet import explorer
from taokit.devnet.devnet import Devnet
from taokit.devnet.rpc.connection import Connection
from taokit.devnet.rpc.dispatch import respond
from taokit.devnet.rpc.guard import Guard
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.limits import Limits
from taokit.devnet.rpc.methods import health
from taokit.devnet.rpc.params import Params
from taokit.devnet.rpc.producer import Producer
from taokit.devnet.rpc.protocol import METHOD_NOT_FOUND, OVERSIZED_REQUEST, Fault, refusal, written
from taokit.devnet.rpc.subscriptions import Feed
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.devnet")

PORT: Final = 9944
"""Where clients look for a local node."""

_JSON: Final = "application/json"
_CLOSE_S: Final = 2.0  # for clients to say goodbye in


class _Passer:
    """A caller over plain HTTP, who cannot be told anything later."""

    def subscribe(self, feed: Feed, host: Host, params: Params) -> str:
        raise Fault(METHOD_NOT_FOUND, "Method not found", "subscriptions need a websocket")

    def unsubscribe(self, name: str) -> bool:
        return False


class Server:
    """A devnet as other programs see it: `ws://host:port` and `http://host:port`.

    It lives in the event loop that starts it, together with everything else that follows the chain. When the chain is
    set back, every client is disconnected with code 1012, so that it connects again and forgets what it knew.
    """

    def __init__(
        self,
        devnet: Devnet,
        host: str = "127.0.0.1",
        port: int = PORT,
        *,
        block_time_s: float | None = None,
        limits: Limits | None = None,
        origins: Iterable[str] = (),
    ) -> None:
        """`origins` are web pages of elsewhere that may talk to the chain, such as `https://example.org`."""
        self._guard = Guard([host], origins)
        self._chronicle = explorer.Chronicle(devnet.node)
        self._devnet, self._address = devnet, (host, port)
        self._limits = limits or Limits()
        self._host = Host(devnet, Producer(devnet, block_time_s))
        self._host.clients, self._host.drop = lambda: self.clients, self.drop
        self._connections: set[Connection] = set()
        self._runner: web.AppRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it serves on, or will."""
        return int(self._runner.addresses[0][1]) if self._runner else self._address[1]

    @property
    def clients(self) -> int:
        """How many are connected on websockets."""
        return len(self._connections)

    async def start(self) -> int:
        """Serve from now on; the port, which is one that was free where 0 was asked for."""
        app = web.Application(client_max_size=self._limits.request, middlewares=[self._guarded])
        app.add_routes([web.get("/", self._get), web.post("/", self._post), web.get("/health", self._health)])
        app.add_routes(explorer.routes(self._devnet, self._chronicle))
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_CLOSE_S)
        await runner.setup()
        site = web.TCPSite(runner, *self._address)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            where = ":".join(map(str, self._address))
            raise ConfigurationError(f"cannot serve on {where}: {error.strerror}", hint="pass another --port") from None
        self._runner, self._loop = runner, asyncio.get_running_loop()
        self._host.node.set_back.append(self._set_back)
        self._chronicle.follow()
        self._host.producer.start()
        self._spawn(self._ring())
        return self.port

    async def stop(self) -> None:
        """Say goodbye to everybody and serve no more. The chain stays as it is."""
        if self._runner is None:
            return
        runner, self._runner = self._runner, None
        self._host.node.set_back.remove(self._set_back)
        self._host.producer.stop()
        self._chronicle.stop()
        await self._drop_all(WSCloseCode.GOING_AWAY, "the server stops")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await runner.cleanup()

    def drop(self, code: int | None = None) -> None:
        """Disconnect every client that is on a websocket: with a close code, or None as if the line had been cut."""
        self._spawn(self._drop_all(code, "dropped on purpose"))

    def stall(self, seconds: float) -> None:
        """Answer and tell nobody anything for so long; 0 ends it."""
        self._host.stall(seconds)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _ring(self) -> None:
        """Pass new blocks on to the subscriptions."""
        async for _ in self._host.node.lockstep.subscribe():
            if not self._host.bell.muffled:
                self._host.bell.ring()

    def _set_back(self) -> None:
        """The chain has gone back to an earlier block."""
        self._host.bell.ring()
        self._spawn(self._drop_all(WSCloseCode.SERVICE_RESTART, "the chain was set back"))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drop_all(self, code: int | None, why: str) -> None:
        closing = [connection.drop(code, why) for connection in self._connections]
        try:
            async with asyncio.timeout(_CLOSE_S):
                await asyncio.gather(*closing, return_exceptions=True)
        except TimeoutError:
            log.debug("some clients did not say goodbye")

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse pages of other sites. What pages only look at comes without an origin: there the host must be ours."""
        origin, host = request.headers.get("Origin"), request.headers.get("Host")
        shown = request.path.startswith(explorer.PREFIX) or _is_browser(request)
        if self._guard.admits(origin, host) and (not shown or self._guard.knows(host)):
            return await handler(request)
        log.warning("refused a web page: origin %s, host %s", origin, host)
        return web.Response(status=403, text="web pages of other sites may not talk to this chain\n")

    async def _get(self, request: web.Request) -> web.StreamResponse:
        """A websocket, or for a browser the explorer."""
        socket = web.WebSocketResponse(max_msg_size=self._limits.frame, compress=False)
        if not socket.can_prepare(request).ok:
            if _is_browser(request):
                return explorer.page()
            return web.Response(status=405, text="Used HTTP Method is not allowed. POST is required\n")
        if len(self._connections) >= self._limits.connections:
            return web.Response(status=429, text="Too many connections. Please try again later.\n")
        await socket.prepare(request)
        connection = Connection(socket, request.transport, self._host, self._limits)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)
        return socket

    async def _post(self, request: web.Request) -> web.Response:
        """One message in a body."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            fault = Fault(OVERSIZED_REQUEST, "Request is too big", f"Exceeded max limit of {self._limits.request}")
            return web.Response(status=413, text=written(refusal(None, fault)), content_type=_JSON)
        text = await respond(self._host, body, _Passer())
        return web.Response(text=text, content_type=_JSON)

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response(health(self._host, Params(())))


def _is_browser(request: web.Request) -> bool:
    """Whether the answer is to be looked at. To all others a node says that it takes no such request."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


__all__ = ["PORT", "Server"]
