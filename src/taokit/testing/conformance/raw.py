"""HTTP by hand: a client that sends exactly what it is told, and a server that keeps what came and answers in bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class RawReply:
    """An answer as its bytes said."""

    status: int
    headers: dict[str, str]  # by lower-case name
    body: bytes
    whole: bool = True  # whether the body ended as its framing says

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def request_bytes(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, *, close: bool = True
) -> bytes:
    """A request with these headers and the two that its sender adds."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def exchange(
    port: int, method: str = "POST", target: str = "/", headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> RawReply:
    """What a server of this machine answers to one request."""
    return await send(port, request_bytes(method, target, headers, body))


async def send(port: int, raw: bytes) -> RawReply:
    """What a server of this machine answers to these bytes."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(raw)
        await writer.drain()
        return await read_reply(reader)
    finally:
        writer.close()


async def read_reply(reader: asyncio.StreamReader) -> RawReply:
    """The next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body, whole = await _body(reader, headers)
    return RawReply(int(head[0].split()[1]), headers, body, whole)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[bytes, bool]:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers["content-length"])), True
    body = b""
    try:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
    except (asyncio.IncompleteReadError, ConnectionError):
        return body, False
    return body, True


@dataclass(frozen=True)
class RawRequest:
    """A request as its bytes said."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class RawServer:
    """A server that answers each connection's request with fixed bytes and then keeps the connection open."""

    answer: bytes
    closes: bool = False  # the connection, once it has answered
    requests: list[RawRequest] = field(default_factory=list)
    port: int = 0
    _open: dict[asyncio.StreamWriter, asyncio.Task[Any]] = field(default_factory=dict)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve on a free port of this machine while the block runs."""
        server = await asyncio.start_server(self._connected, LOOPBACK, 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for writer in [*self._open]:
                writer.transport.abort()
            await asyncio.gather(*self._open.values())

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[writer] = task
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                self.requests.append(await read_request(reader))
                writer.write(self.answer)
                if not self.closes:
                    await reader.read()
        finally:
            writer.close()
            self._open.pop(writer)


async def read_request(reader: asyncio.StreamReader) -> RawRequest:
    """The next request on a connection."""
    line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (entry.partition(":") for entry in fields)]
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return RawRequest(line, headers, await reader.readexactly(length))


__all__ = ["RawReply", "RawRequest", "RawServer", "exchange", "read_reply", "read_request", "request_bytes", "send"]
