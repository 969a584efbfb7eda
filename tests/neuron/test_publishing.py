"""What a neuron publishes of itself, and how its keys find the clients that need them."""

import sys

import pytest

from taokit import Miner, Synapse, Validator
from taokit.chain import calls, reads
from taokit.dendrite import Known
from taokit.errors import ConfigurationError
from taokit.metagraph import Endpoint
from taokit.neuron.protection import SEALING_FILE, TLS_FILE
from taokit.neuron.publishing import NO_KEY, Stored, Wanted, due
from taokit.neuron.trusting import published_keys
from taokit.protocol.sealing import SealingKey, key_record
from wire_vectors import ALICE
from worlds import World

HERE, KEY = Endpoint("1.2.3.4", 8091), b"\x01" + bytes(range(32))
RECORD = key_record(ALICE, SealingKey(bytes(32)).public)
ELSEWHERE = reads.Certificate(1, bytes(32))


def functions(wanted, **now):
    stored = Stored(**{"endpoint": HERE, "certificate": None, "commitment": None, **now})
    return [call.function for call in due(1, wanted, stored)]


def committed(*fields):
    return reads.Commitment(1, fields)


def test_nothing_is_sent_where_the_chain_says_it_already():
    stored = {"certificate": reads.Certificate(1, KEY[1:]), "commitment": committed(b"x", RECORD)}
    assert functions(Wanted(HERE)) == []
    assert functions(Wanted(HERE, KEY, RECORD, tls=True, sealing=True), **stored) == []


def test_an_address_goes_alone_or_with_its_key():
    assert functions(Wanted(HERE), endpoint=None) == ["serve_axon"]
    assert functions(Wanted(HERE, KEY, tls=True)) == ["serve_axon_tls"]
    assert functions(Wanted(HERE, KEY, tls=True), certificate=ELSEWHERE) == ["serve_axon_tls"]
    moved = functions(Wanted(HERE, KEY, tls=True), endpoint=None, certificate=reads.Certificate(1, KEY[1:]))
    assert moved == ["serve_axon"]  # the key stays


def test_a_key_of_its_own_is_withdrawn_and_another_programs_is_not():
    (call,) = due(1, Wanted(HERE, KEY), Stored(HERE, reads.Certificate(1, KEY[1:]), None))
    assert call.args["certificate"] == NO_KEY
    assert functions(Wanted(HERE, KEY), certificate=ELSEWHERE) == []
    assert functions(Wanted(HERE), certificate=ELSEWHERE) == []


def test_a_commitment_keeps_what_else_it_holds():
    other = key_record(ALICE, SealingKey(bytes([1]) * 32).public)
    now = committed(b"model", "ResetBondsFlag", other)
    (call,) = due(1, Wanted(HERE, None, RECORD, sealing=True), Stored(HERE, None, now))
    assert call == calls.set_commitment(1, [b"model", RECORD])
    (call,) = due(1, Wanted(HERE, None, RECORD), Stored(HERE, None, committed(b"model", RECORD)))
    assert call == calls.set_commitment(1, [b"model"])


def test_a_full_commitment_is_left_alone_with_a_warning(caplog):
    assert functions(Wanted(HERE, None, RECORD, sealing=True), commitment=committed(b"a", b"b", b"c")) == []
    assert "no field left" in caplog.text


class Ask(Synapse):
    word: str
    answer: str | None = None


class Answers(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        synapse.answer = synapse.word.upper()
        return synapse


class Asks(Validator):
    deadline = 5.0

    def __init__(self):
        self.replies = []

    async def query(self, round):
        return Ask(word="a")

    def score(self, round, replies):
        self.replies = replies
        return {reply.uid: 1.0 for reply in replies if reply.ok}


async def keys(world, name):
    return (await world.chain.read(published_keys(1))).get(world.keys[name].ss58)


async def asked(world, validator):
    """The replies of the next round."""
    validator.replies = []
    for _ in range(200):
        await world.blocks(1)
        if validator.replies:
            return {reply.hotkey: reply for reply in validator.replies}
    raise AssertionError("no round")


async def test_a_validator_asks_by_the_keys_on_chain(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    miners = [world.neuron("a", Answers(), tls="only", sealing="require"), world.neuron("b", Answers())]
    validator = Asks()
    asking = world.neuron("v", validator, port=None)
    for neuron in (*miners, asking):
        await neuron.start()
    try:
        await world.blocks(6)
        known = await keys(world, "a")
        assert known == Known(miners[0]._protection.tls.public, miners[0]._protection.sealing.public)
        assert await keys(world, "b") is None
        replies = await asked(world, validator)
        assert {reply.message.answer for reply in replies.values()} == {"A"}
        miners[0]._published._next_look = sys.maxsize  # it would set that right
        wrong = calls.serve_axon_tls(1, "127.0.0.1", miners[0].port, certificate=b"\x01" + bytes(32))
        await world.chain.submit(wrong, world.keys["a"], wait=None)
        replies = await asked(world, validator)
        assert replies[world.keys["a"].ss58].outcome == "unreachable"
        assert replies[world.keys["b"].ss58].ok
    finally:
        for neuron in (asking, *miners):
            await neuron.stop(drain_s=0)


async def test_keys_survive_a_restart_and_are_withdrawn_when_they_are_no_longer_used(tmp_path):
    world = World(tmp_path, miners=["a"])
    seen = []
    for options in ({"tls": "both", "sealing": "offer"},) * 2 + ({},):
        miner = world.neuron("a", Answers(), **options)
        await miner.start()
        await world.blocks(24)
        seen.append(await keys(world, "a"))
        await miner.stop(drain_s=0)
    assert seen[0] == seen[1] != None  # noqa: E711
    assert seen[2] is None
    folder = miner.home
    assert [(folder / name).stat().st_mode & 0o777 for name in (TLS_FILE, SEALING_FILE)] == [0o600, 0o600]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tls": "maybe"}, "--tls is 'maybe'"),
        ({"sealing": "yes"}, "--sealing is 'yes'"),
        ({"workers": 2}, "2 workers without a shared replay memory"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path, options, said):
    world = World(tmp_path, miners=["a"])
    with pytest.raises(ConfigurationError, match=said):
        world.neuron("a", Answers(), **options)
