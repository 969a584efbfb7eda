"""Every kind of message in every format, from our client to our server over a socket."""

import logging
from enum import Enum, StrEnum

import numpy as np
import pytest
import torch

from taokit.axon import Axon, Route, everyone
from taokit.dendrite import Dendrite, Limits, Manner, Target
from taokit.errors import BadAnswer, ConfigurationError, Forbidden, NotServed
from taokit.keys import from_uri
from taokit.protocol import Answer, Part, Question, Synapse, Tensor
from wire_classes import HANDLERS, Echo, Nested, Point, TensorAdd, Tokens

ALICE, BOB, CHARLIE = from_uri("//Alice"), from_uri("//Bob"), from_uri("//Charlie")
FORMATS = pytest.mark.parametrize("format", ["btauth/1", "epistula/2", "legacy"])


class Tone(StrEnum):
    WARM = "warm"
    COLD = "cold"


class Older(str, Enum):  # noqa: UP042  what subnets of the older SDKs declare
    ONE = "one"


class Mixed(Synapse):
    required_hash_fields = ("tone", "older", "words", "pair", "data", "by_name")

    tone: Tone = Tone.COLD
    older: Older = Older.ONE
    words: list[str] = Question(default_factory=list)
    pair: tuple[int, float] = (0, 0.0)
    data: bytes = b""
    by_name: dict[str, list[Point]] = Question(default_factory=dict)
    said: Tone | None = None
    counts: list[int] = Answer(default_factory=list)
    back: bytes | None = None
    first: Point | None = None


class Layer(Part):
    weights: Tensor | None = None


class Train(Synapse):
    required_hash_fields = ("layers",)

    layers: list[Layer] = Question(default_factory=list)
    total: Tensor | None = None


async def mixed(message, caller):
    message.said = Tone.WARM if message.tone is Tone.COLD else Tone.COLD
    message.counts = [len(word) for word in message.words]
    message.back = message.data[::-1]
    message.first = next(iter(message.by_name.values()))[0]
    return message


async def train(message, caller):
    message.total = sum(layer.weights for layer in message.layers)
    return message


class World:
    """One axon and what it takes to ask it."""

    def __init__(self, axon, port):
        self.axon, self.port = axon, port

    def target(self, **changes):
        return Target(**{"uid": 1, "hotkey": BOB.ss58, "ip": "127.0.0.1", "port": self.port, **changes})

    async def ask(self, message, *, signer=ALICE, target=None, call=None, **options):
        async with Dendrite(signer, allow_private=True, **options) as dendrite:
            return await dendrite.ask(target or self.target(), message, call or 5.0)


@pytest.fixture
async def world():
    started = []

    async def start(**options):
        routes = [Route(kind, handler, unbound_body=True, max_body=8 << 20) for kind, handler in HANDLERS.items()]
        routes += [Route(Mixed, mixed), Route(Train, train)]
        axon = Axon(BOB.ss58, routes, **{"admit": everyone, **options})
        started.append(axon)
        return World(axon, await axon.start("127.0.0.1"))

    yield start
    for axon in started:
        await axon.stop(drain_s=0)


@FORMATS
async def test_plain_and_nested_messages_are_answered(format, world):
    there = await world()
    reply = await there.ask(Echo(text="hé\u2028\U0001f600"), format=format)
    assert (reply.outcome, reply.format, reply.signed) == ("ok", format, False)
    assert reply.synapse.reply == "hé\u2028\U0001f600"
    reply = await there.ask(Nested(points=[Point(x=1, y=2.5), Point(y=0.5)], origin=Point(x=4)), format=format)
    assert reply.synapse.total == 8.0


@FORMATS
async def test_enums_lists_tuples_bytes_and_maps_of_models_come_through_typed(format, world):
    there = await world()
    asked = Mixed(
        tone=Tone.COLD, words=["a", "bcd"], pair=(7, 0.25), data=b"\x00\xff", by_name={"k": [Point(x=3, tag="t")]}
    )
    answer = (await there.ask(asked, format=format)).synapse
    assert answer.said is Tone.WARM
    assert (answer.counts, answer.back, answer.first) == ([1, 3], b"\xff\x00", Point(x=3, tag="t"))
    assert (answer.tone, answer.older, answer.pair) == (Tone.COLD, Older.ONE, (7, 0.25))


@FORMATS
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("make", [np.asarray, torch.tensor])
async def test_tensors_of_numpy_and_torch_come_back(format, binary, make, world):
    there = await world()
    one = make([[1.5, -2.0], [0.25, 8.0]])
    reply = await there.ask(TensorAdd(a=one, b=one), format=format, manner=Manner(binary=binary))
    assert np.array_equal(reply.synapse.out, np.asarray(one) * 2)
    assert reply.synapse.out.dtype.name == np.asarray(one).dtype.name
    layers = [Layer(weights=one), Layer(weights=one)]
    reply = await there.ask(Train(layers=layers), format=format, manner=Manner(binary=binary))
    assert np.array_equal(torch.from_numpy(reply.synapse.total), np.asarray(one) * 2)


@FORMATS
async def test_a_stream_comes_in_pieces_and_ends_with_its_answer(format, world):
    there = await world()
    async with Dendrite(ALICE, format=format, allow_private=True) as dendrite:
        stream = dendrite.stream(there.target(), Tokens(prompt="one two three"), 5.0)
        pieces = [piece async for piece in stream]
    assert "".join(pieces) == "one two three"
    assert stream.reply.outcome == "ok"
    if format != "legacy":
        assert stream.reply.synapse.completion == "one two three"


@FORMATS
async def test_a_large_binary_body_is_smaller_than_its_json(format, world):
    there = await world()
    one = np.zeros(1 << 17, dtype="f8")
    options = {"format": format, "limits": Limits(answer_bytes=8 << 20)}
    plain = await there.ask(TensorAdd(a=one, b=one[:1]), **options)
    packed = await there.ask(TensorAdd(a=one, b=one[:1]), **options, manner=Manner(binary=True))
    assert plain.ok
    assert packed.ok
    assert packed.sent < one.nbytes + 1024 if format != "legacy" else packed.sent == plain.sent


@FORMATS
@pytest.mark.parametrize("message", [Echo(text="x"), TensorAdd(a=np.ones(2), b=np.ones(2))])
async def test_a_signed_answer_is_verified_and_the_reply_says_so(format, message, world):
    there = await world(sign_answers=BOB)
    reply = await there.ask(message, format=format, manner=Manner(signed_answers=True, binary=True))
    assert (reply.outcome, reply.signed) == ("ok", True)


@FORMATS
async def test_a_refusal_after_the_signature_is_signed_too(format, world):
    async def nobody(caller):
        raise Forbidden("nobody")

    there = await world(sign_answers=BOB, admit=nobody)
    reply = await there.ask(Echo(text="x"), format=format, manner=Manner(signed_answers=True))
    assert (reply.outcome, reply.status, reply.signed) == ("not served", 403, True)


@FORMATS
async def test_an_unsigned_answer_is_refused_where_one_is_required(format, world):
    there = await world()
    reply = await there.ask(Echo(text="x"), format=format, manner=Manner(signed_answers=True))
    assert (reply.outcome, reply.status, reply.signed) == ("bad answer", 422, False)
    async with Dendrite(ALICE, format=format, manner=Manner(signed_answers=True), allow_private=True) as dendrite:
        stream = dendrite.stream(there.target(), Tokens(prompt="one two"), 5.0)
        assert [piece async for piece in stream] == []
    assert isinstance(stream.reply.error, BadAnswer)


def test_an_axon_signs_as_itself_only():
    with pytest.raises(ConfigurationError, match="cannot sign"):
        Axon(BOB.ss58, [], admit=everyone, sign_answers=CHARLIE)


@FORMATS
async def test_a_format_that_is_off_is_refused_and_nothing_falls_back(format, world):
    wire = {"btauth/1": "btauth", "epistula/2": "epistula", "legacy": "legacy"}
    there = await world(formats=[name for key, name in wire.items() if key != format])
    reply = await there.ask(Echo(text="x"), format=format)
    assert (reply.status, reply.tries) == (400, 1)
    others = {key for key in wire if key != format}
    assert all(other in reply.error.hint for other in others)
    assert format in reply.error.hint


async def test_the_caller_says_the_format_before_the_subnet_and_the_subnet_before_what_was_learned(world):
    there = await world()
    async with Dendrite(ALICE, format="epistula/2", allow_private=True) as dendrite:
        assert (await dendrite.ask(there.target(version=10_005_000), Echo(text="x"))).format == "epistula/2"
        replies = await dendrite.ask_all([there.target()], Echo(text="x"), format="legacy")
        assert [reply.format for reply in replies] == ["legacy"]
    async with Dendrite(ALICE, format=None, allow_private=True) as dendrite:
        targets = [there.target(uid=1, version=10_005_000), there.target(uid=2), there.target(uid=3, version=1)]
        replies = await dendrite.ask_all(targets, Echo(text="x"))
        assert [(reply.format, reply.outcome) for reply in replies] == [
            ("legacy", "ok"), ("btauth/1", "ok"), ("btauth/1", "ok"),
        ]  # fmt: skip


async def test_a_refusal_teaches_a_stronger_format_and_never_a_weaker_one(world, caplog):
    caplog.set_level(logging.INFO, logger="taokit.dendrite")
    strong, weak = await world(formats=["btauth"]), await world(formats=["legacy"])
    async with Dendrite(ALICE, format=None, allow_private=True) as dendrite:
        older = strong.target(version=10_005_000)
        replies = [await dendrite.ask(older, Echo(text="x")) for _ in range(2)]
        assert [(reply.format, reply.status) for reply in replies] == [("legacy", 400), ("btauth/1", 200)]
        replies = [await dendrite.ask(weak.target(), Echo(text="x")) for _ in range(2)]
        assert [(reply.format, reply.status) for reply in replies] == [("btauth/1", 400)] * 2
        assert isinstance(replies[0].error, NotServed)
    assert sum("from now on" in record.getMessage() for record in caplog.records) == 1


def test_a_format_that_is_none_or_that_the_key_cannot_sign_is_refused():
    for format in ("epistula", "btauth/2"):
        with pytest.raises(ConfigurationError, match="no format"):
            Dendrite(ALICE, format=format)
    for format in ("epistula/2", "legacy"):
        with pytest.raises(ConfigurationError, match="sr25519"):
            Dendrite(from_uri("//Alice", scheme="ed25519"), format=format)


async def test_an_ed25519_key_asks_in_btauth(world):
    there = await world(sign_answers=BOB)
    reply = await there.ask(Echo(text="x"), signer=from_uri("//Alice", scheme="ed25519"))
    assert (reply.outcome, reply.signed) == ("ok", True)
