import asyncio
import gzip
import json
import logging
import math
import socket
import struct
import zlib

import pytest

from taokit.dendrite import OUTCOMES, Dendrite, Limits, Manner, Target
from taokit.errors import (
    BadAnswer,
    ConfigurationError,
    Disconnected,
    LocalError,
    NotServed,
    TimedOut,
    Unreachable,
)
from taokit.keys import from_uri
from taokit.protocol import BTAUTH, BtauthClaim, Question, Synapse, Window, check_headers, check_signature, verify

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


class Size(Synapse):
    data: bytes
    size: int | None = None


def target(peer, uid=0, hotkey=BOB.ss58):
    return Target(uid=uid, hotkey=hotkey, ip="127.0.0.1", port=peer.port)


@pytest.fixture
async def dendrite():
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        yield dendrite


async def stall(peer, reader, writer):
    await peer.read(reader)
    await reader.read()


async def test_an_answer_fills_a_copy_of_the_message(serve, http, dendrite):
    peer = await serve(http(b'{"reply": "out", "text": "REPLACED", "more": 1}'))
    message = Echo(text="in")
    reply = await dendrite.ask(target(peer, uid=5), message)
    assert (reply.uid, reply.hotkey, reply.outcome, reply.status, reply.error) == (5, BOB.ss58, "ok", 200, None)
    assert (reply.synapse.text, reply.synapse.reply) == ("in", "out")
    assert (message.reply, message.axon.hotkey, message.dendrite.hotkey) == (None, None, None)
    assert reply.ok
    assert reply.size == 47
    assert reply.synapse.axon.hotkey == BOB.ss58
    assert reply.synapse.dendrite.hotkey == ALICE.ss58


async def test_a_message_that_many_are_asked_stays_as_it_was(serve, http, dendrite):
    served, refusing = await serve(http()), await serve(http(b"{}", status=403))
    message = Echo(text="in")
    replies = await dendrite.ask_all(
        [target(served, 0), target(refusing, 1), target(refusing, 2)], message, timeout_s=7
    )
    assert message == Echo(text="in")
    assert (message.timeout, message.axon.port, message.dendrite.hotkey) == (12.0, None, None)
    assert [reply.message.axon.port for reply in replies] == [served.port, refusing.port, refusing.port]
    assert [reply.message.dendrite.status_code for reply in replies] == [200, 403, 403]
    assert len({id(reply.message.ends) for reply in replies}) == 3


async def test_a_btauth_request_verifies_at_its_receiver(serve, http, dendrite):
    peer = await serve(http())
    await dendrite.ask(target(peer), Echo(text="café"))
    (request,) = peer.requests
    assert request.line == "POST /Echo HTTP/1.1"
    assert json.loads(request.body) == {"text": "café"}
    claim = BtauthClaim.from_request("POST", "/Echo", {name.lower(): value for name, value in request.headers})
    assert (claim.format, claim.sender) == (BTAUTH, ALICE.ss58)
    check_headers(claim, me=BOB.ss58, now_ns=claim.nonce_ns, window=Window(behind_ns=0))
    check_signature(claim, request.body, verify=verify)


async def test_replies_come_in_the_order_of_the_targets(serve, http, dendrite):
    peers = [await serve(http(b'{"reply": "%d"}' % number)) for number in range(4)]
    gates = [asyncio.Event() for _ in peers]

    async def later(peer, reader, writer):  # answers only when the one after it has answered
        await peer.read(reader)
        number = peers.index(peer)
        if number + 1 < len(peers):
            await gates[number + 1].wait()
        writer.write(http(b'{"reply": "%d"}' % number))
        gates[number].set()
        await reader.read()

    for peer in peers:
        peer.handle = later
    replies = await dendrite.ask_all([target(peer, uid) for uid, peer in enumerate(peers)], Echo(text="x"))
    assert [(reply.uid, reply.synapse.reply) for reply in replies] == [(n, str(n)) for n in range(4)]


async def test_each_uid_can_have_its_own_message(serve, http, dendrite):
    peer = await serve(http())
    targets = [target(peer, uid) for uid in (3, 1)]
    replies = await dendrite.ask_all(targets, {1: Echo(text="one"), 3: Echo(text="three")})
    assert [reply.message.text for reply in replies] == ["three", "one"]
    assert sorted(json.loads(request.body)["text"] for request in peer.requests) == ["one", "three"]
    with pytest.raises(ConfigurationError, match="uid 3"):
        await dendrite.ask_all(targets, {1: Echo(text="one")})


async def test_nobody_to_ask_is_no_reply(dendrite):
    assert await dendrite.ask_all([], Echo(text="x")) == []


async def test_nonces_grow_although_the_clock_stands_still(serve, http):
    peer = await serve(http())
    async with Dendrite(ALICE, allow_private=True, now_ns=lambda: 1000) as dendrite:
        await dendrite.ask_all([target(peer, uid) for uid in range(20)], Echo(text="x"))
        await dendrite.ask(target(peer), Echo(text="x"))
    nonces = [int(request["x-bittensor-nonce"]) for request in peer.requests]
    assert sorted(nonces) == list(range(1000, 1021))
    assert nonces[-1] == 1020


async def test_requests_in_flight_to_one_axon_go_out_in_lanes(serve, http):
    peer = await serve(http())
    async with Dendrite(ALICE, format="legacy", allow_private=True) as dendrite:
        await dendrite.ask_all([target(peer, uid) for uid in range(8)], Echo(text="x"))
        await dendrite.ask_all([target(peer, uid) for uid in range(8)], Echo(text="x"), at_once=1)
    lanes = [request["bt_header_dendrite_uuid"] for request in peer.requests]
    assert len(set(lanes[:8])) == 8
    assert len(set(lanes[8:])) == 1
    assert lanes[8] in lanes[:8]


async def test_connections_are_reused_and_closed(serve, http):
    closed = asyncio.Event()

    async def until_closed(peer, reader, writer):
        for _ in range(3):
            await peer.read(reader)
            writer.write(http())
        assert await reader.read() == b""
        closed.set()

    peer = await serve(until_closed)
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(3)]
    async with asyncio.timeout(5):
        await closed.wait()
    assert peer.connections == 1
    assert [reply.timings.connect == 0 for reply in replies] == [False, True, True]
    assert (await dendrite.ask(target(peer), Echo(text="x"))).error.args == ("this dendrite is closed",)


async def test_no_more_are_in_flight_than_allowed(serve, http, dendrite):
    busy = most = 0

    async def count(peer, reader, writer):
        nonlocal busy, most
        while True:
            await peer.read(reader)
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.01)
            busy -= 1
            writer.write(http())

    peer = await serve(count)
    replies = await dendrite.ask_all([target(peer, uid) for uid in range(9)], Echo(text="x"), at_once=3)
    assert all(reply.ok for reply in replies)
    assert most == 3
    assert replies[0].timings.queue < replies[-1].timings.queue < replies[-1].timings.total


async def test_a_round_with_stalling_peers_ends_at_its_deadline(serve, http, dendrite):
    good, silent = await serve(http()), await serve(stall)

    async def drip(peer, reader, writer):
        await peer.read(reader)
        writer.write(http(b"x" * 1000)[:100])
        while True:
            await asyncio.sleep(0.02)
            writer.write(b"x")

    dripping = await serve(drip)
    kinds = [good, silent, dripping, good]
    targets = [target(kinds[uid % 4], uid) for uid in range(16)]
    async with asyncio.timeout(30):
        replies = await dendrite.ask_all(targets, Echo(text="x"), timeout_s=1.0)  # far more than the others need
    assert [reply.outcome for reply in replies] == ["ok", "timeout", "timeout", "ok"] * 4
    assert [reply.status for reply in replies[:4]] == [200, 408, 408, 200]
    assert isinstance(replies[1].error, TimedOut)
    assert all(reply.synapse is None for reply in replies if not reply.ok)
    assert replies[1].timings.first_byte is None
    assert replies[2].timings.first_byte is not None


async def test_waiting_for_a_place_counts_into_the_deadline(serve, dendrite):
    peer = await serve(stall)
    replies = await dendrite.ask_all([target(peer, uid) for uid in range(3)], Echo(text="x"), timeout_s=0.2, at_once=1)
    assert [reply.outcome for reply in replies] == ["timeout"] * 3
    assert len(peer.requests) == 1
    assert replies[2].timings.connect is None
    assert replies[2].timings.queue == pytest.approx(0.2)


def fixed(raw, *, close=True):
    """A peer that answers these bytes to each request."""

    async def handle(peer, reader, writer):
        await peer.read(reader)
        writer.write(raw)
        await writer.drain()
        if not close:
            await reader.read()

    return handle


BAD = {
    "not HTTP": b"220 mail.example ESMTP\r\n",
    "binary": bytes(range(256)),
    "not JSON": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n<!doc",
    "half a number of bytes": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n"
    b'{"reply": "out"}',
    "no type": b'HTTP/1.1 200 X\r\ncontent-length: 16\r\n\r\n{"reply": "out"}',
    "html": b"HTTP/1.1 502 X\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    "two lengths": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 16\r\n"
    b'content-length: 2\r\n\r\n{"reply": "out"}',
    "byte order mark": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n"
    b'\xef\xbb\xbf{"reply": "out"}',
    "wrong type": b'HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"reply": 7}',
    "deep": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 200009\r\n\r\n"
    b'{"reply":' + b"[" * 200_000,
    "unasked encoding": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-encoding: br\r\n"
    b'content-length: 16\r\n\r\n{"reply": "out"}',
    "long header": b"HTTP/1.1 200 X\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 X\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
    "no text": b'HTTP/1.1 403 X\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"message": 1}',
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD)
async def test_garbage_is_a_bad_answer(raw, serve, dendrite):
    reply = await dendrite.ask(target(await serve(fixed(raw))), Echo(text="x"), 5)
    assert (reply.outcome, reply.status, reply.synapse) == ("bad answer", 422, None)
    assert isinstance(reply.error, BadAnswer)


CUT = {
    "at once": b"",
    "in the status line": b"HTTP/1.1 20",
    "in the head": b"HTTP/1.1 200 X\r\ncontent-type: appl",
    "in the body": b'HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 400\r\n\r\n{"text',
    "in a chunk": b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{",
}


@pytest.mark.parametrize("raw", CUT.values(), ids=CUT)
async def test_a_connection_that_ends_early_is_disconnected(raw, serve, dendrite):
    peer = await serve(fixed(raw))
    reply = await dendrite.ask(target(peer), Echo(text="x"), 5)
    assert (reply.outcome, reply.status) == ("disconnected", 503)
    assert isinstance(reply.error, Disconnected)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate", "raw deflate"])
async def test_compressed_answers_are_unpacked(encoding, serve, http, dendrite):
    plain = b'{"reply": "out"}'
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "identity": plain,
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "raw deflate": raw.compress(plain) + raw.flush(),
    }[encoding]
    peer = await serve(http(packed, content__encoding=encoding.split()[-1]))
    reply = await dendrite.ask(target(peer), Echo(text="x"))
    assert reply.synapse.reply == "out"
    assert reply.size == len(packed)


def chunked(parts):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return (
        b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda http: http(b'{"reply": "' + b"x" * 5000 + b'"}'),
        lambda http: http(b"", content__length="1000000000000"),
        lambda http: chunked([b"x" * 500] * 10),
        lambda http: http(gzip.compress(b'{"reply": "' + b"x" * 5000 + b'"}'), content__encoding="gzip"),
        lambda http: http(zlib.compress(bytes(50_000_000)), content__encoding="deflate"),
        lambda http: http(gzip.compress(b"{}")[:-3], content__encoding="gzip"),
        lambda http: http(gzip.compress(b"{}") + b"more", content__encoding="gzip"),
        lambda http: http(b"not packed", content__encoding="gzip"),
    ],
)
async def test_an_answer_over_the_limit_or_badly_packed_is_dropped(make, serve, http):
    peer = await serve(make(http))
    async with Dendrite(ALICE, allow_private=True, limits=Limits(answer_bytes=1000)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 5)
    assert reply.outcome == "bad answer"


async def test_an_endless_answer_is_not_read_to_its_end(serve, dendrite):
    written = 0

    async def flood(peer, reader, writer):
        nonlocal written
        await peer.read(reader)
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            written += 65536
            await writer.drain()

    async with Dendrite(ALICE, allow_private=True, limits=Limits(answer_bytes=1 << 20)) as dendrite:
        reply = await dendrite.ask(target(await serve(flood)), Echo(text="x"), 5)
    assert reply.outcome == "bad answer"
    assert written < 32 << 20


async def test_redirects_and_cookies_are_left_alone(serve, http, dendrite):
    elsewhere = await serve(http())
    peer = await serve(
        http(b"{}", status=307, location=f"http://127.0.0.1:{elsewhere.port}/Echo", set__cookie="a=b; Path=/")
    )
    replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(2)]
    assert [(reply.outcome, reply.status) for reply in replies] == [("not served", 307)] * 2
    assert elsewhere.requests == []
    assert not any(name.lower() == "cookie" for name, _ in peer.requests[1].headers)


@pytest.mark.parametrize("status", [201, 400, 401, 403, 404, 408, 413, 429, 500, 503])
async def test_a_refusal_carries_its_status(status, serve, http, dendrite):
    peer = await serve(http(b'{"message": "no"}', status=status))
    reply = await dendrite.ask(target(peer), Echo(text="x"))
    assert (reply.outcome, reply.status, str(reply.error)) == ("not served", status, "no")
    assert isinstance(reply.error, NotServed)


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "localhost", "0.0.0.0"])
async def test_private_addresses_are_not_contacted_by_default(ip, serve, http):
    peer = await serve(http())
    async with Dendrite(ALICE) as dendrite:
        reply = await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip=ip, port=peer.port), Echo(text="x"))
    assert (reply.outcome, reply.status, peer.connections) == ("unreachable", 503, 0)
    assert isinstance(reply.error, Unreachable)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
async def test_a_neuron_on_ipv6_is_asked(serve, http, dendrite):
    try:
        peer = await serve(http(), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    reply = await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip="::1", port=peer.port), Echo(text="x"))
    assert reply.ok
    assert peer.requests[0]["host"] == f"[::1]:{peer.port}"


async def test_an_address_that_nobody_listens_on_is_unreachable(dendrite, unused_tcp_port):
    reply = await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=unused_tcp_port), Echo(text="x"))
    assert (reply.outcome, reply.status, reply.timings.connect) == ("unreachable", 503, None)
    assert reply.error.__cause__ is not None


def reset(writer):
    """Close so that the other side sees a reset."""
    writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER of zero seconds
    writer.close()


def closing_when_reused(http, *, ending):
    """Answers once per connection, and ends it when the second request comes."""

    async def handle(peer, reader, writer):
        await peer.read(reader)
        writer.write(http())
        await peer.read(reader)
        ending(writer)

    return handle


@pytest.mark.parametrize("ending", [reset, lambda writer: writer.close()], ids=["reset", "closed"])
@pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])
async def test_a_reused_connection_that_dies_silently_is_tried_again_once(ending, format, serve, http):
    peer = await serve(closing_when_reused(http, ending=ending))
    async with Dendrite(ALICE, format=format, allow_private=True) as dendrite:
        assert (await dendrite.ask(target(peer), Echo(text="x"))).ok
        assert (await dendrite.ask(target(peer), Echo(text="x"))).ok
    assert (len(peer.requests), peer.connections) == (3, 2)
    once, signature = {
        "btauth/1": ("x-bittensor-nonce", "x-bittensor-signature"),
        "legacy": ("bt_header_dendrite_nonce", "bt_header_dendrite_signature"),
        "epistula/2": ("epistula-uuid", "epistula-request-signature"),
    }[format]
    assert len({request[once] for request in peer.requests}) == 3
    assert len({request[signature] for request in peer.requests}) == 3


@pytest.mark.parametrize("ending", [reset, lambda writer: writer.close()], ids=["reset", "closed"])
async def test_a_reused_connection_that_had_begun_to_answer_is_not(ending, serve, http, dendrite):
    async def handle(peer, reader, writer):
        await peer.read(reader)
        writer.write(http())
        await peer.read(reader)
        writer.write(b"HTTP/1.1 20")
        await asyncio.sleep(0.05)  # a reset would overtake the bytes
        ending(writer)

    peer = await serve(handle)
    assert (await dendrite.ask(target(peer), Echo(text="x"))).ok
    assert (await dendrite.ask(target(peer), Echo(text="x"))).outcome == "disconnected"
    assert len(peer.requests) == 2


async def test_the_second_try_is_the_last_and_takes_a_new_connection(serve, http, dendrite):
    both = asyncio.Barrier(2)

    async def handle(peer, reader, writer):
        await peer.read(reader)
        if peer.connections <= 2:
            await both.wait()
            writer.write(http())
            await peer.read(reader)

    peer = await serve(handle)
    assert all(reply.ok for reply in await dendrite.ask_all([target(peer, 0), target(peer, 1)], Echo(text="x")))
    assert (await dendrite.ask(target(peer), Echo(text="x"))).outcome == "disconnected"
    assert (len(peer.requests), peer.connections) == (4, 3)


async def test_an_answer_sent_before_it_was_asked_for_is_not_taken(serve, http, dendrite):
    spoken = asyncio.Event()

    async def ahead(peer, reader, writer):
        while True:
            await peer.read(reader)
            writer.write(http(b'{"reply": "asked"}'))
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(http(b'{"reply": "unasked"}'))
            spoken.set()

    peer = await serve(ahead)
    for _ in range(2):
        assert (await dendrite.ask(target(peer), Echo(text="x"))).synapse.reply == "asked"
        await spoken.wait()
        await asyncio.sleep(0.02)
        spoken.clear()
    assert peer.connections == 2


async def test_a_large_body_goes_out_whole(serve, http, dendrite):
    peer = await serve(http(b'{"size": 3000000}'))
    reply = await dendrite.ask(target(peer), Size(data=bytes(3_000_000)))
    assert reply.synapse.size == 3_000_000
    assert len(peer.requests[0].body) == int(peer.requests[0]["content-length"]) > 4_000_000


async def test_a_message_that_cannot_travel_is_the_callers_mistake(serve, http, dendrite):
    class Number(Synapse):
        value: float = Question(0.0)

    peer = await serve(http())
    message = Number.model_construct(value=math.inf)
    with pytest.raises(LocalError, match="value"):
        await dendrite.ask_all([target(peer)], message)
    assert peer.connections == 0


@pytest.mark.parametrize("timeout", [0, -1, math.inf, math.nan])
async def test_a_call_needs_a_deadline(timeout, dendrite):
    with pytest.raises(ConfigurationError):
        await dendrite.ask_all([], Echo(text="x"), timeout_s=timeout)


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(ConfigurationError, match="no format 'epistula'"):
        Dendrite(ALICE, format="epistula")
    with pytest.raises(ConfigurationError, match="sr25519"):
        Dendrite(from_uri("//Alice", scheme="ed25519"), format="legacy")


async def test_a_signer_that_fails_costs_no_other_reply(serve, http, caplog):
    class Broken:
        ss58, public_key, scheme = ALICE.ss58, ALICE.public_key, ALICE.scheme
        calls = 0

        def sign(self, message):
            self.calls += 1
            if self.calls == 2:
                raise OSError("the device is gone")
            return ALICE.sign(message)

    peer = await serve(http())
    async with Dendrite(Broken(), allow_private=True) as dendrite:
        replies = await dendrite.ask_all([target(peer, uid) for uid in range(3)], Echo(text="x"))
    assert [reply.ok for reply in replies] == [True, False, True]
    assert isinstance(replies[1].error, LocalError)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_a_round_can_be_cancelled(serve, dendrite):
    peer = await serve(stall)
    asking = asyncio.create_task(dendrite.ask_all([target(peer, uid) for uid in range(5)], Echo(text="x")))
    while len(peer.requests) < 5:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_nothing_is_learned_from_a_refusal_that_nobody_signed_where_signatures_are_required(serve, http):
    peer = await serve(http(b'{"message": "one format at a time, of btauth"}', status=400))
    old = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port, version=10_005_000)
    async with Dendrite(ALICE, format=None, allow_private=True, manner=Manner(signed_answers=True)) as dendrite:
        replies = [await dendrite.ask(old, Echo(text="x")) for _ in range(2)]
    assert [(reply.outcome, reply.format) for reply in replies] == [("bad answer", "legacy")] * 2


async def test_every_outcome_is_a_word_of_the_list(serve, http, dendrite):
    peers = [await serve(raw) for raw in (http(), http(b"{}", status=500), fixed(b"x\r\n"), stall, fixed(b""))]
    targets = [target(peer, uid) for uid, peer in enumerate(peers)]
    targets.append(Target(uid=9, hotkey=BOB.ss58, ip="127.0.0.1", port=0))
    replies = await dendrite.ask_all(targets, Echo(text="x"), timeout_s=0.3)
    await dendrite.close()
    replies += await dendrite.ask_all(targets[:1], Echo(text="x"))
    assert [reply.outcome for reply in replies] == list(OUTCOMES)


async def test_nothing_that_is_logged_holds_a_body_or_a_signature(serve, http, dendrite, caplog):
    caplog.set_level(logging.DEBUG, logger="taokit")
    peer = await serve(http(b'{"reply": "hidden answer"}'))
    await dendrite.ask(target(peer), Echo(text="hidden question"))
    assert "uid 0" in caplog.text
    assert "hidden" not in caplog.text
    assert peer.requests[0]["x-bittensor-signature"][2:] not in caplog.text
