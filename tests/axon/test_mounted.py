"""Applications beside the messages, over real sockets."""

import asyncio
import hashlib
import json
from types import SimpleNamespace

import pytest
from aiohttp import web

from raw_http import exchange, request_bytes, send
from signed_requests import NOW, ask, signed, signed_body
from taokit.axon import Limits, Mount, Rate, Route, allow, caller_of
from taokit.errors import ConfigurationError
from taokit.protocol import BtauthDraft
from wire_classes import Echo, echo
from wire_vectors import ALICE, BOB


def application(events=None):
    events = [] if events is None else events
    app = web.Application()

    async def say(request):
        if caller := caller_of(request):
            return web.json_response({"hotkey": caller.hotkey, "body": (await request.read()).decode()})
        return web.Response(text=f"{request.method} {request.match_info['what']} {await request.text()}")

    async def fail(request):
        raise RuntimeError("secret")

    async def slow(request):
        await asyncio.sleep(30)

    async def begun(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        raise RuntimeError("secret")

    async def around(app):
        events.append("up")
        yield
        events.append("down")

    app.cleanup_ctx.append(around)
    for name, handler in (("fail", fail), ("slow", slow), ("begun", begun)):
        app.router.add_get(f"/{name}", handler)
    app.router.add_route("*", "/say/{what}", say)
    return app


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        scope["state"]["seen"] = []
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})
        return
    event = await receive()
    caller = scope["state"].get("caller")
    said = {
        "path": scope["path"],
        "root": scope["root_path"],
        "query": scope["query_string"].decode(),
        "method": scope["method"],
        "body": event["body"].decode(),
        "more": event["more_body"],
        "state": "seen" in scope["state"],
        "caller": caller and caller.hotkey,
        "x": dict(scope["headers"]).get(b"x-mine", b"").decode(),
    }
    body = json.dumps(said).encode()
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x-app", b"yes")]})
    await send({"type": "http.response.body", "body": body[:5], "more_body": True})
    await send({"type": "http.response.body", "body": body[5:]})


async def nothing(scope, receive, send):
    if scope["type"] == "lifespan":
        raise ValueError("no lifespan here")


async def broken(scope, receive, send):
    if scope["type"] == "lifespan":
        raise ValueError("no lifespan here")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a", "more_body": True})


async def mounted(serve, app, **options):
    port, _ = await serve(
        [Route(Echo, echo)], now_ns=lambda: NOW, mounts=[Mount("/app", app, **options)], admit=allow([ALICE.ss58])
    )
    return port


async def test_an_aiohttp_application_is_served_beside_the_messages(serve):
    events = []
    app = application(events)
    port, axon = await serve([Route(Echo, echo)], now_ns=lambda: NOW, mounts=[Mount("/app", app)])
    reply = await exchange(port, "PUT", "/app/say/hello?x=1", [("Content-Type", "text/plain")], b"you")
    assert (reply.status, reply.body) == (200, b"PUT hello you")
    assert (await exchange(port, "GET", "/app/none")).status == 404
    assert (await exchange(port, "GET", "/application")).json == {"message": "unknown message"}
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    await axon.stop()
    assert events == ["up", "down"]


async def test_an_asgi_application_is_served_with_its_lifespan(serve):
    port = await mounted(serve, asgi)
    reply = await exchange(port, "POST", "/app/a%20b?q=1", [("X-Mine", "m")], b"hi")
    assert (reply.status, reply.headers["x-app"]) == (201, "yes")
    assert reply.json == {
        "path": "/app/a b",
        "root": "/app",
        "query": "q=1",
        "method": "POST",
        "body": "hi",
        "more": False,
        "state": True,
        "caller": None,
        "x": "m",
    }
    assert (await exchange(port, "GET", "/app")).json["path"] == "/app"


async def test_what_fails_after_its_answer_is_logged(serve, caplog):
    """Starlette answers 500 by itself, and raises again for the server to log."""

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"4")]})
            await send({"type": "http.response.body", "body": b"fail"})
        raise RuntimeError("why it failed")

    port = await mounted(serve, app)
    reply = await exchange(port, "GET", "/app/x")
    assert (reply.status, reply.body) == (500, b"fail")
    assert "mount /app failed" in caplog.text
    assert "why it failed" in caplog.text


def test_the_caller_of_a_request_that_has_a_scope_is_in_its_state():
    assert caller_of(SimpleNamespace(scope={"state": {"caller": "who"}})) == "who"
    assert caller_of(SimpleNamespace(scope={})) is None


@pytest.mark.parametrize("app", [application, lambda: nothing])
async def test_an_application_that_fails_says_only_an_id(serve, caplog, app):
    reply = await exchange(await mounted(serve, app()), "GET", "/app/fail")
    assert reply.status == 500
    assert b"secret" not in reply.body
    assert reply.json["message"].startswith("internal error ")
    assert "failed" in caplog.text


@pytest.mark.parametrize(("app", "path"), [(application, "/app/begun"), (lambda: broken, "/app/x")])
async def test_an_answer_that_breaks_off_is_not_taken_for_whole(serve, caplog, app, path):
    port = await mounted(serve, app())
    assert not (await exchange(port, "GET", path)).whole


async def test_a_mount_has_its_own_bounds(serve):
    port = await mounted(serve, application(), max_body=10, deadline_s=0.05, at_once=1)
    assert (await exchange(port, "POST", "/app/say/x", [], b"x" * 11)).status == 413
    chunked = b"POST /app/say/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await send(port, chunked + b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n")).status == 413
    slow = asyncio.create_task(exchange(port, "GET", "/app/slow"))
    await asyncio.sleep(0.01)
    assert (await exchange(port, "GET", "/app/slow")).status == 503
    assert (await slow).status == 408


async def test_a_mount_has_its_own_rate(serve):
    port = await mounted(serve, application(), address_rate=Rate(0.001, 1))
    assert (await exchange(port, "GET", "/app/say/x")).status == 200
    assert (await exchange(port, "GET", "/app/say/x")).status == 429
    assert (await ask(port, signed(Echo(text="x")))).status == 200


@pytest.mark.parametrize("app", [application, lambda: asgi])
async def test_a_gated_mount_serves_signed_requests_of_admitted_callers(serve, app):
    port = await mounted(serve, app(), gated=True)
    request = signed_body(b"hello", "/app/say/x")
    reply = await ask(port, request)
    assert reply.json["body"] == "hello"
    assert ALICE.ss58 in (reply.json.get("hotkey"), reply.json.get("caller"))
    assert (await ask(port, request)).status == 401  # a replay
    assert (await exchange(port, "GET", "/app/say/x")).status == 401
    other = signed_body(b"hello", "/app/say/x", nonce_ns=NOW + 1)
    assert (await exchange(port, "POST", "/app/say/y", other.headers, other.body)).status == 401
    assert (await exchange(port, "POST", "/app/say/x", other.headers, b"other")).status == 401
    stranger = BtauthDraft("/app/say/x", b"hello", hashlib.sha256(b"hello").hexdigest())
    assert (await ask(port, stranger.signed(BOB, receiver=BOB.ss58, nonce_ns=NOW))).status == 403


async def test_a_signed_body_that_says_no_length_is_bounded_too(serve):
    port = await mounted(serve, application(), max_body=1000, gated=True)
    request = signed_body(bytes(2000), "/app/say/x")
    head = request_bytes("POST", request.target, request.headers, b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )
    assert (await send(port, head + b"7d0\r\n" + request.body + b"\r\n0\r\n\r\n")).status == 413


async def test_an_asgi_application_hears_that_its_caller_hung_up(serve):
    asked, heard = asyncio.Event(), []

    async def listens(scope, receive, send):
        if scope["type"] == "http":
            heard.append((await receive())["type"])
            asked.set()
            heard.append((await receive())["type"])

    port = await mounted(serve, listens)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /app/ HTTP/1.1\r\nHost: x\r\n\r\n")
    await asked.wait()
    writer.close()
    async with asyncio.timeout(5):
        while len(heard) < 2:
            await asyncio.sleep(0.001)
    assert heard == ["http.request", "http.disconnect"]


async def test_an_asgi_application_that_goes_on_for_a_caller_that_left_is_told(serve, caplog):
    sent, told = [], asyncio.Event()

    async def goes_on(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            for number in range(50_000):
                await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": True})
                sent.append(number)
        except OSError:
            told.set()
            raise

    port = await mounted(serve, goes_on)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /app/x HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()
    await asyncio.wait_for(told.wait(), 5)
    await asyncio.sleep(0)
    assert len(sent) < 50_000
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_the_drain_waits_for_an_application(serve):
    held = asyncio.Event()
    app = web.Application()

    async def wait(request):
        await held.wait()
        return web.Response(text="done")

    app.router.add_get("/", wait)
    port, axon = await serve([], mounts=[Mount("/app", app)])
    task = asyncio.create_task(exchange(port, "GET", "/app/"))
    async with asyncio.timeout(5):
        while not axon._mounts.queues[0].running:
            await asyncio.sleep(0.001)
    stopping = asyncio.create_task(axon.stop(drain_s=10))
    await asyncio.sleep(0.01)
    assert not stopping.done()
    held.set()
    assert (await task).body == b"done"
    await stopping


async def test_an_application_that_fails_to_start_ends_the_start(serve):
    async def fails(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no model"})

    with pytest.raises(ConfigurationError, match="failed at startup: no model"):
        await serve([], mounts=[Mount("/app", fails)])


@pytest.mark.parametrize("path", ["", "app", "/", "/app/", "/a//b", "/a?b"])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(ConfigurationError, match="nothing can be mounted"):
        Mount(path, asgi)


@pytest.mark.parametrize("paths", [("/Synapse",), ("/app", "/app"), ("/app", "/app/more")])
async def test_two_things_at_one_path_are_refused(serve, paths):
    with pytest.raises(ConfigurationError, match="is taken"):
        await serve([], mounts=[Mount(path, asgi) for path in paths], limits=Limits())
