import asyncio
import contextlib

import pytest

from taokit.dendrite import Dendrite, Limits, Target
from taokit.dendrite.wire import NARROW, Wire
from taokit.errors import LocalError
from taokit.keys import from_uri
from taokit.protocol import Synapse

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


class Size(Synapse):
    data: bytes
    size: int | None = None


def target(peer, uid=0):
    return Target(uid=uid, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)


def asking(**limits):
    return Dendrite(ALICE, allow_private=True, limits=Limits(**limits))


def counting(http):
    """A peer that answers, and counts the connections that have ended."""

    async def handle(peer, reader, writer):
        try:
            while True:
                await peer.read(reader)
                writer.write(http())
        except asyncio.IncompleteReadError:
            peer.ended = getattr(peer, "ended", 0) + 1

    return handle


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_idle_connections_end_by_themselves(serve, http):
    peer = await serve(counting(http))
    async with asking(idle_seconds=0.2, idle_connections=1) as dendrite:
        await dendrite.ask_all([target(peer, uid) for uid in range(3)], Echo(text="x"))
        await until(lambda: getattr(peer, "ended", 0) == 3)
        replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(2)]
    assert [reply.timings.connect == 0 for reply in replies] == [False, True]  # there is room for it again
    assert peer.connections == 4


async def test_a_neuron_that_speaks_unasked_is_hung_up_on(serve, http):
    async def talk(peer, reader, writer):
        await peer.read(reader)
        writer.write(http())
        await until(lambda: peer.idle)
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)
                await writer.drain()
        peer.cut = True

    peer = await serve(talk)
    peer.idle = peer.cut = False
    async with asking(idle_seconds=60) as dendrite:
        assert (await dendrite.ask(target(peer), Echo(text="x"))).ok
        peer.idle = True
        await until(lambda: peer.cut)


async def test_a_round_keeps_all_its_connections_and_no_more_are_kept_than_the_largest_had(serve, http):
    peer = await serve(counting(http))
    async with asking(idle_connections=1) as dendrite:
        for _ in range(3):
            replies = await dendrite.ask_all([target(peer, uid) for uid in range(4)], Echo(text="x"))
            assert all(reply.ok for reply in replies)
        assert peer.connections == 4
    await until(lambda: getattr(peer, "ended", 0) == 4)


async def test_closing_ends_connections_in_use_and_returns_when_they_are_ended(serve):
    gone = []

    async def stall(peer, reader, writer):
        await peer.read(reader)
        gone.append(await reader.read())

    peer = await serve(stall)
    dendrite = asking()
    round = asyncio.create_task(dendrite.ask_all([target(peer, uid) for uid in range(3)], Echo(text="x")))
    await until(lambda: len(peer.requests) == 3)
    await dendrite.close()
    assert [reply.outcome for reply in await round] == ["disconnected"] * 3
    await until(lambda: gone == [b""] * 3)


async def test_closing_uses_no_connection_that_is_being_made(serve, http):
    peer = await serve(http())
    dendrite = asking()
    call = asyncio.create_task(dendrite.ask(target(peer), Echo(text="x"), 5))
    for _ in range(3):  # it has begun to connect
        await asyncio.sleep(0)
    assert peer.connections == 0
    await dendrite.close()
    reply = await call
    assert (reply.outcome, type(reply.error), reply.sent) == ("not asked", LocalError, 0)
    assert peer.requests == []


async def test_a_body_of_known_length_alone_is_read_in_large_parts(serve, http, monkeypatch):
    parts = {"length": [], "chunks": []}
    body = b'{"reply": "' + b"x" * 500_000 + b'"}'
    flood = http(b"{}") * 10_000
    chunked = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    chunked += b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    for name, raw in (("length", http(body) + flood), ("chunks", chunked + flood)):
        peer, sizes, updated = await serve(raw), parts[name], Wire.buffer_updated

        def measured(wire, size, sizes=sizes, updated=updated):
            sizes.append(size)
            updated(wire, size)

        monkeypatch.setattr(Wire, "buffer_updated", measured)
        async with asking() as dendrite:
            assert (await dendrite.ask(target(peer), Echo(text="x"))).ok
        monkeypatch.undo()
    assert max(parts["length"]) > NARROW
    assert parts["length"][-1] <= NARROW  # of what came behind, when the body is complete
    assert max(parts["chunks"]) <= NARROW


async def test_the_head_of_many_interim_answers_is_given_up(serve, http):
    peer = await serve(b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + http())
    async with asking() as dendrite:
        assert (await dendrite.ask(target(peer), Echo(text="x"))).outcome == "bad answer"


async def test_a_refusal_before_the_whole_body_was_taken_is_read_and_the_connection_not_kept(serve, http):
    async def early(peer, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        peer.requests.append(None)
        writer.write(http(b'{"message": "too large"}', status=413))
        await writer.drain()
        await asyncio.sleep(5)

    peer = await serve(early)
    async with asking() as dendrite, asyncio.timeout(4):
        replies = [await dendrite.ask(target(peer), Size(data=bytes(12_000_000)), 3) for _ in range(2)]
    assert [(reply.outcome, reply.status) for reply in replies] == [("not served", 413)] * 2
    assert peer.connections == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_both_kinds_of_address_are_connected_to(serve, http, host):
    peer = await serve(http(), host)
    async with asking() as dendrite:
        reply = await dendrite.ask(Target(uid=0, hotkey=BOB.ss58, ip=host, port=peer.port), Echo(text="x"))
    assert reply.ok
    assert peer.requests[0]["host"] == (f"[{host}]" if ":" in host else host) + f":{peer.port}"
