"""What strangers and attackers send: every case ends in its status and a fixed text, and the axon goes on."""

import asyncio
import gc
import json
from typing import Any, ClassVar

import pytest
from pydantic import field_validator

from raw_http import read_reply, request_bytes, send
from signed_requests import NOW, ask, legacy, signed, signed_body
from taokit.axon import Limits, Route
from taokit.protocol import Synapse
from wire_classes import Echo, Nested, Tokens, echo, nested
from wire_vectors import ALICE, BOB, CHARLIE

LENGTH = b"Content-Length: 12"
HOST = b"Host: localhost"


def raw(*, nonce_ns=NOW, close=True):
    request = signed(Echo(text="x"), nonce_ns=nonce_ns)
    return request_bytes("POST", "/Echo", request.headers, request.body, close=close)


def in_place_of(old, new):
    request = raw()
    assert old in request
    return request.replace(old, new)


def chunked(body):
    return in_place_of(LENGTH, b"Transfer-Encoding: chunked").replace(b'{"text":"x"}', body)


async def still_serves(port):
    reply = await ask(port, signed(Echo(text="still"), nonce_ns=NOW + 999))
    return reply.json == {"reply": "still"}


FRAMINGS = {
    "two lengths": (in_place_of(LENGTH, LENGTH + b"\r\n" + LENGTH), 400),
    "length and chunks": (in_place_of(LENGTH, LENGTH + b"\r\nTransfer-Encoding: chunked"), 400),
    "signed length": (in_place_of(LENGTH, b"Content-Length: +12"), 400),
    "negative length": (in_place_of(LENGTH, b"Content-Length: -12"), 400),
    "thirty digits": (in_place_of(LENGTH, b"Content-Length: " + b"9" * 30), 400),
    "a gigabyte": (in_place_of(LENGTH, b"Content-Length: 1000000000"), 413),
    "chunks without a size": (chunked(b"zz\r\n"), 400),
    "a chunk of 2^72 bytes": (chunked(b"f" * 18 + b"\r\n"), 400),
    "endless chunks": (chunked(b"100000\r\n" + b"x" * 0x100000 + b"\r\n100000\r\n" + b"x" * 0x10000), 413),
    "many trailers": (chunked(b'c\r\n{"text":"x"}\r\n0\r\n' + b"x: y\r\n" * 9999 + b"\r\n"), 431),
    "a long chunk extension": (chunked(b"c;" + b"x" * 99999 + b'\r\n{"text":"x"}\r\n0\r\n\r\n'), 200),
    "another host": (in_place_of(HOST, b"Host: elsewhere.example:1"), 200),  # what is bound is the receiver's key
    "a target with a host": (in_place_of(b"POST /Echo", b"POST http://elsewhere.example/Echo"), 404),
    "HTTP/1.0 kept alive": (
        in_place_of(b"HTTP/1.1", b"HTTP/1.0").replace(b"Connection: close", b"Connection: keep-alive"),
        200,
    ),
    "two types": (in_place_of(HOST, HOST + b"\r\nContent-Type: application/json"), 400),
    "two signatures": (in_place_of(HOST, HOST + b"\r\nX-Bittensor-Signature: 0x00"), 400),
    "chunks with a length of their own": (chunked(b'c\r\n{"text":"x"}\r\n0\r\nContent-Length: 5\r\n\r\n'), 400),
    "a chunk with a sign": (chunked(b'+c\r\n{"text":"x"}\r\n0\r\n\r\n'), 400),
    "two codings": (chunked(b'c\r\n{"text":"x"}\r\n0\r\n\r\n').replace(b": chunked", b": gzip, chunked"), 415),
    "two hosts": (in_place_of(HOST, HOST + b"\r\n" + HOST), 400),
    "no host": (in_place_of(HOST + b"\r\n", b""), 400),
    "a folded header": (in_place_of(HOST, HOST + b"\r\n folded"), 400),
    "a blank before the colon": (in_place_of(b"Host:", b"Host :"), 400),
    "a zero byte": (in_place_of(HOST, b"Host: local\x00host"), 400),
    "an escape": (in_place_of(HOST, b"Host: \x1b[31m"), 400),
    "bare line feeds": (raw().replace(b"\r\n", b"\n"), 400),
    "bytes that are no text": (in_place_of(b"Receiver: ", b"Receiver: \xff\xfe"), 401),
    "HTTP/1.0": (in_place_of(b"HTTP/1.1", b"HTTP/1.0"), 200),
    "HTTP/9.9": (in_place_of(b"HTTP/1.1", b"HTTP/9.9"), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a lower-case method": (in_place_of(b"POST", b"post"), 400),
    "an upgrade": (in_place_of(b"Connection: close", b"Connection: close, upgrade\r\nUpgrade: websocket"), 200),
    "a long target": (b"POST /" + b"a" * 99999 + b" HTTP/1.1\r\n\r\n", 431),
    "a tunnel": (b"CONNECT host:1 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "a bomb of headers": (b"POST /Echo HTTP/1.1\r\nHost: x\r\n" + b"h: " + b"x" * 9999 + b"\r\n\r\n", 401),
    "a bigger one": (b"POST /Echo HTTP/1.1\r\nHost: x\r\n" + (b"h: " + b"x" * 9999 + b"\r\n") * 99 + b"\r\n", 431),
}


@pytest.mark.parametrize(("request_", "status"), FRAMINGS.values(), ids=FRAMINGS)
async def test_a_strange_framing_has_its_status_and_a_fixed_text(served, caplog, request_, status):
    port = await served(limits=Limits(body_s=0.2))
    reply = await send(port, request_)
    assert reply.status == status
    assert status == 200 or list(reply.json) == ["message"]
    assert len(reply.body) < 512
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    assert await still_serves(port)


FILLERS = {
    "a value": lambda size: [b"x: " + b"v" * (size - 1)],
    "a name": lambda size: [b"x" * (size - 8) + b": 8 others"],
    "bytes of no text": lambda size: [b"x: " + b"\xff" * (size - 1)],
    "letters of two bytes": lambda size: [b"x: " + "é".encode() * (size // 2 - 1), b"y:" + b"v" * (size % 2)],
    "many": lambda size: [b"x:"] * 100 + [b"x: " + b"v" * (size - 101)],
}
"""Headers whose names and values have so many bytes together."""


@pytest.mark.parametrize("filler", FILLERS.values(), ids=FILLERS)
async def test_headers_are_counted_in_bytes_with_their_names(served, filler):
    limit = 4096
    port = await served(limits=Limits(header_bytes=limit))
    for number, (over, status) in enumerate([(0, 200), (1, 431), (-1, 200)]):
        data = raw(nonce_ns=NOW + number)
        lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        rest = limit + over - sum(len(line) - len(b": ") for line in lines)
        more = b"\r\n".join(filler(rest))
        assert (await send(port, data.replace(HOST, HOST + b"\r\n" + more))).status == status


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431)])
async def test_there_are_so_many_headers_and_no_more(served, more, status):
    data = raw()
    port = await served(limits=Limits(header_count=64))
    names = [b"x-%d: y" % number for number in range(64 - data.count(b"\r\n") + 2 + more)]
    assert (await send(port, data.replace(HOST, HOST + b"\r\n" + b"\r\n".join(names)))).status == status


BODIES = {
    "not a number": b'{"options": {"a": NaN}}',
    "infinity": b'{"options": {"a": -Infinity}}',
    "a number beyond floats": b'{"options": {"a": 1e999}}',
    "five thousand digits": b'{"options": {"a": ' + b"9" * 5000 + b"}}",
    "half a character": b'{"options": {"a": "\\ud800"}}',
    "half a character in a key": b'{"options": {"\\udfff": 1}}',
    "another encoding": '{"options": {}}'.encode("utf-16"),
    "not UTF-8": b'{"options": {"a": "\xff"}}',
    "deep": b'{"options": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "a text without an end": b'{"options": {"a": [' + b"[]," * 70 + b'"' + b'\\"' * 400_000,
    "a text that ends in an escape": b'{"options": {"a": [' + b"[]," * 70 + b'"' + b'\\"' * 400_000 + b"\\",
    "many wrong values": b'{"flags": [' + b'"z",' * 200_000 + b"1]}",
    "a huge integer for a field": b'{"flags": [' + b"9" * 4000 + b"]}",
    "an object for a list": b'{"points": {"0": 1}}',
    "a number for a text": b'{"origin": {"tag": 5}}',
    "an empty body": b"",
    "two objects": b"{}{}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_strange_body_is_malformed(served, caplog, body):
    port = await served(Route(Nested, nested), Route(Echo, echo))
    reply = await ask(port, signed_body(body, "/Nested"))
    assert (reply.status, reply.json) == (400, {"message": "malformed request"})
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_the_last_of_two_equal_keys_counts_in_the_body_and_its_hash(served):
    request = legacy(Echo(text="b"))
    body = request.body.replace(b'"text": "b"', b'"text": "a", "text": "b"')
    reply = await send(await served(), request_bytes("POST", "/Echo", request.headers, body))
    assert reply.json["reply"] == "b"


async def test_pipelined_requests_are_answered_in_order_and_a_replay_among_them_is_not(served):
    port = await served()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw(close=False) + raw(nonce_ns=NOW + 1, close=False))
    request = signed(Echo(text="y"), nonce_ns=NOW + 2)
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False) * 2)
    assert [(await read_reply(reader)).status for _ in range(4)] == [200, 200, 200, 401]
    writer.close()


async def test_a_thousand_pipelined_strangers_do_not_keep_others_waiting(served):
    port = await served()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
    assert await still_serves(port)
    writer.close()


async def test_a_caller_that_leaves_in_its_body_costs_nothing(served, caplog):
    port = await served()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw()[:-4])
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    assert (await send(port, raw())).status == 200
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_a_caller_that_closes_its_half_after_a_whole_request_costs_nothing(served, caplog):
    port = await served()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw())
    writer.write_eof()
    said = await reader.read()  # answered, or taken for one that hung up
    assert said == b"" or said.startswith(b"HTTP/1.1 200")
    writer.close()
    assert await still_serves(port)
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_a_body_that_arrives_byte_by_byte_is_taken_while_others_are_served(served):
    port = await served()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = raw()
    for index in range(len(data)):
        writer.write(data[index : index + 1])
        await asyncio.sleep(0)
    assert await still_serves(port)
    assert (await read_reply(reader)).status == 200
    writer.close()


async def test_two_copies_of_one_request_in_flight_are_served_once(served):
    port, data = await served(), raw()
    both = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for _, writer in both:
        writer.write(data[:-1])
    await asyncio.sleep(0.02)
    for _, writer in both:
        writer.write(data[-1:])
    assert sorted([(await read_reply(reader)).status for reader, _ in both]) == [200, 401]
    for _, writer in both:
        writer.close()


async def test_a_body_that_comes_after_its_window_is_stale(serve):
    clock = [NOW]
    port, _ = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw()[:-1])
    await asyncio.sleep(0.02)
    clock[0] = NOW + 11_000_000_000
    later = signed(Echo(text="still"), nonce_ns=clock[0])
    assert (await ask(port, later)).status == 200
    writer.write(raw()[-1:])
    assert (await read_reply(reader)).status == 401
    writer.close()


async def test_a_legacy_body_that_comes_after_its_own_window_is_stale_whatever_timeout_others_may_claim(serve):
    clock = [NOW]
    port, _ = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    request = legacy(Echo(text="x"), timeout=1.0)
    whole = request_bytes("POST", request.target, request.headers, request.body)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(whole[:-1])
    await asyncio.sleep(0.02)
    clock[0] = NOW + 6_000_000_000  # fresh for 4 s and its timeout; with a longer timeout it would be until 16 s
    writer.write(whole[-1:])
    status = (await read_reply(reader)).status
    writer.close()
    assert status == 401


async def test_formats_do_not_verify_for_one_another(served):
    port = await served()
    ours, theirs = signed(Echo(text="x")), legacy(Echo(text="x"))
    signature = dict(theirs.headers)["bt_header_dendrite_signature"]
    headers = [(name, signature if name == "X-Bittensor-Signature" else value) for name, value in ours.headers]
    assert (await send(port, request_bytes("POST", "/Echo", headers, ours.body))).status == 401
    assert (await ask(port, ours)).status == 200


async def test_an_empty_stream_is_whole_in_both_formats(served):
    async def nothing(message, caller):
        message.completion = ""
        yield ""

    port = await served(Route(Tokens, nothing))
    reply = await ask(port, legacy(Tokens(prompt="x")))
    assert (reply.status, reply.body, reply.whole) == (200, b"", True)
    lines = (await ask(port, signed(Tokens(prompt="x")))).body.splitlines()
    assert json.loads(lines[-1]) == {"done": True, "answer": {"completion": ""}}


async def test_a_hundred_idle_connections_do_not_shut_others_out(served):
    port = await served(limits=Limits(connections=20))
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
    assert await still_serves(port)
    for _, writer in idle:
        writer.close()


async def test_callers_that_do_not_read_their_answers_make_room(served):
    port = await served(limits=Limits(connections=2))
    deaf = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for _, writer in deaf:
        writer.write(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000)
    await asyncio.sleep(0.05)
    assert await still_serves(port)
    for _, writer in deaf:
        writer.transport.abort()


async def test_who_is_asked_for_is_checked_before_who_asks(served):
    request = signed(Echo(text="x"))
    headers = [(name, ALICE.ss58 if value == BOB.ss58 else value) for name, value in request.headers]
    assert (await send(await served(), request_bytes("POST", "/Echo", headers, request.body))).status == 401


@pytest.mark.parametrize("value", [b"\xff\xfe", "\u2603".encode(), b"x" * 513])
async def test_what_an_answer_repeats_of_the_headers_is_short_plain_text(served, caplog, value):
    request, port = legacy(Echo(text="x")), await served()
    data = request_bytes("POST", "/Echo", request.headers, request.body)
    assert (await send(port, data.replace(HOST, HOST + b"\r\nbt_header_axon_ip: " + value))).status == 400
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert (await send(port, data.replace(HOST, HOST + b"\r\nbt_header_axon_ip: 1.2.3.4"))).status == 200


async def test_requests_that_share_a_nonce_are_told_apart_by_sender_uuid_and_format(served):
    port = await served()
    for request in (
        legacy(Echo(text="x"), uuid="one"),
        legacy(Echo(text="x"), uuid="two"),
        signed(Echo(text="x")),
        signed(Echo(text="x"), signer=CHARLIE),
    ):
        assert (await ask(port, request)).status == 200
        assert (await ask(port, request)).status == 401


class Listed(Synapse):
    """Notes whether the collector was on while it was read."""

    collecting: ClassVar[list[bool]] = []
    values: list[Any]
    reply: bool | None = None

    @field_validator("values")
    @classmethod
    def noted(cls, values):
        cls.collecting.append(gc.isenabled())
        if "wrong" in values:
            raise ValueError("wrong")
        return values


@pytest.mark.parametrize("first", ["right", "wrong"])
async def test_a_long_body_of_small_values_is_read_without_the_collector(served, first):
    async def answer(message, caller):
        message.reply = gc.isenabled()
        return message

    port = await served(Route(Listed, answer))
    Listed.collecting.clear()
    short, long = [first], [first, *([[]] for _ in range(5_000))]
    for number, values in enumerate((short, long)):
        reply = await ask(port, signed(Listed.model_construct(values=values), nonce_ns=NOW + number))
        assert reply.json == ({"reply": True} if first == "right" else {"message": "malformed request"})
    assert Listed.collecting == [True, False]
    assert gc.isenabled()
