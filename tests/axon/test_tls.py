"""TLS of an axon: its key file, the two kinds of callers on one port, and who never says a byte."""

import asyncio
import contextlib
import socket
import ssl
import stat

import pytest
from cryptography import x509

from raw_http import exchange
from signed_requests import NOW, signed
from taokit.axon import Axon, Limits, Route, everyone, tls_of
from taokit.axon.tls import listening
from taokit.errors import ConfigurationError
from wire_classes import Echo, echo
from wire_vectors import BOB

OPEN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OPEN.check_hostname = False
OPEN.verify_mode = ssl.CERT_NONE


@pytest.fixture
def key(tmp_path):
    return tmp_path / "keys" / "tls.pem"


def post(request):
    lines = [f"POST {request.target} HTTP/1.1", "Host: x", f"Content-Length: {len(request.body)}", "Connection: close"]
    return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in request.headers), "", ""]).encode() + request.body


async def over_tls(port, request, context=OPEN):
    """The status line, and the key in the certificate that was shown."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    shown = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(True))
    writer.write(post(request))
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0], shown.public_key().public_bytes_raw()


def test_the_key_is_made_once_for_its_owner_alone(key):
    made = tls_of(key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert tls_of(key).public == made.public
    assert made.published == b"\x01" + made.public
    assert len(made.published) == 33
    assert [file.name for file in key.parent.iterdir()] == ["tls.pem"]


def test_a_key_that_others_may_read_is_refused_with_the_command_that_helps(key):
    tls_of(key)
    key.chmod(0o640)
    with pytest.raises(ConfigurationError, match="others may use") as caught:
        tls_of(key)
    assert caught.value.hint == f"chmod 600 {key}"


def test_a_file_that_holds_no_key_is_refused(key):
    tls_of(key)
    for content in (b"", b"nothing of the kind", key.read_bytes()[:120]):
        key.write_bytes(content)
        with pytest.raises(ConfigurationError, match="cannot use the TLS key"):
            tls_of(key)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot use the key file"):
        tls_of(tmp_path / "file" / "tls.pem")


async def test_it_serves_with_exactly_that_key(served, key):
    tls = tls_of(key)
    port = await served(tls=tls)
    line, shown = await over_tls(port, signed(Echo(text="a")))
    assert line == b"HTTP/1.1 200 OK"
    assert shown == tls.public


async def test_nothing_below_tls_13_is_spoken(served, key):
    port = await served(tls=tls_of(key))
    older = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    older.check_hostname, older.verify_mode = False, ssl.CERT_NONE
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await over_tls(port, signed(Echo(text="a")), older)


async def test_plain_http_is_not_answered_unless_it_is_welcome(served, key):
    port = await served(tls=tls_of(key))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post(signed(Echo(text="a"))))
    said = b""
    with contextlib.suppress(ConnectionError):  # it closes with our bytes unread, which some systems tell as a reset
        said = await reader.read()
    writer.close()
    assert said == b""


async def test_one_port_serves_both(served, key):
    port = await served(tls=tls_of(key, plain=True))
    request = signed(Echo(text="a"))
    answer = await exchange(port, "POST", request.target, list(request.headers), request.body)
    assert answer.status == 200
    line, _ = await over_tls(port, signed(Echo(text="a"), nonce_ns=NOW + 1))
    assert line == b"HTTP/1.1 200 OK"


async def test_a_replay_over_the_other_kind_of_connection_is_one(served, key):
    port = await served(tls=tls_of(key, plain=True))
    request = signed(Echo(text="a"))
    answer = await exchange(port, "POST", request.target, list(request.headers), request.body)
    line, _ = await over_tls(port, request)
    assert (answer.status, line) == (200, b"HTTP/1.1 401 Unauthorized")


async def test_who_says_nothing_is_let_go_and_the_oldest_makes_room(served, key):
    port = await served(tls=tls_of(key), limits=Limits(headers_s=0.3, connections=4))
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
    assert await asyncio.wait_for(silent[0][0].read(), 0.25) == b""
    line, _ = await over_tls(port, signed(Echo(text="a")))
    assert line == b"HTTP/1.1 200 OK"
    for reader, writer in silent:
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_handshake_that_stops_halfway_ends(served, key):
    port = await served(tls=tls_of(key), limits=Limits(headers_s=0.2))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01\x00")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_garbage_after_the_first_byte_ends_and_harms_nobody(served, key):
    port = await served(tls=tls_of(key))
    for garbage in (b"\x16" + b"\xff" * 200, b"\x16\x03\x01\x40\x00" + bytes(3000), b"\x00"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbage)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()
    line, _ = await over_tls(port, signed(Echo(text="a")))
    assert line == b"HTTP/1.1 200 OK"


async def test_a_running_handler_is_waited_for_and_the_port_is_free_afterwards(serve, key):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(message, caller):
        begun.set()
        await go_on.wait()
        return await echo(message, caller)

    port, axon = await serve([Route(Echo, slow)], tls=tls_of(key), now_ns=lambda: NOW)
    asked = asyncio.create_task(over_tls(port, signed(Echo(text="a"))))
    await begun.wait()
    stopping = asyncio.create_task(axon.stop(drain_s=5))
    await asyncio.sleep(0)
    go_on.set()
    line, _ = await asked
    await stopping
    assert line == b"HTTP/1.1 200 OK"
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


async def test_a_caller_that_does_not_read_its_answer_is_not_waited_for_over_tls_either(serve, key, monkeypatch):
    """Its farewell would have to wait behind the answer, for half a minute."""
    monkeypatch.setattr("taokit.axon.connection.LINGER_S", 0.05)
    limits = Limits(keepalive_s=0.2)
    port, axon = await serve([Route(Echo, echo)], tls=tls_of(key), now_ns=lambda: NOW, limits=limits)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=OPEN, limit=1024)
    writer.transport.pause_reading()
    requests = (signed(Echo(text="x" * 300_000), nonce_ns=NOW + number) for number in range(30))
    writer.write(b"".join(post(request).replace(b"Connection: close\r\n", b"") for request in requests))
    async with asyncio.timeout(5):
        while not axon._door._order:
            await asyncio.sleep(0.01)
        while axon._door._order:
            await asyncio.sleep(0.01)
    writer.transport.abort()


async def test_callers_that_do_not_take_leave_make_room(serve, key):
    """TLS ends with a word from either side, and who never says his has half a minute for it."""
    port, axon = await serve([Route(Echo, echo)], tls=tls_of(key), now_ns=lambda: NOW, limits=Limits(connections=2))
    rude = [await asyncio.open_connection("127.0.0.1", port, ssl=OPEN, limit=1024) for _ in range(2)]
    for _, writer in rude:
        writer.transport.pause_reading()
        writer.write(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(5):
        while not all(one.transport.is_closing() for one in axon._door._order):
            await asyncio.sleep(0.01)
        line, _ = await over_tls(port, signed(Echo(text="x")))
    assert line == b"HTTP/1.1 200 OK"
    for _, writer in rude:
        writer.transport.abort()


def test_pieces_of_a_stream_leave_at_once():
    """A connection that waits for the acknowledgement of the last piece holds each one up for 40 ms."""
    with listening("127.0.0.1", 0, reuse_port=False) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("host", "said"), [("999.1.1.1", "not known"), ("192.0.2.1", "assign requested address"), ("::g", "")]
)
async def test_an_address_that_is_none_of_this_machine_is_said(host, said):
    with pytest.raises(ConfigurationError, match=f"cannot serve on {host} port 0: .*{said}") as caught:
        await Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone).start(host, 0)
    assert "address of this machine" in caught.value.hint


async def test_an_address_that_is_taken_is_one_sentence_and_a_hint(key):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        axon = Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone, tls=tls_of(key))
        with pytest.raises(ConfigurationError, match="cannot serve on"):
            await axon.start("127.0.0.1", taken.getsockname()[1])
