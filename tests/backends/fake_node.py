"""A node by script: it answers over a real websocket what a test tells it to, or does worse."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

GENESIS = "0x" + "11" * 32


class Silence:
    """In the place of an answer: none, ever."""

    def __repr__(self):
        return "SILENCE"


SILENCE = Silence()


class Raw(str):
    """In the place of an answer: this very text, `{id}` filled in."""

    __slots__ = ()


class Fail(Exception):
    """In the place of an answer: an error, by code, message and data."""


class Break(bytes):
    """In the place of an answer: these bytes under the websocket, and then nothing more."""


class Hang(bytes):
    """The same, and the connection stays open."""


class Node:
    """`answers` has by method a value, one of the above, or a function of the parameters that returns one.

    A `Subscription` as answer opens one. `asked` holds what came, `[(method, params), …]`.
    """

    def __init__(self, answers=None, *, pongs=True):
        self.answers = {"chain_getBlockHash": GENESIS, "chain_getHeader": header(0), **(answers or {})}
        self.pongs = pongs
        self.asked = []
        self.connections = 0
        self.gone = asyncio.Event()  # a client has left
        self.url = None
        self._transports = set()

    def count(self, method):
        return sum(asked == method for asked, _ in self.asked)

    async def serve(self, request):
        self.connections += 1
        socket = web.WebSocketResponse(autoping=self.pongs, timeout=0.05)
        await socket.prepare(request)
        transport = request.transport
        self._transports.add(transport)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self.answer(socket, transport, json.loads(message.data))
        finally:
            self._transports.discard(transport)
            self.gone.set()
        return socket

    async def answer(self, socket, transport, asked):
        method, params = asked["method"], asked["params"]
        self.asked.append((method, params))
        if method not in self.answers:
            return await self.tell(socket, asked["id"], error={"code": -32601, "message": "Method not found"})
        told = self.answers[method]
        told = told(*params) if callable(told) else told
        match told:
            case _ if told is SILENCE:
                return None
            case Raw():
                return await socket.send_str(told.replace("{id}", str(asked["id"])))
            case Fail():
                code, message, *data = told.args
                error = {"code": code, "message": message, **({"data": data[0]} if data else {})}
                return await self.tell(socket, asked["id"], error=error)
            case Break() | Hang():
                transport.write(told)
                return transport.close() if isinstance(told, Break) else None
            case Subscription():
                told.socket = socket
                for item in told.early:
                    await told.send(item)
                await self.tell(socket, asked["id"], result=told.number)
                for item in told.items:
                    await told.send(item)
                return None
            case _:
                return await self.tell(socket, asked["id"], result=told)

    async def tell(self, socket, id, **what):
        await socket.send_str(json.dumps({"jsonrpc": "2.0", "id": id, **what}))

    def cut(self):
        """End every connection without a word."""
        for transport in list(self._transports):
            transport.abort()


class Subscription:
    """Opens under a number of its own, sends `early` before that number is told, and `items` after."""

    numbers = iter(range(10**9))

    def __init__(self, *items, early=()):
        self.items, self.early = items, early
        self.number = f"sub{next(self.numbers)}"
        self.socket = None

    async def send(self, item):
        params = {"subscription": self.number, "result": item}
        await self.socket.send_str(json.dumps({"jsonrpc": "2.0", "method": "notice", "params": params}))


@asynccontextmanager
async def serving(node):
    """The node behind a port of its own, for the length of the block."""
    app = web.Application()
    app.router.add_get("/", node.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    node.url = f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/"
    try:
        yield node
    finally:
        node.cut()
        await runner.cleanup()


def header(number, *, parent="0x" + "22" * 32):
    return {
        "parentHash": parent,
        "number": hex(number),
        "stateRoot": "0x" + "00" * 32,
        "extrinsicsRoot": "0x" + "33" * 32,
        "digest": {"logs": []},
    }
