"""Messages and mounted applications on one connection, over real sockets."""

import asyncio
import gc
import weakref

import pytest
from aiohttp import web

from raw_http import read_reply, request_bytes
from signed_requests import NOW, signed
from taokit.axon import Limits, Mount, Route
from wire_classes import Echo, Tokens, echo, tokens


def application():
    async def say(request):
        return web.Response(text=f"{request.method} {await request.text()}")

    async def large(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(bytes(1 << 16))
        return response

    async def unread(request):
        return web.Response(text="no")

    app = web.Application()
    for path, handler in (("/say", say), ("/large", large), ("/unread", unread)):
        app.router.add_route("*", path, handler)
    return app


async def mounted(serve, **options):
    mounts = [Mount("/app", application())]
    port, _ = await serve([Route(Echo, echo), Route(Tokens, tokens)], now_ns=lambda: NOW, mounts=mounts, **options)
    return await asyncio.open_connection("127.0.0.1", port)


def question(number, message=None):
    request = signed(message or Echo(text=f"{number}"), nonce_ns=NOW + number)
    return request_bytes("POST", request.target, request.headers, request.body, close=False)


def plain(path, body=b""):
    return request_bytes("POST", f"/app{path}", [], body, close=False)


async def chunks(reader):
    """The body of an answer in chunks."""
    assert b"chunked" in (await reader.readuntil(b"\r\n\r\n")).lower()
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readline() == b"\r\n"
    assert await reader.readline() == b"\r\n"
    return body


async def test_messages_and_applications_take_turns_on_one_connection(serve):
    reader, writer = await mounted(serve)
    for number in range(3):
        writer.write(question(number))
        assert (await read_reply(reader)).json == {"reply": f"{number}"}
        writer.write(plain("/say", b"hello"))
        assert (await read_reply(reader)).body == b"POST hello"
    writer.close()


async def test_pipelined_requests_for_both_are_answered_in_order(serve):
    reader, writer = await mounted(serve)
    writer.write(b"".join(question(number) + plain("/say", b"%d" % number) for number in range(20)))
    async with asyncio.timeout(5):
        for number in range(20):
            assert (await read_reply(reader)).json == {"reply": f"{number}"}
            assert (await read_reply(reader)).body == b"POST %d" % number
    writer.close()


async def test_a_long_answer_waits_for_its_reader_and_the_next_request_for_it(serve):
    reader, writer = await mounted(serve)
    writer.write(plain("/large") + question(0))
    await asyncio.sleep(0.02)
    assert len(await chunks(reader)) == 64 << 16
    assert (await read_reply(reader)).json == {"reply": "0"}
    writer.close()


async def test_a_body_that_the_application_does_not_read_is_not_the_next_request(serve):
    reader, writer = await mounted(serve)
    writer.write(plain("/unread", question(0)) + question(1))
    assert (await read_reply(reader)).body == b"no"
    assert (await read_reply(reader)).json == {"reply": "1"}
    writer.close()


async def test_a_long_body_that_the_application_does_not_read_is_dropped(serve):
    reader, writer = await mounted(serve)
    writer.write(plain("/unread", bytes(1_000_000)) + question(1))
    async with asyncio.timeout(5):
        assert (await read_reply(reader)).body == b"no"
        assert (await read_reply(reader)).json == {"reply": "1"}
    writer.close()


async def test_a_body_that_the_application_does_not_read_and_that_does_not_end_ends_the_connection(serve, monkeypatch):
    monkeypatch.setattr("taokit.axon.connection.LINGER_S", 0.05)
    reader, writer = await mounted(serve)
    writer.write(plain("/unread", bytes(1_000_000))[:-1])
    async with asyncio.timeout(5):
        assert (await read_reply(reader)).body == b"no"
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("kind", ["aiohttp", "asgi"])
async def test_an_answer_that_nobody_reads_has_the_deadline_of_its_mount(serve, kind):
    """Whoever comes to an application need not be proven, and a connection at work keeps its place."""

    async def whole(request):
        return web.Response(body=bytes(16 << 20))

    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": bytes(16 << 20)})

    app = web.Application()
    app.router.add_post("/whole", whole)
    mounts = [Mount("/app", app if kind == "aiohttp" else asgi, deadline_s=0.2)]
    port, axon = await serve([], mounts=mounts)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.transport.pause_reading()
    writer.write(plain("/whole"))
    async with asyncio.timeout(5):
        while not axon._door._order:
            await asyncio.sleep(0.01)
        while axon._door._order:
            await asyncio.sleep(0.01)
    writer.transport.abort()


async def test_a_stream_is_followed_by_the_next_answer(serve):
    reader, writer = await mounted(serve)
    writer.write(question(0, Tokens(prompt="a b")) + question(1))
    assert len((await chunks(reader)).splitlines()) == 3
    assert (await read_reply(reader)).json == {"reply": "1"}
    writer.close()


async def test_http_1_0_has_its_stream_until_the_connection_ends(serve):
    reader, writer = await mounted(serve)
    writer.write(question(0, Tokens(prompt="a b")).replace(b"HTTP/1.1", b"HTTP/1.0"))
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert len(body.splitlines()) == 3
    writer.close()


async def test_http_1_0_is_kept_alive_where_it_asks_for_that(serve):
    reader, writer = await mounted(serve)
    for number in range(2):
        keep = b"HTTP/1.0\r\nConnection: keep-alive"
        writer.write(question(number).replace(b"HTTP/1.1", keep))
        reply = await read_reply(reader)
        assert (reply.status, reply.headers["connection"]) == (200, "keep-alive")
    writer.close()


async def test_a_head_is_asked_for_without_a_body(serve):
    reader, writer = await mounted(serve)
    writer.write(request_bytes("HEAD", "/Echo", [], b""))
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 ")
    assert body == b""
    writer.close()


async def test_a_refused_body_can_be_sent_to_its_end_and_the_refusal_read(serve):
    reader, writer = await mounted(serve, limits=Limits())
    request = signed(Echo(text="x"))
    raw = request_bytes("POST", "/Echo", request.headers, b"").replace(b"Length: 0", b"Length: 5000000")
    writer.write(raw)
    for _ in range(50):
        writer.write(bytes(100_000))
        await writer.drain()
    assert (await reader.read()).startswith(b"HTTP/1.1 413 ")
    writer.close()


@pytest.mark.parametrize("path", ["/say", "/large", "/unknown"])
async def test_what_an_application_was_asked_leaves_nothing_to_the_collector(serve, path):
    port, axon = await serve([], mounts=[Mount("/app", application())])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    gc.collect()
    gc.disable()
    try:
        writer.write(plain(path))
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 404" if path == "/unknown" else b"HTTP/1.1 200")
        left = weakref.WeakSet(axon._door._order)
        assert len(left) == 1
        writer.transport.abort()
        async with asyncio.timeout(5):
            while left:
                await asyncio.sleep(0.001)
    finally:
        gc.enable()
