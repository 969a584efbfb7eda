"""A validator's users on the embedded chain: real miners, real sockets."""

import asyncio
import logging
from dataclasses import replace

import pytest

import taokit
from taokit.errors import ConfigurationError, LocalError, OverBudget
from taokit.neuron import Budget, load_record
from worlds import World


class Ask(taokit.Synapse):
    required_hash_fields = ("word",)

    word: str
    answer: str | None = None


class Upper(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        if synapse.word == "wait":
            await asyncio.sleep(0.2)
        synapse.answer = synapse.word.upper()
        return synapse


class Asks(taokit.Validator):
    async def query(self, round):
        return Ask(word="round")

    def score(self, round, replies):
        return {reply.uid: 1.0 + (reply.synapse.word != "round") for reply in replies if reply.ok}


@pytest.fixture
async def subnet(tmp_path):
    """Three miners that serve, and validators on demand: `await subnet(role, **place)`."""
    world = World(tmp_path, miners=["a", "b", "c"], validators=["v"])
    neurons = [world.neuron(name, Upper()) for name in ("a", "b", "c")]
    for neuron in neurons:
        await neuron.start()
    await world.blocks(3)

    async def start(role, **place):
        neurons.append(world.neuron("v", role, port=None, **place))
        await neurons[-1].start()
        return neurons[-1]

    start.world = world
    yield start
    for neuron in neurons:
        await neuron.stop(0)


async def test_a_users_request_goes_to_n_miners_through_the_same_client(subnet):
    role = Asks()
    await subnet(role)
    replies = await role.organic(Ask(word="hello"), n=2)
    assert [reply.synapse.answer for reply in replies] == ["HELLO", "HELLO"]
    assert len({reply.uid for reply in replies}) == 2
    (named,) = await role.organic(Ask(word="hi"), uids=[await subnet.world.uid("c")], timeout_s=5)
    assert (named.uid, named.synapse.answer, named.message.timeout) == (await subnet.world.uid("c"), "HI", 5)
    assert await role.organic(Ask(word="hi"), uids=[]) == []
    with pytest.raises(ConfigurationError, match="uid 99"):
        await role.organic(Ask(word="hi"), uids=[99])


async def test_those_with_most_incentive_answer_or_those_with_the_best_scores(subnet):
    role = Asks()
    neuron = await subnet(role)
    uids = [await subnet.world.uid(name) for name in ("a", "b", "c")]
    incentive = role.metagraph.incentive.copy()
    incentive[uids] = [5, 9, 7]
    graph = role.metagraph = replace(role.metagraph, incentive=incentive)
    assert role.choose(Ask(word="x"), 2) == [uids[1], uids[2]]
    by_score = type("ByScore", (Asks,), {"organic_by": "score"})()
    by_score.metagraph, by_score.signer, by_score._scores = graph, role.signer, neuron.scored
    assert by_score.choose(Ask(word="x"), 9) == sorted(uids)  # nobody has a score yet
    by_score._scores = lambda: {graph.hotkeys[uids[2]]: 0.5}
    assert by_score.choose(Ask(word="x"), 1) == [uids[2]]


async def test_the_budget_bounds_what_users_may_take(subnet):
    role = type("Narrow", (Asks,), {"organic_budget": Budget(at_once=3, per_minute=5)})()
    await subnet(role)
    slow = asyncio.create_task(role.organic(Ask(word="wait"), n=3))
    await asyncio.sleep(0.05)
    with pytest.raises(OverBudget, match="under way"):
        await role.organic(Ask(word="x"), n=1)
    assert [reply.ok for reply in await slow] == [True] * 3
    with pytest.raises(OverBudget, match="in a minute") as caught:
        await role.organic(Ask(word="x"), n=3)
    assert 0 < caught.value.retry_after <= 60
    assert len(await role.organic(Ask(word="x"), n=2)) == 2


async def test_scores_of_organic_requests_count_only_when_asked_for(subnet):
    for scored in (False, True):
        role = type("Counts", (Asks,), {"score_organic": scored})()
        neuron = await subnet(role)
        while not neuron.scores.registered:
            await subnet.world.blocks(1)
        before = neuron.scored()
        place = (neuron.scores.epoch, neuron.scores.round)
        await role.organic(Ask(word="hello"))
        assert (neuron.scored() != before) == scored
        assert (neuron.scores.epoch, neuron.scores.round) == place
        await neuron.stop()


async def test_a_score_that_fails_costs_the_user_nothing(subnet, caplog):
    class Fails(Asks):
        score_organic = True

        def score(self, round, replies):
            raise ValueError("odd")

    role = Fails()
    await subnet(role)
    with caplog.at_level(logging.ERROR, "taokit"):
        replies = await role.organic(Ask(word="hello"))
    assert replies
    assert all(reply.ok for reply in replies)
    assert "scoring an organic request failed" in caplog.text


async def test_rounds_and_organic_requests_are_recorded(subnet, tmp_path):
    role = type("Kept", (Asks,), {"score_organic": True})()
    neuron = await subnet(role, record=tmp_path / "records")
    while not neuron.scores.registered:
        await subnet.world.blocks(1)
    await role.organic(Ask(word="hello"), n=1)
    folder = tmp_path / "records" / "1" / neuron.signer.ss58
    organic, round = sorted(folder.iterdir())
    assert organic.name == "organic-000000001.jsonl"
    read = load_record(round, {"Ask": Ask})
    assert (read.epoch, read.organic, len(read.uids)) == (neuron.scores.epoch, False, 3)
    assert [[reply.synapse.answer for reply in replies] for replies in read.asked] == [["ROUND"] * 3]
    assert dict(read.scores) == dict.fromkeys(read.uids, 1.0)
    asked = load_record(organic, {"Ask": Ask})
    assert (asked.organic, len(asked.asked[0]), [*asked.scores.values()]) == (True, 1, [2.0])


async def test_a_validator_that_does_not_run_has_no_users(subnet):
    role = Asks()
    with pytest.raises(LocalError, match="does not run"):
        await role.organic(Ask(word="x"))
    neuron = await subnet(role)
    await neuron.stop()
    with pytest.raises(LocalError, match="does not run"):
        await role.organic(Ask(word="x"))


def test_scoring_organic_requests_needs_a_score():
    class NoScore(taokit.Validator):
        score_organic = True

        async def run_round(self, round):
            return {}

    with pytest.raises(ConfigurationError, match=r"no score\(\)"):
        NoScore.check()
