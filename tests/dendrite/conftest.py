import asyncio
import contextlib
from dataclasses import dataclass, field

import pytest


@dataclass
class Request:
    """One request as its bytes came in."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name):
        return next(value for key, value in self.headers if key.lower() == name.lower())


@dataclass
class Peer:
    """A raw server on loopback that does with a connection whatever the test wants."""

    handle: object  # async, (peer, reader, writer)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    tasks: set = field(default_factory=set)
    server: asyncio.Server | None = None

    @property
    def port(self):
        return self.server.sockets[0].getsockname()[1]

    async def connected(self, reader, writer):
        self.connections += 1
        self.tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.handle(self, reader, writer)
        writer.close()

    async def read(self, reader):
        """The next request on a connection, which is also kept in `requests`."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.rstrip("\r\n").split("\r\n")
        headers = [tuple(field.split(": ", 1)) for field in fields]
        length = next((int(value) for key, value in headers if key.lower() == "content-length"), 0)
        request = Request(line, headers, await reader.readexactly(length))
        self.requests.append(request)
        return request


@pytest.fixture
async def serve():
    """Start a raw server: `await serve(handle)`; `handle` bytes are an answer to each request on a kept connection."""
    peers = []

    async def start(handle, host="127.0.0.1"):
        async def answer(peer, reader, writer):
            while True:
                await peer.read(reader)
                writer.write(handle)
                await writer.drain()

        peer = Peer(answer if isinstance(handle, bytes) else handle)
        peer.server = await asyncio.start_server(peer.connected, host, 0)
        peers.append(peer)
        return peer

    yield start
    for peer in peers:
        peer.server.close()
        for task in peer.tasks:
            task.cancel()
        await asyncio.gather(*peer.tasks, return_exceptions=True)


def http(body=b'{"reply": "out"}', *, status=200, kind="application/json", **headers):
    """The bytes of an answer."""
    fields = {"content-type": kind, "content-length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('__', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body


@pytest.fixture(name="http")
def http_fixture():
    return http
