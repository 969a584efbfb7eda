"""Websockets of mounted ASGI applications, over real sockets."""

import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from raw_http import exchange
from signed_requests import NOW
from taokit.axon import Mount, Rate, Sockets, allow
from wire_vectors import ALICE, BOB

KEY = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
GOOD = [*KEY, ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")]


class App:
    """Says back what it hears, in the manner that the path names; keeps what it was told."""

    def __init__(self):
        self.scopes, self.events, self.sent, self.left = [], [], 0, asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "websocket":
            raise ValueError("websockets alone")
        self.scopes.append(scope)
        assert await receive() == {"type": "websocket.connect"}
        await getattr(self, scope["path"].rpartition("/")[2])(scope, receive, send)

    async def heard(self, receive):
        while (event := await receive())["type"] == "websocket.receive":
            self.events.append(event)
            yield event
        self.events.append(event)
        assert await receive() == event  # the end stays the end
        self.left.set()

    async def echo(self, scope, receive, send):
        chosen = scope["subprotocols"][-1] if scope["subprotocols"] else None
        headers = [(b"x-app", b"yes"), (b"connection", b"close"), (b"sec-websocket-accept", b"forged")]
        await send({"type": "websocket.accept", "subprotocol": chosen, "headers": headers})
        async for event in self.heard(receive):
            await send({**event, "type": "websocket.send"})

    async def refuse(self, scope, receive, send):
        await send({"type": "websocket.close", "code": 1008})

    async def goodbye(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001, "reason": "enough"})
        await send({"type": "websocket.send", "text": "too late"})

    async def explains(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4002, "reason": "é" * 80})

    async def returns(self, scope, receive, send):
        await send({"type": "websocket.accept"})

    async def fails(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        raise RuntimeError("secret")

    async def fails_before(self, scope, receive, send):
        raise RuntimeError("secret")

    async def silent(self, scope, receive, send):
        await receive()

    async def invents(self, scope, receive, send):
        await send({"type": "websocket.accept", "subprotocol": "mine"})

    async def pours(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        while not self.left.is_set():
            await send({"type": "websocket.send", "bytes": bytes(1 << 16)})
            self.sent += 1

    async def goes_on(self, scope, receive, send):
        await send({"type": "websocket.accept"})
        try:
            for self.sent in range(50_000):
                await send({"type": "websocket.send", "bytes": bytes(1 << 16)})
        except OSError:
            self.left.set()
            raise


@pytest.fixture
def app():
    return App()


@pytest.fixture
async def client():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def url(serve, app):
    async def start(**options):
        port, axon = await serve([], mounts=[Mount("/app", app, **options)])
        return f"ws://127.0.0.1:{port}/app", axon

    return start


async def test_messages_go_both_ways_and_the_scope_says_who_asks(url, app, client):
    where, _ = await url()
    async with client.ws_connect(f"{where}/echo?x=1", headers={"x-mine": "a"}, protocols=("one", "two")) as socket:
        await socket.send_str("héllo")
        assert (await socket.receive()).data == "héllo"
        await socket.send_bytes(b"\0\xff")
        assert (await socket.receive()).data == b"\0\xff"
        assert socket.protocol == "two"
        assert socket._response.headers["x-app"] == "yes"
        assert socket._response.headers.getall("connection") == ["upgrade"]
        await socket.close(code=4000, message=b"done")
    (scope,) = app.scopes
    assert (scope["type"], scope["scheme"], scope["path"], scope["root_path"]) == (
        "websocket", "ws", "/app/echo", "/app",
    )  # fmt: skip
    assert (scope["query_string"], scope["subprotocols"]) == (b"x=1", ["one", "two"])
    assert dict(scope["headers"])[b"x-mine"] == b"a"
    assert "method" not in scope
    await asyncio.wait_for(app.left.wait(), 5)
    assert app.events[-1] == {"type": "websocket.disconnect", "code": 4000, "reason": "done"}


@pytest.mark.parametrize("path", ["/app/refuse", "/app/fails_before", "/app/invents", "/app/silent"])
async def test_what_is_not_accepted_is_refused(url, app, path):
    where, _ = await url(deadline_s=0.2)
    port = int(where.split(":")[2].split("/")[0])
    reply = await exchange(port, "GET", path, GOOD)
    status = {"/app/refuse": 403, "/app/silent": 408}.get(path, 500)
    assert reply.status == status
    assert b"secret" not in reply.body
    assert set(reply.json) == {"message"}


@pytest.mark.parametrize(
    "headers",
    [KEY, [*KEY, ("Sec-WebSocket-Key", "short")], [*GOOD[:2], ("Sec-WebSocket-Version", "12"), GOOD[3]]],
)
async def test_a_handshake_that_is_none_does_not_reach_the_application(url, app, headers):
    where, _ = await url()
    port = int(where.split(":")[2].split("/")[0])
    assert (await exchange(port, "GET", "/app/echo", headers)).status == 400
    assert app.scopes == []


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [("goodbye", 4001, "enough"), ("explains", 4002, "é" * 61), ("returns", 1000, ""), ("fails", 1011, "")],
)
async def test_the_application_ends_it(url, client, path, code, reason):
    where, _ = await url()
    async with client.ws_connect(f"{where}/{path}") as socket:
        end = await socket.receive()
        assert (end.type, end.data, end.extra) == (WSMsgType.CLOSE, code, reason)


async def test_a_message_over_the_limit_closes_it(url, app, client):
    where, _ = await url(sockets=Sockets(message_bytes=100))
    async with client.ws_connect(f"{where}/echo") as socket:
        await socket.send_str("x" * 99)
        assert len((await socket.receive()).data) == 99
        await socket.send_str("x" * 101)
        assert (await socket.receive()).data == 1009
    await asyncio.wait_for(app.left.wait(), 5)
    assert app.events[-1]["code"] == 1009


async def test_a_caller_that_hangs_up_is_a_disconnect(url, app, client):
    where, _ = await url()
    socket = await client.ws_connect(f"{where}/echo")
    socket._response.connection.transport.abort()
    await asyncio.wait_for(app.left.wait(), 5)
    assert app.events == [{"type": "websocket.disconnect", "code": 1006, "reason": ""}]


async def test_an_application_that_goes_on_for_a_caller_that_left_is_told(url, app, client, caplog):
    """Nothing else would stop it: where nobody is waited for, no deadline ever gets its turn."""
    where, axon = await url()
    socket = await client.ws_connect(f"{where}/goes_on")
    await socket.receive()
    socket._response.connection.transport.abort()
    await asyncio.wait_for(app.left.wait(), 5)
    await released(axon)
    assert app.sent < 49_999
    assert not caplog.records


async def released(axon):
    """Return when nothing is under way in what is mounted."""
    async with asyncio.timeout(5):
        while any(queue.running for queue in axon._mounts.queues):
            await asyncio.sleep(0.001)


async def test_one_address_has_so_many(url, client):
    where, axon = await url(sockets=Sockets(per_address=1))
    async with client.ws_connect(f"{where}/echo"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"{where}/echo")
        assert refused.value.status == 503
    await released(axon)
    await (await client.ws_connect(f"{where}/echo")).close()


async def test_there_are_so_many_at_once_for_so_long_beside_other_requests(url, app, client):
    where, axon = await url(sockets=Sockets(at_once=1, seconds=0.3), at_once=1)
    async with client.ws_connect(f"{where}/echo") as first:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"{where}/echo")
        assert refused.value.status == 503
        assert (await first.receive()).data == 1001
    await asyncio.wait_for(app.left.wait(), 5)
    await released(axon)
    await (await client.ws_connect(f"{where}/echo")).close()


async def test_a_slow_reader_slows_the_application_down(url, app):
    where, _ = await url()
    port = int(where.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    head = "\r\n".join(["GET /app/pours HTTP/1.1", "Host: x", *(f"{k}: {v}" for k, v in GOOD), "", ""])
    writer.write(head.encode())
    await reader.readuntil(b"\r\n\r\n")
    seen = -1
    async with asyncio.timeout(10):
        while seen != app.sent:
            seen = app.sent
            await asyncio.sleep(0.05)
    assert seen < 500  # 32 MiB, which the buffers of the sockets may take; the application itself never stops
    app.left.set()
    writer.transport.abort()


@pytest.mark.parametrize("kind", ["asgi", "aiohttp"])
async def test_the_drain_tells_both_ends(serve, app, client, kind):
    if kind == "asgi":
        port, axon = await serve([], mounts=[Mount("/app", app)])
    else:
        other, open_ = web.Application(), set()

        async def echo(request):
            socket = web.WebSocketResponse(timeout=1)
            await socket.prepare(request)
            open_.add(socket)
            await socket.receive()
            app.left.set()
            return socket

        async def leave(_):
            for socket in open_:
                await socket.close(code=1001)

        other.router.add_get("/echo", echo)
        other.on_shutdown.append(leave)
        port, axon = await serve([], mounts=[Mount("/app", other)])
    async with client.ws_connect(f"ws://127.0.0.1:{port}/app/echo") as socket:
        async with asyncio.timeout(5):
            while not axon._mounts.queues[1].running:
                await asyncio.sleep(0.001)
        stopping = asyncio.create_task(axon.stop(drain_s=5))
        assert (await socket.receive()).data == 1001
        await asyncio.wait_for(stopping, 4)
    assert app.left.is_set()
    if kind == "asgi":
        assert app.events[-1]["code"] == 1001


async def test_a_gated_socket_needs_a_signature(serve, app, client):
    port, _ = await serve([], now_ns=lambda: NOW, admit=allow([ALICE.ss58]), mounts=[Mount("/app", app, gated=True)])
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"ws://127.0.0.1:{port}/app/echo")
    assert refused.value.status == 401
    signed = _signed_get("/app/echo")
    async with client.ws_connect(f"ws://127.0.0.1:{port}/app/echo", headers=signed) as socket:
        await socket.send_str("x")
        assert (await socket.receive()).data == "x"
    assert app.scopes[0]["state"]["caller"].hotkey == ALICE.ss58


def _signed_get(target):
    from hashlib import sha256

    lines = ["btauth/1", "sr25519", "GET", target, sha256(b"").hexdigest(), str(NOW), ALICE.ss58, BOB.ss58]
    return {
        "X-Bittensor-Version": "1",
        "X-Bittensor-Hotkey": ALICE.ss58,
        "X-Bittensor-Nonce": str(NOW),
        "X-Bittensor-Receiver": BOB.ss58,
        "X-Bittensor-Signature": "0x" + ALICE.sign("\n".join(lines).encode()).hex(),
    }


async def test_sockets_count_towards_the_rate_of_the_mount(url, client):
    where, _ = await url(address_rate=Rate(0.001, 1))
    await (await client.ws_connect(f"{where}/echo")).close()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect(f"{where}/echo")
    assert refused.value.status == 429
