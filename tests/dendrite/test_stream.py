import asyncio
import gc
import json

import pytest

from taokit.axon import Axon, Route, everyone
from taokit.dendrite import Dendrite, Limits, Target
from taokit.errors import BadAnswer, ConfigurationError, Disconnected, LocalError, NotServed, TimedOut
from taokit.keys import from_uri
from taokit.protocol import Synapse

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
FORMATS = pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])
WORDS = ["in ", "the beginning ", "was ", "the Wörd"]


class Tokens(Synapse):
    required_hash_fields = ("prompt",)

    prompt: str
    completion: str | None = None


def target(port):
    return Target(uid=3, hotkey=BOB.ss58, ip="127.0.0.1", port=port)


@pytest.fixture
async def miner():
    """Serves `handler` for `Tokens` on a real axon; its port."""
    axons = []

    async def start(handler):
        axons.append(Axon(BOB.ss58, [Route(Tokens, handler)], admit=everyone))
        return await axons[-1].start("127.0.0.1")

    yield start
    for axon in axons:
        await axon.stop(drain_s=0)


def asking(format="btauth/1", **options):
    return Dendrite(ALICE, format=format, allow_private=True, **options)


async def words(message, caller):
    for word in WORDS:
        yield word
    message.completion = "".join(WORDS)


async def ending(stream):
    """What came before the end, and the reply."""
    return [piece async for piece in stream], stream.reply


@FORMATS
async def test_the_pieces_of_an_axon_come_and_then_the_reply(miner, format):
    port = await miner(words)
    async with asking(format) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(port), Tokens(prompt="x")))
        assert (await dendrite.ask(target(port), Synapse())).timings.connect == 0  # the connection is kept
    assert "".join(pieces) == "".join(WORDS)
    assert (reply.uid, reply.outcome, reply.status, reply.tries, reply.format) == (3, "ok", 200, 1, format)
    assert reply.message.completion == ("".join(WORDS) if format != "legacy" else None)  # raw bytes name no field
    assert (reply.message.axon.hotkey, reply.message.dendrite.hotkey) == (BOB.ss58, ALICE.ss58)
    assert reply.size >= len("".join(WORDS).encode())
    assert reply.timings.first_byte is not None


@FORMATS
async def test_bytes_are_given_as_they_were_sent(miner, format):
    async def raw(message, caller):
        yield b"\x00\xff"
        yield b"\xfe"

    async with asking(format) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(await miner(raw)), Tokens(prompt="x"), pieces=bytes))
    assert (b"".join(pieces), reply.ok) == (b"\x00\xff\xfe", True)


@FORMATS
async def test_g24_a_failure_after_the_first_byte_is_seen(miner, format):
    async def fails(message, caller):
        yield "one"
        raise OSError("gone")

    async with asking(format) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(await miner(fails)), Tokens(prompt="x")))
    assert pieces == ["one"]
    assert isinstance(reply.error, NotServed if format != "legacy" else Disconnected)
    assert "gone" not in str(reply.error)


@FORMATS
async def test_a_refusal_is_no_piece(serve, http, format):
    peer = await serve(http(b'{"message": "forbidden"}', status=403))
    async with asking(format) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert (pieces, reply.outcome, reply.status) == ([], "not served", 403)


@FORMATS
async def test_leaving_early_ends_the_connection(miner, format):
    left = asyncio.Event()

    async def endless(message, caller):
        try:
            while True:
                yield "word " * 100
                await asyncio.sleep(0.001)
        finally:
            left.set()

    port = await miner(endless)
    async with asking(format) as dendrite:
        async with dendrite.stream(target(port), Tokens(prompt="x")) as stream:
            async for _ in stream:
                break
        async with asyncio.timeout(5):
            await left.wait()
        assert (stream.reply.outcome, stream.reply.synapse) == ("disconnected", None)
        assert [piece async for piece in stream] == []


async def test_a_stream_that_is_forgotten_ends_the_connection(miner):
    left = asyncio.Event()

    async def endless(message, caller):
        try:
            while True:
                yield "word"
                await asyncio.sleep(0.001)
        finally:
            left.set()

    port = await miner(endless)
    async with asking() as dendrite:
        async for _ in dendrite.stream(target(port), Tokens(prompt="x")):
            break
        gc.collect()
        async with asyncio.timeout(5):
            await left.wait()


async def test_a_stream_that_is_kept_and_not_read_ends_after_its_deadline(miner, monkeypatch):
    monkeypatch.setattr("taokit.dendrite.stream.ABANDONED_S", 0.05)
    left = asyncio.Event()

    async def endless(message, caller):
        try:
            while True:
                yield "word"
                await asyncio.sleep(0.001)
        finally:
            left.set()

    port = await miner(endless)
    async with asking() as dendrite:
        stream = dendrite.stream(target(port), Tokens(prompt="x"), 0.2)
        assert await anext(stream) == "word"
        async with asyncio.timeout(5):
            await left.wait()
        await ending(stream)
    assert isinstance(stream.reply.error, TimedOut)


@FORMATS
async def test_one_deadline_bounds_the_whole_stream(serve, format):
    kind = "text/event-stream" if format == "legacy" else "application/x-ndjson"

    async def drip(peer, reader, writer):
        await peer.read(reader)
        writer.write(f"HTTP/1.1 200 X\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        while True:
            piece = b'{"chunk": "a"}\n'
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await asyncio.sleep(0.02)

    peer = await serve(drip)
    async with asking(format) as dendrite, asyncio.timeout(5):
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x"), 0.3))
    assert pieces
    assert (reply.outcome, reply.status) == ("timeout", 408)


def streamed(body, kind="application/x-ndjson", **headers):
    lines = "".join(f"{name.replace('__', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 200 X\r\ncontent-type: {kind}\r\n{lines}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


DONE = b'{"done": true, "answer": {"completion": "c"}}\n'
BAD = {
    "no last record": (b'{"chunk": "a"}\n', "disconnected"),
    "half a record": (b'{"chunk": "a"}\n{"chu', "disconnected"),
    "after the last record": (b'{"chunk": "a"}\n' + DONE + b'{"chunk": "b"}\n', "bad answer"),
    "two ends": (b'{"chunk": "a"}\n' + DONE + DONE, "bad answer"),
    "half a record after the last": (b'{"chunk": "a"}\n' + DONE + b"x", "bad answer"),
    "a number as a piece": (b'{"chunk": "a"}\n{"chunk": 1}\n', "bad answer"),
    "not JSON": (b'{"chunk": "a"}\nhello\n', "bad answer"),
    "a list": (b'{"chunk": "a"}\n[1]\n', "bad answer"),
    "nested": (b'{"chunk": "a"}\n{"chunk": ' + b"[" * 5000 + b"\n", "bad answer"),
    "an end without an answer": (b'{"chunk": "a"}\n{"done": true}\n', "bad answer"),
    "an answer of the wrong type": (b'{"chunk": "a"}\n{"done": true, "answer": {"completion": 7}}\n', "bad answer"),
    "a record without an end": (b'{"chunk": "a"}\n{"chunk": "' + b"x" * 3000, "bad answer"),
    "a failure": (b'{"chunk": "a"}\n{"error": "\x1b[31mid"}\n'.replace(b"\x1b", b"\\u001b"), "not served"),
}


@pytest.mark.parametrize(("body", "outcome"), BAD.values(), ids=BAD)
async def test_records_that_break_the_rules_end_the_stream(serve, caplog, body, outcome):
    peer = await serve(streamed(body))
    async with asking(limits=Limits(record_bytes=2000)) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert (pieces, reply.outcome, reply.synapse, caplog.records) == (["a"], outcome, None, [])
    assert str(reply.error).isprintable()


async def test_an_answer_in_the_last_record_overwrites_no_question(serve):
    body = b'{"done": true, "answer": {"completion": "c", "prompt": "evil", "timeout": 99}}\n'
    peer = await serve(streamed(body))
    async with asking() as dendrite:
        _, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x"), 5))
    assert (reply.message.prompt, reply.message.completion, reply.message.timeout) == ("x", "c", 5)


async def test_a_piece_that_is_no_base64_is_no_bytes(serve):
    peer = await serve(streamed(b'{"chunk": "-_8="}\n' + DONE))
    async with asking() as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x"), pieces=bytes))
    assert (pieces, type(reply.error)) == ([], BadAnswer)


HEADS = {
    "not a stream": ("btauth/1", {"kind": "application/json"}),
    "raw where records are due": ("btauth/1", {"kind": "text/event-stream"}),
    "packed": ("btauth/1", {"content__encoding": "gzip"}),
    "an ordinary legacy answer": ("legacy", {"kind": "application/json"}),
    "packed under legacy": ("legacy", {"kind": "text/event-stream", "content__encoding": "gzip"}),
}


@pytest.mark.parametrize(("format", "headers"), HEADS.values(), ids=HEADS)
async def test_what_is_no_stream_is_a_bad_answer(serve, format, headers):
    peer = await serve(streamed(DONE, **headers))
    async with asking(format) as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert (pieces, reply.outcome) == ([], "bad answer")
    assert peer.requests[0]["accept-encoding"] == "identity"


async def test_a_header_makes_a_failure_of_a_legacy_stream(serve):
    peer = await serve(streamed(b"text", "text/event-stream", bt_header_axon_status_code="403"))
    async with asking("legacy") as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert (pieces, reply.outcome, reply.status) == ([], "not served", 403)


@pytest.mark.parametrize("cut", [b"caf\xc3", b"\xff"])
async def test_a_legacy_stream_of_half_characters_is_no_text(serve, cut):
    peer = await serve(streamed(cut, "text/event-stream"))
    async with asking("legacy") as dendrite:
        _, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert reply.outcome == "bad answer"


async def test_a_character_may_be_cut_between_two_reads(serve):
    async def halves(peer, reader, writer):
        await peer.read(reader)
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for part in (b"caf\xc3", b"\xa9", b""):
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
            await asyncio.sleep(0.02)

    peer = await serve(halves)
    async with asking("legacy") as dendrite:
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert ("".join(pieces), reply.outcome) == ("café", "ok")


@FORMATS
async def test_g20_a_stream_is_bounded(serve, format):
    written = 0
    kind = "text/event-stream" if format == "legacy" else "application/x-ndjson"

    async def flood(peer, reader, writer):
        nonlocal written
        await peer.read(reader)
        writer.write(f"HTTP/1.1 200 X\r\ncontent-type: {kind}\r\n\r\n".encode())
        while True:
            writer.write(b'{"chunk": "aaaaaaaaaaaaaaaaaaaa"}\n' * 1000)
            written += 34_000
            await writer.drain()

    peer = await serve(flood)
    async with asking(format, limits=Limits(stream_bytes=1 << 20)) as dendrite:
        _, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x"), 5))
    assert (reply.outcome, "a stream of more than" in str(reply.error)) == ("bad answer", True)
    assert written < 32 << 20


async def test_a_slow_reader_slows_the_writer_down(serve):
    """Nothing piles up here while nobody asks for the next piece."""
    written = 0

    async def flood(peer, reader, writer):
        nonlocal written
        await peer.read(reader)
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: application/x-ndjson\r\n\r\n")
        while True:
            writer.write(json.dumps({"chunk": "a" * 10_000}).encode() + b"\n")
            written += 10_000
            await writer.drain()

    peer = await serve(flood)
    async with asking() as dendrite, dendrite.stream(target(peer.port), Tokens(prompt="x"), 5) as stream:
        await anext(stream)
        await asyncio.sleep(0.2)
        assert written < 32 << 20


async def test_a_stream_under_way_has_no_reply_and_one_reader(miner):
    port = await miner(words)
    async with asking() as dendrite:
        stream = dendrite.stream(target(port), Tokens(prompt="x"))
        with pytest.raises(LocalError, match="has not ended"):
            stream.reply  # noqa: B018
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        with pytest.raises(LocalError, match="one task"):
            await anext(stream)
        await first
        await stream.aclose()
        with pytest.raises(ConfigurationError, match="text or bytes"):
            dendrite.stream(target(port), Tokens(prompt="x"), pieces=int)


async def test_cancelling_the_reader_ends_the_stream(serve):
    async def stall(peer, reader, writer):
        await peer.read(reader)
        assert await reader.read() == b""
        gone.set()

    gone = asyncio.Event()
    peer = await serve(stall)
    async with asking() as dendrite:
        stream = dendrite.stream(target(peer.port), Tokens(prompt="x"))
        reading = asyncio.create_task(anext(stream))
        while not peer.requests:
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(5):
            await gone.wait()
        assert stream.reply.outcome == "disconnected"


async def test_closing_the_dendrite_ends_its_streams(miner):
    async def endless(message, caller):
        while True:
            yield "word"
            await asyncio.sleep(0.001)

    port = await miner(endless)
    async with asking() as dendrite:
        stream = dendrite.stream(target(port), Tokens(prompt="x"))
        await anext(stream)
    assert (await ending(stream))[1].outcome == "disconnected"


async def test_a_stream_on_a_dead_kept_connection_is_asked_for_once_more(serve, http):
    async def handle(peer, reader, writer):
        await peer.read(reader)
        if peer.connections == 1:
            writer.write(http())
            await peer.read(reader)
        else:
            writer.write(streamed(b'{"chunk": "a"}\n' + DONE))

    peer = await serve(handle)
    async with asking() as dendrite:
        assert (await dendrite.ask(target(peer.port), Tokens(prompt="x"))).ok
        pieces, reply = await ending(dendrite.stream(target(peer.port), Tokens(prompt="x")))
    assert (pieces, reply.ok, reply.tries, peer.connections) == (["a"], True, 2, 2)
    assert len({request["x-bittensor-nonce"] for request in peer.requests}) == 3
