"""The known gaps of the synapse protocol on the client's side, one by one, as a dendrite closes them."""

import asyncio
import gzip
import json
import zlib

import pytest

from taokit.dendrite import Dendrite, Limits, Target
from taokit.keys import from_uri
from taokit.protocol import Answer, Synapse, Tensor

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
FORMATS = pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None
    data: bytes | None = None
    numbers: list[int] = Answer(default_factory=list)
    anything: dict | None = None
    array: Tensor | None = None


async def asked(peer, format="btauth/1", *, timeout_s=5.0, **options):
    async with Dendrite(ALICE, format=format, allow_private=True, **options) as dendrite:
        target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)
        return await dendrite.ask(target, Echo(text="in"), timeout_s)


@FORMATS
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_g19_redirects_are_not_followed(serve, http, format, status):
    elsewhere = await serve(http())
    peer = await serve(http(b"{}", status=status, location=f"http://127.0.0.1:{elsewhere.port}/Echo"))
    reply = await asked(peer, format)
    assert (reply.outcome, reply.status, elsewhere.requests) == ("not served", status, [])


@FORMATS
@pytest.mark.parametrize("ip", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "localhost"])
async def test_g19_what_the_chain_holds_is_not_contacted_blindly(serve, http, format, ip):
    peer = await serve(http())
    async with Dendrite(ALICE, format=format) as dendrite:
        reply = await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip=ip, port=peer.port), Echo(text="in"))
    assert (reply.outcome, peer.connections) == ("unreachable", 0)


BOMBS = {
    "gzip": lambda http: http(gzip.compress(bytes(50_000_000)), content__encoding="gzip"),
    "deflate": lambda http: http(zlib.compress(bytes(50_000_000)), content__encoding="deflate"),
    "twice": lambda http: http(gzip.compress(gzip.compress(b"{}")), content__encoding="gzip, gzip"),
    "a lying length": lambda http: http(b"{}", content__length="2000000000"),
    "a body": lambda http: http(b'{"reply": "' + b"x" * 5_000_000 + b'"}'),
    "a header": lambda http: http(x="y" * 20_000),
    "a text without an end": lambda http: http(b'{"reply": [' + b"[]," * 70 + b'"' + b'\\"' * 500_000),
    "wrong values": lambda http: http(b'{"numbers": [' + b'"a",' * 200_000 + b"1]}"),
    "nesting": lambda http: http(b'{"anything": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001),
    "a huge number": lambda http: http(b'{"numbers": [' + b"9" * 100_000 + b"]}"),
}


@FORMATS
@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
async def test_g20_an_answer_is_bounded(serve, http, caplog, format, make):
    reply = await asked(await serve(make(http)), format)
    assert (reply.outcome, reply.status) == ("bad answer", 422)
    assert len(str(reply.error)) < 1000
    assert caplog.records == []


async def test_g20_the_limit_counts_what_is_unpacked(serve, http):
    body = b'{"reply": "' + b"x" * 5000 + b'"}'
    peer = await serve(http(gzip.compress(body), content__encoding="gzip"))
    assert (await asked(peer, limits=Limits(answer_bytes=len(body)))).ok
    assert (await asked(peer, limits=Limits(answer_bytes=len(body) - 1))).outcome == "bad answer"


@FORMATS
@pytest.mark.parametrize("flood", [b"HTTP/1.1 100 Continue\r\n\r\n", b" ", b"x: y\r\n"])
async def test_g20_an_endless_answer_ends_with_its_call(serve, format, flood):
    async def pour(peer, reader, writer):
        await peer.read(reader)
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n" + (b"\r\n" if flood == b" " else b""))
        if flood.startswith(b"HTTP"):
            writer.write(b"content-length: 0\r\n\r\n")
        while True:
            writer.write(flood * 1000)
            await writer.drain()
            await asyncio.sleep(0.001)

    reply = await asked(await serve(pour), format, timeout_s=0.3)
    assert reply.outcome in ("bad answer", "timeout")


async def test_g20_cookies_are_not_kept(serve, http):
    peer = await serve(http(set__cookie="a=b; Path=/"))
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        for _ in range(2):
            await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port), Echo(text="in"))
    assert not [name for request in peer.requests for name, _ in request.headers if name.lower() == "cookie"]


CLAIMS = {
    "text": "evil",
    "timeout": 99.0,
    "dendrite": {"hotkey": "5Evil", "status_code": 500, "process_time": 99.0},
    "axon": {"hotkey": "5Evil", "status_code": 500, "process_time": 0.5, "ip": "9.9.9.9"},
    "required_hash_fields": [],
    "ends": {},
    "_ends": {},
    "__class__": "x",
    "model_config": {},
}


@FORMATS
async def test_g21_only_answer_fields_are_taken(serve, http, format):
    body = json.dumps({**CLAIMS, "reply": "out"}).encode()
    headers = {"bt_header_dendrite_hotkey": "5Evil", "bt_header_axon_hotkey": "5Evil", "timeout": "99", "name": "Evil"}
    peer = await serve(http(body, **headers))
    message = (await asked(peer, format)).message
    assert (message.text, message.reply, message.timeout) == ("in", "out", 5.0)
    assert (message.dendrite.hotkey, message.axon.hotkey, message.axon.ip) == (ALICE.ss58, BOB.ss58, "127.0.0.1")
    assert message.dendrite.process_time < 5
    assert message.required_hash_fields == ("text",)


@FORMATS
@pytest.mark.parametrize(
    "claimed", [b"9" * 4000, b"[" + b"1," * 1000 + b"1]", b'"' + b"9" * 5000 + b'"', b"-1", b"true", b'"1_0"', b"1e300"]
)
async def test_g21_a_claimed_time_that_is_none_is_dropped(serve, http, caplog, format, claimed):
    reply = await asked(await serve(http(b'{"reply": "out", "axon": {"process_time": %s}}' % claimed)), format)
    assert (reply.outcome, reply.synapse.axon.process_time, caplog.records) == ("ok", None, [])


async def test_g21_a_header_makes_a_failure_and_never_a_success(serve, http):
    refusing = await serve(http(bt_header_axon_status_code="403"))
    assert (await asked(refusing, "legacy")).status == 403
    lying = await serve(http(b"{}", status=500, bt_header_axon_status_code="200"))
    assert (await asked(lying, "legacy")).outcome == "not served"


async def test_g21_a_refusal_is_shown_without_what_moves_a_cursor(serve, http):
    text = "\x1b[31mred\r\nINFO forged line\x07"
    reply = await asked(await serve(http(json.dumps({"message": text}).encode(), status=403)))
    assert str(reply.error).isprintable()
    assert "forged line" in str(reply.error)


@FORMATS
@pytest.mark.parametrize("value", ["-_8=", "+/8", "+/8=\n", " +/8=", "Q", "\u00e9", 7, [1]])
async def test_bytes_are_base64_of_the_standard_alphabet_padded(serve, http, format, value):
    assert (await asked(await serve(http(json.dumps({"data": value}).encode())), format)).outcome == "bad answer"
    good = await asked(await serve(http(b'{"data": "+/8="}')), format)
    assert good.synapse.data == b"\xfb\xff"


@FORMATS
@pytest.mark.parametrize(
    "array",
    [
        [1, 2],
        {"buffer": "gASVBAAAAAAAAABLAS4=", "dtype": "object", "shape": [0]},
        {"buffer": "AAAA", "dtype": "float32", "shape": [2]},
        {"buffer": "hcQCbmTDxAR0eXBlozxmNMQEa2luZMQAxAVzaGFwZZEBxARkYXRhxAQAAIA/", "dtype": "float32", "shape": [2]},
    ],
)
async def test_g22_a_tensor_that_is_no_plain_array_is_a_bad_answer(serve, http, format, array):
    assert (await asked(await serve(http(json.dumps({"array": array}).encode())), format)).outcome == "bad answer"


ANSWERS = {
    "status -1": (b"HTTP/1.1 -1 X\r\n\r\n", "bad answer"),
    "status abc": (b"HTTP/1.1 abc X\r\n\r\n", "bad answer"),
    "status 99999": (b"HTTP/1.1 99999 X\r\n\r\n", "bad answer"),
    "another protocol": (b"HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n{}", "bad answer"),
    "a signed length": (b"HTTP/1.1 200 X\r\ncontent-length: +2\r\n\r\n{}", "bad answer"),
    "a length of thirty digits": (b"HTTP/1.1 200 X\r\ncontent-length: " + b"9" * 30 + b"\r\n\r\n{}", "bad answer"),
    "length and chunks": (
        b"HTTP/1.1 200 X\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "bad answer",
    ),
    "to the end": (b"HTTP/1.0 200 X\r\ncontent-type: application/json\r\n\r\n{}", "ok"),
    "after some patience": (
        b"HTTP/1.1 100 X\r\n\r\n" * 3 + b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n"
        b"content-length: 2\r\n\r\n{}",
        "ok",
    ),
}


@FORMATS
@pytest.mark.parametrize(("raw", "outcome"), ANSWERS.values(), ids=ANSWERS)
async def test_a_strange_framing_has_its_outcome(serve, caplog, format, raw, outcome):
    async def answer(peer, reader, writer):
        await peer.read(reader)
        writer.write(raw)

    reply = await asked(await serve(answer), format)
    assert (reply.outcome, caplog.records) == (outcome, [])
