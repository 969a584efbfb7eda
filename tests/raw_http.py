"""The smallest HTTP client that sends exactly what it is told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class RawReply:
    status: int
    headers: dict[str, str]  # by lower-case name
    body: bytes
    whole: bool = True  # whether the body ended as its framing says

    @property
    def json(self):
        return json.loads(self.body)


def request_bytes(method, target, headers, body, *, close=True):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def exchange(port, method="POST", target="/", headers=(), body=b"") -> RawReply:
    return await send(port, request_bytes(method, target, headers, body))


async def send(port, raw: bytes) -> RawReply:
    """What a server answers to these bytes, read until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        await writer.drain()
        return await read_reply(reader)
    finally:
        writer.close()


async def read_reply(reader) -> RawReply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body, whole = await _body(reader, headers)
    return RawReply(int(head[0].split()[1]), headers, body, whole)


async def _body(reader, headers):
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers["content-length"])), True
    body = b""
    try:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
    except (asyncio.IncompleteReadError, ConnectionError):
        return body, False
    return body, True
