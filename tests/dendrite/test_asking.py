"""What a dendrite does besides asking once: retries, hedges, circuits; never two replies, nor one nonce twice."""

import asyncio
import logging

import pytest

from taokit.dendrite import Breaker, Dendrite, Hedge, Retry, Target
from taokit.errors import ConfigurationError, LocalError, NotAsked
from taokit.keys import from_uri
from taokit.protocol import Synapse
from taokit.protocol.signed_answers import Asked, answer_signature

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
FORMATS = pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])
UNIQUE = {
    "btauth/1": "x-bittensor-signature",
    "epistula/2": "epistula-request-signature",
    "legacy": "bt_header_dendrite_signature",
}


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


def target(peer, uid=0):
    return Target(uid=uid, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)


def asking(format="btauth/1", **options):
    return Dendrite(ALICE, format=format, allow_private=True, **options)


def turns(*answers):
    """A peer that answers its first requests in turn, whatever the connection; None: not at all, b'': it hangs up."""

    async def handle(peer, reader, writer):
        while True:
            await peer.read(reader)
            answer = answers[min(len(peer.requests), len(answers)) - 1]
            if answer is None:
                await reader.read()
            if not answer:
                return
            writer.write(answer)
            await writer.drain()

    return handle


@FORMATS
async def test_a_failure_that_may_pass_is_tried_again_and_signed_anew(serve, http, format):
    peer = await serve(turns(b"", http(b'{"message": "busy"}', status=503), http()))
    async with asking(format, retry=Retry(2, pause_s=0.01)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 5)
    assert (reply.ok, reply.tries, len(peer.requests)) == (True, 3, 3)
    assert reply.sent == sum(len(request.body) for request in peer.requests)
    assert len({request[UNIQUE[format]] for request in peer.requests}) == 3


@pytest.mark.parametrize(
    "raw",
    [
        lambda http: http(b"{}", status=403),
        lambda http: http(b"{}", status=500),
        lambda http: http(b"[]"),
        lambda http: None,
    ],
    ids=["forbidden", "failed", "a bad answer", "silence"],
)
async def test_a_failure_that_stays_is_not_tried_again(serve, http, raw):
    peer = await serve(turns(raw(http)))
    async with asking(retry=Retry(3, pause_s=0.01)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 0.3)
    assert (reply.ok, reply.tries, len(peer.requests)) == (False, 1, 1)


async def test_nothing_is_tried_again_unless_asked_for(serve, http):
    peer = await serve(turns(http(b"{}", status=503), http()))
    async with asking() as dendrite:
        assert (await dendrite.ask(target(peer), Echo(text="x"))).status == 503
    assert len(peer.requests) == 1


async def test_retries_stay_within_the_deadline_and_tell_the_failure(serve, http):
    peer = await serve(turns(http(b'{"message": "busy"}', status=503)))
    async with asking(retry=Retry(50, pause_s=0.05)) as dendrite, asyncio.timeout(2):
        reply = await dendrite.ask(target(peer), Echo(text="x"), 0.4)
    assert (reply.outcome, reply.status) == ("not served", 503)
    assert 1 < reply.tries == len(peer.requests) < 6
    assert reply.timings.total < 0.4


@FORMATS
async def test_a_late_answer_is_hedged_with_a_question_of_its_own(serve, http, format):
    peer = await serve(turns(None, http()))
    async with asking(format, hedge=Hedge(0.05)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 5)
    assert (reply.ok, reply.tries, len(peer.requests)) == (True, 2, 2)
    assert len({request[UNIQUE[format]] for request in peer.requests}) == 2
    if format == "legacy":
        assert len({request["bt_header_dendrite_uuid"] for request in peer.requests}) == 2


async def test_an_answer_in_time_is_not_hedged_nor_is_a_failure(serve, http):
    served, refusing = await serve(http()), await serve(http(b"{}", status=403))
    async with asking(hedge=Hedge(5)) as dendrite:
        replies = await dendrite.ask_all([target(served), target(refusing)], Echo(text="x"))
    assert [(reply.status, reply.tries) for reply in replies] == [(200, 1), (403, 1)]


async def test_two_silent_tries_are_one_timeout(serve):
    peer = await serve(turns(None))
    async with asking(hedge=Hedge(0.05), breaker=Breaker(failures=2)) as dendrite:
        replies = [await dendrite.ask(target(peer), Echo(text="x"), 0.2) for _ in range(3)]
    assert [reply.outcome for reply in replies] == ["timeout", "timeout", "not asked"]
    assert (replies[0].tries, len(peer.requests)) == (2, 4)


async def test_a_circuit_opens_is_typed_and_closes(serve, http):
    peer = await serve(turns(b"", b"", http()))
    async with asking(breaker=Breaker(failures=2, seconds=0.2)) as dendrite:
        before = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(3)]
        await asyncio.sleep(0.25)
        after = await dendrite.ask_all([target(peer), target(peer)], Echo(text="x"))
        last = await dendrite.ask(target(peer), Echo(text="x"))
    assert [reply.outcome for reply in before] == ["disconnected", "disconnected", "not asked"]
    assert (before[2].status, before[2].tries, type(before[2].error)) == (503, 0, NotAsked)
    assert [reply.outcome for reply in after] == ["ok", "not asked"]  # half open: one question decides
    assert last.ok


async def test_a_retry_that_helped_is_no_failure(serve, http):
    peer = await serve(turns(b"", http(), b"", http()))
    async with asking(retry=Retry(1, pause_s=0.01), breaker=Breaker(failures=1)) as dendrite:
        replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(2)]
    assert [reply.ok for reply in replies] == [True, True]


async def test_waiting_for_a_place_is_not_held_against_a_neuron(serve):
    slow, other = await serve(turns(None)), await serve(turns(None))
    async with asking(breaker=Breaker(failures=1, seconds=60)) as dendrite:
        await dendrite.ask_all([target(slow, 0), target(other, 1)], Echo(text="x"), timeout_s=0.1, at_once=1)
        again = await dendrite.ask_all([target(slow, 0), target(other, 1)], Echo(text="x"), timeout_s=0.1)
    assert [reply.outcome for reply in again] == ["not asked", "timeout"]


async def test_a_question_that_is_given_up_leaves_the_circuit_as_it_was(serve, http):
    peer = await serve(turns(b"", None, http()))
    async with asking(breaker=Breaker(failures=1, seconds=0.05)) as dendrite:
        await dendrite.ask(target(peer), Echo(text="x"))
        await asyncio.sleep(0.1)
        probe = asyncio.create_task(dendrite.ask(target(peer), Echo(text="x")))
        while len(peer.requests) < 2:
            await asyncio.sleep(0)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert (await dendrite.ask(target(peer), Echo(text="x"))).ok


async def test_a_stream_that_is_forgotten_decides_nothing_about_the_circuit(serve, http):
    chunk = b'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n\r\n{"chunk": "a"}\n'
    peer = await serve(turns(b"", chunk, http()))
    async with asking(breaker=Breaker(failures=1, seconds=0.05)) as dendrite:
        await dendrite.ask(target(peer), Echo(text="x"))
        await asyncio.sleep(0.1)
        probe = dendrite.stream(target(peer), Echo(text="x"), 5)
        assert await anext(probe) == "a"
        del probe
        assert (await dendrite.ask(target(peer), Echo(text="x"))).ok


async def leave(stream):
    async for _ in stream:
        await stream.aclose()


async def be_cancelled(stream):
    reading = asyncio.create_task(drain(stream))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def stay_away(stream):
    async for _ in stream:
        await asyncio.sleep(0.3)


async def drain(stream):
    async for _ in stream:
        pass


@pytest.mark.parametrize(
    ("read", "outcome", "then"),
    [
        (leave, "disconnected", "timeout"),
        (be_cancelled, "disconnected", "timeout"),
        (stay_away, "timeout", "timeout"),
        (drain, "timeout", "not asked"),
    ],
)
async def test_a_stream_that_its_caller_leaves_is_not_held_against_the_neuron(serve, read, outcome, then):
    async def begin(peer, reader, writer):
        await peer.read(reader)
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n\r\n{"chunk": "a"}\n')
        await reader.read()

    peer = await serve(begin)
    async with asking(breaker=Breaker(failures=1)) as dendrite:
        stream = dendrite.stream(target(peer), Echo(text="x"), 0.2)
        await read(stream)
        assert stream.reply.outcome == outcome
        assert (await dendrite.ask(target(peer), Echo(text="x"), 0.1)).outcome == then


def signed(http, request, body, status=200):
    asked = Asked(request["X-Bittensor-Nonce"], sender=ALICE.ss58, receiver=BOB.ss58)
    return http(body, status=status, **dict(answer_signature(BOB, asked, status=status, body=body)))


@pytest.mark.parametrize("late_signed", [False, True])
async def test_a_reply_tells_of_the_hedge_whose_answer_it_holds(serve, http, late_signed):
    asked = []

    async def both_at_once(peer, reader, writer):
        asked.append((await peer.read(reader), writer))
        if len(asked) == 2:
            for is_signed, (request, to) in zip((not late_signed, late_signed), asked, strict=True):
                body = b'{"reply": "%s"}' % (b"signed" if is_signed else b"not")
                to.write(signed(http, request, body) if is_signed else http(body))
        await reader.read()

    peer = await serve(both_at_once)
    async with asking(hedge=Hedge(0.05)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 5)
    assert reply.signed == (reply.message.reply == "signed")


@pytest.mark.parametrize("last", [True, False])
async def test_a_reply_tells_of_the_last_retry(serve, http, last):
    async def refuse(peer, reader, writer):
        await peer.read(reader)
        writer.write(signed(http, peer.requests[0], b'{"message": "busy"}', 503))
        await peer.read(reader)
        if last:
            writer.write(http(b'{"message": "no"}', status=404))
        await reader.read()

    peer = await serve(refuse)
    async with asking(retry=Retry(1, pause_s=0.01)) as dendrite:
        reply = await dendrite.ask(target(peer), Echo(text="x"), 0.3)
    assert (reply.status, reply.signed, reply.tries) == (404 if last else 408, False, 2)
    assert (reply.timings.connect, reply.timings.first_byte is None) == (0, not last)


async def test_any_of_several_answers(serve, http):
    silent, refusing = await serve(turns(None)), await serve(http(b"{}", status=403))
    good, never = await serve(http()), await serve(http())
    targets = [target(peer, uid) for uid, peer in enumerate((silent, refusing, good, never))]
    async with asking() as dendrite:
        reply = await dendrite.ask_any(targets, Echo(text="x"), timeout_s=5, after_s=0.05)
        assert (reply.uid, reply.ok, never.requests) == (2, True, [])
        failed = await dendrite.ask_any(targets[:2], Echo(text="x"), timeout_s=0.2, after_s=0.05)
        assert (failed.uid, failed.outcome) == (0, "timeout")
        with pytest.raises(ConfigurationError):
            await dendrite.ask_any([], Echo(text="x"))


async def test_a_round_is_one_line_with_its_numbers(serve, http, caplog):
    good, refusing = await serve(http()), await serve(http(b"{}", status=403))
    async with asking() as dendrite:
        with caplog.at_level(logging.INFO, "taokit.dendrite"):
            await dendrite.ask_all([target(good), target(good), target(refusing)], Echo(text="secret"))
    (record,) = caplog.records
    assert "asked 3 in " in record.getMessage()
    assert ": 2 ok, 1 not served; p50 " in record.getMessage()
    assert (record.fields["outcomes"], record.fields["received"]) == ({"ok": 2, "not served": 1}, 34)
    assert "secret" not in record.getMessage()


async def test_without_files_for_a_connection_it_is_our_own_fault(serve, http, monkeypatch):
    async def full(*args, **options):
        raise OSError(24, "Too many open files")

    peer = await serve(http())
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", full)
    async with asking(breaker=Breaker(failures=1)) as dendrite:
        replies = [await dendrite.ask(target(peer), Echo(text="x")) for _ in range(2)]
    assert [(reply.outcome, type(reply.error)) for reply in replies] == [("not asked", LocalError)] * 2
    assert "ulimit" in replies[0].error.hint


async def test_what_is_our_own_fault_neither_opens_a_circuit_nor_closes_it(serve, monkeypatch):
    async def full(*args, **options):
        raise OSError(24, "Too many open files")

    peer = await serve(turns(b""))
    async with asking(breaker=Breaker(failures=2)) as dendrite:
        outcomes = [(await dendrite.ask(target(peer), Echo(text="x"))).outcome]
        with monkeypatch.context() as patched:
            patched.setattr(asyncio.get_running_loop(), "create_connection", full)
            outcomes.append((await dendrite.ask(target(peer), Echo(text="x"))).outcome)
        outcomes += [(await dendrite.ask(target(peer), Echo(text="x"))).outcome for _ in range(2)]
    assert outcomes == ["disconnected", "not asked", "disconnected", "not asked"]
    assert len(peer.requests) == 2
