import asyncio
import contextlib

import pytest

from raw_http import read_reply, request_bytes
from signed_requests import NOW, ask, signed
from taokit.axon import Limits
from wire_classes import Echo


async def dripped(port, *first):
    """Whether the server ends a connection that says a byte of its headers again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for raw in first:
        writer.write(raw)
        assert (await read_reply(reader)).status == 200
    closed = asyncio.create_task(ended(reader))
    writer.write(b"POST /Echo HTTP/1.1\r\nh: ")
    async with asyncio.timeout(10):
        while not closed.done():
            writer.write(b"x")
            await asyncio.sleep(0.005)
    writer.close()
    return closed.result()


async def ended(reader):
    """Whether the server ends a connection without a word. It is a reset where bytes came that it had not read yet."""
    with contextlib.suppress(ConnectionResetError):
        return await reader.read() == b""
    return True


@pytest.mark.parametrize("served_before", [0, 2])
async def test_headers_that_were_begun_have_a_deadline_of_their_own(served, served_before):
    port = await served(limits=Limits(keepalive_s=600, headers_s=0.1))
    requests = (signed(Echo(text="x"), nonce_ns=NOW + n) for n in range(served_before))
    raw = [request_bytes("POST", "/Echo", request.headers, request.body, close=False) for request in requests]
    assert await dripped(port, *raw)


async def test_an_idle_connection_is_not_held_to_the_deadline_of_headers(served):
    port = await served(limits=Limits(keepalive_s=600, headers_s=0.02))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(2):
        request = signed(Echo(text="x"), nonce_ns=NOW + number)
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
        assert (await read_reply(reader)).status == 200
        await asyncio.sleep(0.05)
    writer.close()


async def test_a_body_is_not_held_to_the_deadline_of_headers(served):
    port = await served(limits=Limits(headers_s=0.02))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="x" * 100))
    raw = request_bytes("POST", "/Echo", request.headers, request.body)
    for piece in (raw[:-60], raw[-60:-30], raw[-30:]):
        writer.write(piece)
        await asyncio.sleep(0.03)
    assert (await read_reply(reader)).status == 200
    writer.close()


async def test_for_one_connection_too_many_of_an_address_its_oldest_idle_one_is_closed(served):
    port = await served(limits=Limits(connections_per_address=3))
    pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    async with asyncio.timeout(5):
        assert await ended(pairs[0][0])
    request = signed(Echo(text="x"), nonce_ns=NOW + 1)
    for reader, writer in pairs[1:]:
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body))
        assert (await read_reply(reader)).status in (200, 401)
    for _, writer in pairs:
        writer.close()


async def test_connections_that_are_closed_are_not_counted(serve):
    port, axon = await serve([], limits=Limits(connections_per_address=2))
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
    async with asyncio.timeout(5):
        while axon._door._of_address:
            await asyncio.sleep(0.001)
