import asyncio
import base64
import datetime as dt
import hashlib
import socket as sockets
import ssl
import traceback
from contextlib import asynccontextmanager
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backends.fake_node import SILENCE, Break, Fail, Hang, Node, Raw, Subscription, serving
from taokit.backends.socket import Limits, Socket
from taokit.errors import ChainError, Disconnected, TimedOut, Unreachable

QUICK = Limits(connect_s=2, call_s=2, ping_s=30, close_s=0.1)
HURRIED = Limits(connect_s=0.4, call_s=0.3, ping_s=30, close_s=0.1)


@asynccontextmanager
async def connected(node, limits=QUICK):
    """A connection to a node that serves for as long."""
    async with serving(node):
        socket = await Socket.open(node.url, limits)
        try:
            yield socket
        finally:
            await socket.close()


async def test_many_calls_at_once_each_get_their_answer():
    async with connected(Node({"echo": lambda number: number})) as socket:
        assert await asyncio.gather(*(socket.call("echo", n) for n in range(600))) == list(range(600))


async def test_an_error_is_raised_and_the_connection_goes_on():
    async with connected(Node({"a": Fail(-32000, "no"), "b": 1})) as socket:
        with pytest.raises(ChainError, match="the node refused a: no"):
            await socket.call("a")
        assert await socket.call("b") == 1


@pytest.mark.parametrize(
    "answer",
    [
        Raw("{"), Raw("[]"), Raw('{"id":{id}}'), Raw('{"id":999,"result":1}'), Raw('{"id":"{id}","result":1}'),
        Raw('{"id":{id},"result":'), Break(b""), Break(b"\x81"), Break(b"\x81\x7e\x01"), Break(b"\xff\xff\xff\xff"),
        Break(b"\x82\x01x"), Break(b"\x81\x02\xff\xff"), Break(b"\x88\x02\x03\xe8"), Hang(b"\x83\x00"),
        Hang(b"\x82\x01x"), Hang(b"\x81\x7f" + b"\x7f" + b"\xff" * 7), Hang(b"\x81\x7f" + (1 << 40).to_bytes(8, "big")),
    ],
    ids=repr,
)  # fmt: skip
async def test_what_is_no_answer_ends_the_connection_at_once(answer):
    async with connected(Node({"a": answer, "slow": SILENCE})) as socket:
        slow = asyncio.create_task(socket.call("slow"))
        await asyncio.sleep(0)
        with pytest.raises(Disconnected):
            await socket.call("a")
        with pytest.raises(Disconnected):
            await slow
        with pytest.raises(Disconnected):
            await socket.call("b")


@pytest.mark.parametrize(
    "answer", [SILENCE, Hang(b""), Hang(b"\x81"), Hang(b"\x81\x7e\xff\xff{"), Hang(b"\x01\x01{")], ids=repr
)
async def test_nothing_or_half_of_something_ends_by_the_deadline(answer):
    async with connected(Node({"a": answer}), HURRIED) as socket:
        with pytest.raises(TimedOut, match="did not answer a"):
            await socket.call("a")
        assert isinstance(socket.lost, TimedOut)


async def test_random_bytes_under_the_websocket():
    random = Random(1)
    for length in (1, 2, 3, 5, 10, 100, 1000) * 3:
        node = Node({"a": Break(random.randbytes(length)), "b": Break(b"\x81" + random.randbytes(length))})
        async with serving(node):
            for method in ("a", "b"):
                socket = await Socket.open(node.url, HURRIED)
                with pytest.raises((Disconnected, TimedOut)):
                    await socket.call(method)
                await socket.close()


async def test_one_slow_answer_is_no_reason_to_give_a_node_up():
    async with connected(Node({"slow": SILENCE, "b": 1}), HURRIED) as socket:
        slow = asyncio.create_task(socket.call("slow"))
        await asyncio.sleep(0.02)
        assert await socket.call("b") == 1
        with pytest.raises(TimedOut):
            await slow
        assert socket.lost is None


async def test_the_answer_that_comes_after_its_deadline_is_let_pass():
    node = Node({"b": 1})
    async with connected(node, HURRIED) as socket:
        late = asyncio.create_task(socket.call("late"))
        node.answers["late"] = SILENCE
        await asyncio.sleep(0.02)
        await socket.call("b")
        with pytest.raises(TimedOut):
            await late
        node.answers["b"] = Raw('{"id":1,"result":"late"}')
        b = asyncio.create_task(socket.call("b"))
        node.answers["c"] = 3
        await asyncio.sleep(0.02)
        assert await socket.call("c") == 3
        with pytest.raises(TimedOut):
            await b


async def test_a_node_that_answers_no_ping_is_given_up_before_the_deadline():
    node = Node({"a": SILENCE}, pongs=False)
    async with connected(node, Limits(call_s=30, ping_s=0.1, close_s=0.1)) as socket:
        with pytest.raises(Disconnected, match="PONG"):
            await socket.call("a")


async def test_a_lost_connection_fails_everything_under_way():
    node = Node({"a": SILENCE, "s": Subscription()})
    async with connected(node) as socket:
        calls = [asyncio.create_task(socket.call("a")) for _ in range(9)]
        async with socket.subscribed("s", ends="u") as feed:
            while node.count("a") < 9:
                await asyncio.sleep(0)
            node.cut()
            for error in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(error, Disconnected)
            with pytest.raises(Disconnected):
                await feed.get()


async def test_a_subscription_is_fed_and_ended():
    subscription = Subscription(2, 3, early=[1])
    node = Node({"s": subscription, "u": True})
    async with connected(node) as socket:
        async with socket.subscribed("s", ends="u") as feed:
            assert [await feed.get() for _ in range(3)] == [1, 2, 3]
        await socket.call("chain_getBlockHash")
        assert ("u", [subscription.number]) in node.asked


async def test_a_slow_reader_gets_the_newest_only():
    node = Node({"s": Subscription(*range(100)), "u": True, "b": 1})
    async with connected(node) as socket, socket.subscribed("s", ends="u", newest=True) as feed:
        await socket.call("b")
        assert await feed.get() == 99


async def test_a_node_that_tells_more_than_anybody_takes_is_not_listened_to_for_ever():
    limits = Limits(call_s=2, statuses=10, close_s=0.1)
    node = Node({"s": Subscription(*range(1000)), "u": True, "b": 1})
    async with connected(node, limits) as socket, socket.subscribed("s", ends="u") as feed:
        await socket.call("b")
        assert [await feed.get() for _ in range(10)] == list(range(10))
        with pytest.raises(Disconnected, match="more than 10"):
            await feed.get()


async def test_cancelling_a_call_leaves_nothing_behind():
    async with connected(Node({"a": SILENCE, "b": 1, "s": SILENCE})) as socket:
        for work in (socket.call("a"), _subscribe(socket)):
            task = asyncio.create_task(work)
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await socket.call("b") == 1
        assert [*socket._answers, *socket._feeds, *socket._methods] == []


async def _subscribe(socket):
    async with socket.subscribed("s", ends="u"):
        pass


async def test_an_answer_over_the_limit_ends_the_connection():
    limits = Limits(call_s=2, message_bytes=1000, close_s=0.1)
    async with connected(Node({"a": "x" * 2000, "b": "x" * 500}), limits) as socket:
        assert len(await socket.call("b")) == 500
        with pytest.raises(Disconnected):
            await socket.call("a")


async def _listening(react):
    server = await asyncio.start_server(react, "127.0.0.1", 0)
    return server, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 429 Too Many Requests\r\n\r\n", b"\0" * 100, b"HTTP/1.1 101 "]
)
async def test_what_is_no_websocket_is_unreachable(said):
    async def react(_, writer):
        writer.write(said)
        writer.close()

    server, url = await _listening(react)
    async with server:
        with pytest.raises(Unreachable, match="no connection to"):
            await Socket.open(url, QUICK)


async def test_a_port_that_takes_connections_and_says_nothing_is_unreachable():
    taken = []

    async def react(_, writer):
        taken.append(writer)

    server, url = await _listening(react)
    with pytest.raises(Unreachable, match=r"within 0\.4 s"):
        await Socket.open(url, HURRIED)
    [writer] = taken
    writer.close()
    server.close()


async def test_a_closed_port_is_unreachable():
    with sockets.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            await Socket.open(f"ws://127.0.0.1:{free.getsockname()[1]}", QUICK)


@pytest.mark.parametrize("url", ["ws://", "ws://127.0.0.1:99999", "ws://nowhere.invalid", "nonsense"])
async def test_an_address_of_no_use_is_unreachable(url):
    with pytest.raises(Unreachable):
        await Socket.open(url, QUICK)


@pytest.mark.parametrize("form", ["ws://user:s3cret@{host}", "ws://{host}?key=s3cret"])
async def test_a_key_in_the_address_is_never_told(form):
    node = Node({"a": SILENCE, "b": Raw("{")})
    async with serving(node):
        for method in ("a", "b"):
            socket = await Socket.open(form.format(host=node.url.split("/")[2]), HURRIED)
            with pytest.raises((Disconnected, TimedOut)) as caught:
                await socket.call(method)
            assert "s3cret" not in _everything(caught.value)
            await socket.close()


@pytest.mark.parametrize("url", ["{url}s3cret", "ws://s3cret@:70000", "ws://s3cret@127.0.0.1:9/s3cret?s3cret"])
async def test_nor_when_there_is_no_connection(url):
    async with serving(Node()) as node:
        with pytest.raises(Unreachable) as caught:
            await Socket.open(url.format(url=node.url), HURRIED)
    assert "s3cret" not in _everything(caught.value)


def _everything(error):
    lines = traceback.format_exception(error)
    return "".join(line for line in lines if not line.startswith("  File"))


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
    async with server:
        with pytest.raises(Unreachable, match="certificate"):
            await Socket.open(f"wss://localhost:{server.sockets[0].getsockname()[1]}", QUICK)


def _self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_closing_waits_for_no_goodbye():
    """The node below reads nothing after the handshake, not even the close frame, and never ends the connection."""
    kept = []

    async def react(reader, writer):
        kept.append(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        told = base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade"
        writer.write(f"HTTP/1.1 101 Switching Protocols\r\n{upgrade}\r\nSec-WebSocket-Accept: {told}\r\n\r\n".encode())

    server, url = await _listening(react)
    socket = await Socket.open(url, Limits(close_s=0.1))
    waiting = asyncio.create_task(socket.call("a"))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(2):
        await socket.close()
        with pytest.raises(Disconnected):
            await waiting
    kept[0].close()
    server.close()
