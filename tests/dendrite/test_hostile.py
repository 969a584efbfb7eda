"""Neurons that lie about lengths, talk without end, answer too early or too often; and callers that leave."""

import asyncio
import contextlib
import random
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError, field_validator

from taokit.dendrite import Dendrite, Known, Target, Trust
from taokit.keys import from_uri
from taokit.protocol import Synapse

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


def answer(reply):
    body = b'{"reply": "%s"}' % reply
    return GOOD % (len(body), body)


def target(peer, uid=0):
    return Target(uid=uid, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)


@pytest.fixture
async def dendrite():
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        yield dendrite


@pytest.mark.parametrize("pause", [False, True])
async def test_a_second_answer_behind_the_first_is_never_taken(serve, dendrite, pause):
    async def twice(peer, reader, writer):
        while True:
            await peer.read(reader)
            number = b"%d" % len(peer.requests)
            writer.write(answer(b"own" + number) + (b"" if pause else answer(b"stale")))
            if pause:
                await writer.drain()
                await asyncio.sleep(0.01)
                writer.write(answer(b"stale"))

    peer = await serve(twice)
    said = []
    for _ in range(4):
        said.append((await dendrite.ask(target(peer), Echo(text="x"))).message.reply)
        await asyncio.sleep(0.02)
    assert said == ["own1", "own2", "own3", "own4"]
    assert peer.connections == 4


@pytest.mark.parametrize("declared", [5, 5000])
async def test_a_length_that_lies_costs_the_answer_and_the_connection(serve, dendrite, declared):
    async def lie(peer, reader, writer):
        while True:
            await peer.read(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(b"content-length: %d\r\n\r\n" % declared + b'{"reply": "out"}')

    peer = await serve(lie)
    for _ in range(2):
        reply = await dendrite.ask(target(peer), Echo(text="x"), 0.2)
        assert reply.outcome == ("timeout" if declared > 100 else "bad answer")
    assert peer.connections == 2


FLOODS = {
    "a chunk's extension": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;" + b"x" * 1000,
    "a chunk's size": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0000000000000000",
    "trailers": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 100,
    "one trailer": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: " + b"y" * 1000,
    "a reason": b"HTTP/1.1 200 " + b"x" * 1000,
    "a header's name": b"HTTP/1.1 200 OK\r\n" + b"x" * 1000,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100,
    "interim answers": b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n",
    "empty lines": b"\r\n",
    "tiny chunks": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
}
AGAIN = {
    "a chunk's extension": b"x", "a chunk's size": b"0", "trailers": b"x: y\r\n", "one trailer": b"y", "a reason": b"x",
    "a header's name": b"x", "headers": b"a: b\r\n", "interim answers": b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n",
    "empty lines": b"\r\n", "tiny chunks": b"1\r\n \r\n",
}  # fmt: skip


STATUS, FILES = Path("/proc/self/status"), Path("/proc/self/fd")


def held():
    """KiB of memory."""
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))


def in_use():
    """Open files and unfinished tasks."""
    return len([*FILES.iterdir()]), len(asyncio.all_tasks())


@pytest.mark.skipif(not STATUS.exists(), reason="reads memory from /proc")
@pytest.mark.parametrize("name", FLOODS)
async def test_what_never_ends_is_given_up_in_time_and_holds_no_memory(serve, dendrite, caplog, name):
    sent = 0

    async def pour(peer, reader, writer):
        nonlocal sent
        await peer.read(reader)
        writer.write(FLOODS[name])
        block = AGAIN[name] * (65536 // len(AGAIN[name]))
        while sent < 1 << 28:
            writer.write(block)
            sent += len(block)
            await writer.drain()

    peer = await serve(pour)
    before, loop = held(), asyncio.get_running_loop()
    began = loop.time()
    reply = await dendrite.ask(target(peer), Echo(text="x"), 0.25)
    assert reply.outcome in ("bad answer", "timeout", "disconnected")
    assert loop.time() - began < 3
    assert held() - before < 24 << 10  # KiB, of up to 256 MiB that were sent
    assert caplog.records == []


@pytest.mark.parametrize("name", ["a chunk's extension", "a chunk's size", "empty lines", "tiny chunks"])
async def test_little_in_many_bytes_is_given_up_before_the_deadline(serve, dendrite, name):
    async def pour(peer, reader, writer):
        await peer.read(reader)
        writer.write(FLOODS[name])
        while True:
            writer.write(AGAIN[name] * 10_000)
            await writer.drain()

    reply = await dendrite.ask(target(await serve(pour)), Echo(text="x"), 60)
    assert (reply.outcome, "not its body" in str(reply.error)) == ("bad answer", True)
    assert reply.size < dendrite._asking.limits.around_bytes


async def test_text_that_comes_letter_by_letter_is_read(serve, dendrite):
    body = b'{"reply": "%s"}' % (b"a" * 30_000)
    chunks = b"".join(b"1\r\n%c\r\n" % letter for letter in body)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    peer = await serve(head + chunks + b"0\r\n\r\n")
    replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(2)]
    assert [(reply.ok, reply.size) for reply in replies] == [(True, len(body))] * 2
    assert peer.connections == 1


def behind(error):
    """An error, and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def test_a_reply_that_is_kept_holds_nothing_of_the_answer_that_failed(serve, http, dendrite):
    class Picky(Echo):
        @field_validator("reply")
        @classmethod
        def fail(cls, reply):
            return {}[reply]

    bodies = [b" " * (3 << 20), b"[]", b'{"reply": 7}', b'{"reply": "x"}']
    peers = [await serve(http(body)) for body in bodies] + [await serve(b"HTTP/9 nonsense\r\n\r\n")]
    replies = [await dendrite.ask(target(peer), Picky(text="x")) for peer in peers]
    assert [reply.outcome for reply in replies] == ["bad answer"] * 5
    errors = [one for reply in replies for one in behind(reply.error)]
    assert not any(one.__traceback__ or isinstance(one, ValidationError) for one in errors)


@pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])
async def test_an_answer_that_breaks_a_validator_is_the_neurons_fault(serve, http, dendrite, caplog, format):
    class Scored(Echo):
        points: dict | None = None

        @field_validator("points")
        @classmethod
        def known(cls, points):
            return points and {"total": points["total"]}

    peer = await serve(http(b'{"points": {"other": 1}}'))
    reply = await dendrite.ask(target(peer), Scored(text="x"), format=format)
    assert (reply.outcome, reply.status, reply.message.points) == ("bad answer", 422, None)
    assert [record.message for record in caplog.records] == ["a validator of Scored failed at an answer"]


async def test_an_answer_before_the_question_was_taken_is_read(serve, dendrite):
    async def early(peer, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"early"))
        await asyncio.Event().wait()  # and never reads the rest

    peer = await serve(early)
    for _ in range(2):
        reply = await dendrite.ask(target(peer), Echo(text="x" * (8 << 20)), 5.0)
        assert (reply.outcome, reply.message.reply) == ("ok", "early")
    assert peer.connections == 2


@pytest.mark.parametrize("names", [("content-length", "Content-Length"), ("content-type", "Content-Type")])
async def test_headers_that_come_twice_do_not_mislead(serve, dendrite, names):
    values = {"content-length": ("16", "2"), "content-type": ("application/json", "text/html")}[names[0]]
    others = "" if "length" in names[0] else "content-length: 16\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in zip(names, values, strict=True))

    peer = await serve(
        f"HTTP/1.1 200 OK\r\n{lines}{others}{'' if 'type' in names[0] else 'content-type: application/json'}".encode()
        + (b"" if "type" in names[0] else b"\r\n")
        + b'\r\n{"reply": "out"}'
    )
    reply = await dendrite.ask(target(peer), Echo(text="x"))
    assert reply.outcome == ("bad answer" if "length" in names[0] else "ok")


async def test_status_zero_and_a_status_of_many_digits_are_no_success(serve, dendrite):
    for code in ("0", "20000000000000000000", "-200", "2e2", "٢٠٠"):
        head = f"HTTP/1.1 200 OK\r\nbt_header_axon_status_code: {code}\r\ncontent-type: application/json\r\n"
        peer = await serve(head.encode() + b'content-length: 16\r\n\r\n{"reply": "out"}')
        reply = await dendrite.ask(target(peer), Echo(text="x"), format="legacy")
        assert not reply.ok
        assert reply.message.reply is None


@pytest.mark.skipif(not FILES.is_dir(), reason="counts open files in /proc")
@pytest.mark.parametrize("tls", [False, True])
async def test_rounds_that_are_given_up_leave_neither_sockets_nor_tasks(serve, http, tls):
    async def stall(peer, reader, writer):
        if not tls:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")
        await reader.read()

    peers = [await serve(http()), await serve(stall)]
    before = in_use()
    trust = Trust(known={BOB.ss58: Known(tls=bytes(32))}) if tls else Trust()
    dice = random.Random(7)
    async with Dendrite(ALICE, allow_private=True, trust=trust) as dendrite:
        for _ in range(40):
            targets = [target(peers[uid % 2], uid) for uid in range(8)]
            round_ = asyncio.create_task(dendrite.ask_all(targets, Echo(text="x"), timeout_s=5))
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
            await asyncio.sleep(dice.choice([0, 0, 0.002]))
            round_.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await round_
        assert dendrite._asking._pool is None or not dendrite._asking._pool._busy
        assert not dendrite._asking._lanes._busy
    async with asyncio.timeout(5):
        while any(now > was for now, was in zip(in_use(), before, strict=True)):
            await asyncio.sleep(0.01)  # the servers hear of it


async def test_a_drip_does_not_outlast_the_call(serve, dendrite):
    async def drip(peer, reader, writer):
        await peer.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.005)

    loop = asyncio.get_running_loop()
    began = loop.time()
    peer = await serve(drip)
    reply = await dendrite.ask(target(peer), Echo(text="x"), 0.2)
    assert (reply.outcome, loop.time() - began < 2) == ("timeout", True)
    assert dendrite._asking._pool._busy == set()


@pytest.mark.parametrize("format", ["btauth/1", "legacy"])
async def test_a_clock_that_is_set_back_is_followed(serve, http, caplog, format):
    hour, now = 3600 * 10**9, 1_800_000_000 * 10**9
    clock = iter([now + hour] * 6 + [now] * 20)
    peer = await serve(http())
    async with Dendrite(ALICE, format=format, allow_private=True, now_ns=lambda: next(clock)) as dendrite:
        for _ in range(6):
            await dendrite.ask(target(peer), Echo(text="x"))
    names = {"btauth/1": ("X-Bittensor-Nonce",) * 2, "legacy": ("bt_header_dendrite_nonce", "bt_header_dendrite_uuid")}
    sent = [(int(request[names[format][0]]), request[names[format][1]]) for request in peer.requests]
    assert sent[0][0] >= now + hour
    assert now <= sent[-1][0] < now + 100
    for (before, lane), (after, same) in pairwise(sent):
        assert after > before or same != lane  # a server that wants them to grow, in each lane, never sees one fall
    assert [record.message for record in caplog.records] == ["the clock was set back by 3600 s"]
