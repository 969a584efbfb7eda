"""A dendrite that goes by published keys, against real axons."""

import base64
import contextlib

import pytest

from taokit.axon import Axon, Route, everyone, sealing_of, tls_of
from taokit.dendrite import Dendrite, Known, Target, Trust
from taokit.dendrite.pieces import pieces_of
from taokit.dendrite.trust import SealedRecords
from taokit.errors import BadAnswer, Disconnected, LocalError, NotServed, Unreachable
from taokit.protocol.sealing import Binding, SealingKey, open_question, seal_question
from wire_classes import Echo, echo
from wire_vectors import ALICE, BOB


@pytest.fixture
def tls(tmp_path):
    return tls_of(tmp_path / "tls.pem")


@pytest.fixture
def sealing(tmp_path):
    return sealing_of(tmp_path / "sealing.key", required=True)


@pytest.fixture
async def axon():
    """Serves `Echo` and returns where, as a target."""
    served = []

    async def start(handler=echo, **options):
        one = Axon(BOB.ss58, [Route(Echo, handler)], admit=everyone, **options)
        served.append(one)
        return Target(0, BOB.ss58, "127.0.0.1", await one.start("127.0.0.1"))

    yield start
    for one in served:
        await one.stop(drain_s=0)


def dendrite(known=None, **options):
    manner = {name: options.pop(name) for name in ("tls", "sealing") if name in options}
    trust = Trust({} if known is None else {BOB.ss58: known}, **manner)
    return Dendrite(ALICE, allow_private=True, trust=trust, **options)


async def asked(target, known=None, **options):
    async with dendrite(known, **options) as client:
        return await client.ask(target, Echo(text="a"), 5.0)


async def test_the_published_key_is_accepted_and_the_connection_kept(axon, tls):
    target = await axon(tls=tls)
    async with dendrite(Known(tls=tls.public)) as client:
        replies = [await client.ask(target, Echo(text="a"), 5.0) for _ in range(3)]
    assert [reply.outcome for reply in replies] == ["ok"] * 3
    assert replies[1].timings.connect == 0


async def test_a_long_answer_comes_whole_over_tls(axon, tls):
    async def at_length(message, caller):
        message.reply = "x" * 1_500_000
        return message

    target = await axon(at_length, tls=tls)
    async with dendrite(Known(tls=tls.public)) as client:
        replies = [await client.ask(target, Echo(text="a"), 20.0) for _ in range(2)]
    assert [len(reply.message.reply) for reply in replies] == [1_500_000] * 2
    assert replies[1].timings.connect == 0


async def test_another_key_is_unreachable_and_nothing_is_sent(axon, tls, tmp_path):
    seen = []

    async def notes(message, caller):
        seen.append(message)
        return message

    other = tls_of(tmp_path / "other.pem")
    reply = await asked(await axon(notes, tls=other), Known(tls=tls.public))
    assert reply.outcome == "unreachable"
    assert reply.status == 503
    assert isinstance(reply.error, Unreachable)
    assert "another TLS key" in str(reply.error)
    assert (reply.sent, seen) == (0, [])


async def test_nothing_falls_back_to_plain_http(axon, tls):
    reply = await asked(await axon(), Known(tls=tls.public))
    assert (reply.outcome, reply.sent) == ("unreachable", 0)


async def test_a_neuron_without_a_published_key_is_asked_over_plain_http(axon, tls):
    assert (await asked(await axon())).ok
    assert (await asked(await axon(tls=tls_plain(tls)), Known(tls=tls.public), tls="never")).ok


def tls_plain(tls):
    return type(tls)(tls.public, tls.context, plain=True)


async def test_where_tls_is_demanded_there_is_nothing_without_it(axon):
    reply = await asked(await axon(), tls="always")
    assert reply.outcome == "unreachable"
    assert reply.error.hint == "`tls='published'` allows plain HTTP"


async def test_a_new_key_needs_a_new_connection(axon, tls, tmp_path):
    target = await axon(tls=tls)
    async with dendrite(Known(tls=tls.public)) as client:
        assert (await client.ask(target, Echo(text="a"), 5.0)).ok
        client.trust = Trust({BOB.ss58: Known(tls=bytes(32))})
        assert (await client.ask(target, Echo(text="a"), 5.0)).outcome == "unreachable"


async def test_a_silent_handshake_is_a_timeout(serve):
    async def says_nothing(peer, reader, writer):
        await reader.read()

    target = Target(0, BOB.ss58, "127.0.0.1", (await serve(says_nothing)).port)
    async with dendrite(Known(tls=bytes(32))) as client:
        reply = await client.ask(target, Echo(text="a"), 0.2)
    assert reply.outcome == "timeout"


@pytest.mark.parametrize("format", ["btauth/1", "epistula/2"])
async def test_sealed_questions_get_sealed_answers(axon, sealing, format):
    reply = await asked(await axon(sealing=sealing), Known(sealing=sealing.public), format=format)
    assert reply.ok, reply.error
    assert reply.synapse.reply == "a"


async def test_a_sealed_round_goes_over_tls_too(axon, tls, sealing):
    target = await axon(tls=tls, sealing=sealing)
    async with dendrite(Known(tls.public, sealing.public), sealing="always", tls="always") as client:
        replies = await client.ask_all([target] * 5, Echo(text="a"), timeout_s=5.0)
    assert [reply.outcome for reply in replies] == ["ok"] * 5


async def test_what_cannot_be_sealed_is_not_sent_where_it_must_be(axon, sealing):
    target = await axon(sealing=sealing)
    for known, format in ((None, "btauth/1"), (Known(sealing=sealing.public), "legacy")):
        reply = await asked(target, known, format=format, sealing="always")
        assert isinstance(reply.error, LocalError)
        assert reply.sent == 0


async def test_a_plain_question_where_sealed_ones_are_required_is_not_served(axon, sealing):
    reply = await asked(await axon(sealing=sealing))
    assert isinstance(reply.error, NotServed)
    assert str(reply.error) == "sealed bodies only"


async def test_a_key_that_the_axon_does_not_have_is_not_served(axon, sealing):
    reply = await asked(await axon(sealing=sealing), Known(sealing=SealingKey(bytes([9]) * 32).public))
    assert (reply.outcome, reply.status) == ("not served", 400)


async def test_an_answer_in_the_clear_to_a_sealed_question_is_a_bad_one(sealing, serve, http):
    target = Target(0, BOB.ss58, "127.0.0.1", (await serve(http(b'{"reply": "a"}'))).port)
    reply = await asked(target, Known(sealing=sealing.public))
    assert isinstance(reply.error, BadAnswer)
    assert "not sealed" in str(reply.error)


async def stream(message, caller):
    for word in ("one ", "two ", "three"):
        yield word


@pytest.mark.parametrize("kind", [str, bytes])
async def test_streams_are_sealed_record_by_record(axon, kind, sealing):
    def pieces(message, caller):
        return (piece async for piece in _as(kind, stream(message, caller)))

    target = await axon(pieces, sealing=sealing)
    async with dendrite(Known(sealing=sealing.public)) as client:
        answer = client.stream(target, Echo(text="a"), 5.0, pieces=kind)
        got = [piece async for piece in answer]
    assert answer.reply.ok, answer.reply.error
    assert kind().join(got) == ("one two three" if kind is str else b"one two three")


@pytest.fixture
def records():
    """What reads sealed records of at most a hundred bytes, and what writes one."""
    binding, key = Binding("btauth", ALICE.ss58, BOB.ss58, "1"), SealingKey(bytes(range(32)))
    body, opens = seal_question(b"{}", key.public, binding, ephemeral=bytes([7]) * 32)
    _, seals = open_question(body, [key], binding)

    def written(plain):
        return b'{"sealed": "%s"}\n' % base64.b64encode(seals.seal(plain, status=200, salt=bytes(32)))

    plain = pieces_of(str, {"content-type": "application/x-ndjson"}, "btauth/1", record_bytes=100)
    return SealedRecords(plain, opens, record_bytes=100), written


def test_a_sealed_record_is_bounded(records):
    reader, written = records
    assert [*reader.feed(written(b'{"chunk": "a"}\n'))] == ["a"]
    assert [*reader.feed(b'{"sealed": "' + b"A" * 188)] == []
    with pytest.raises(BadAnswer, match="200 bytes"):
        [*reader.feed(b"A")]


@pytest.mark.parametrize("behind", [b"", b'{"sealed": "'])
def test_a_sealed_stream_ends_with_a_whole_record(records, behind):
    reader, written = records
    assert [*reader.feed(written(b'{"done": true, "answer": {}}\n') + behind)] == []
    with pytest.raises(Disconnected) if behind else contextlib.nullcontext():
        assert reader.end() == b"{}"


async def _as(kind, pieces):
    async for piece in pieces:
        yield piece if kind is str else piece.encode()
