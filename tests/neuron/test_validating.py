"""A validator among the blocks of an embedded chain."""

import errno
import logging
import os

import pytest

from graphs import graph
from taokit import Synapse, Validator
from taokit.chain import calls, reads
from taokit.devnet.runtime.subtensor.storage import STAKE_THRESHOLD
from taokit.errors import ConfigurationError, LocalError, NotRegistered, StateCorrupt
from taokit.neuron.validating import whom
from taokit.scoring import Ema
from worlds import World


class Ask(Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None


class Notes(Validator):
    """Scores that tell the epochs apart, and a note of each round."""

    def __init__(self):
        self.rounds = []

    async def run_round(self, round):
        self.rounds.append((round.epoch, round.number))
        return {1: 1.0, 2: 1.0 + round.epoch}


def made_in(epoch):
    """What the weights of an epoch come to on chain."""
    return [round(65535 / (1 + epoch)), 65535]


async def started(world, role, name="v"):
    neuron = world.neuron(name, role, port=None)
    await neuron.start()
    return neuron


async def row(world, name="v"):
    net = await world.graph()
    return list(net.row(net.weights, net.uid_of(world.keys[name].ss58)))


async def commits_by_epoch(world, epochs):
    """How many commits each epoch got, with everybody's steps in between."""
    counts, first = {}, await world.epoch()
    while (epoch := await world.epoch()) < first + epochs:
        for event in await world.blocks(1):
            counts[epoch] = counts.get(epoch, 0) + ("WeightsCommitted" in event)
    return counts


@pytest.mark.parametrize("tempo", range(41, 51))
async def test_each_epoch_gets_weights_made_of_its_own_rounds(tmp_path, tempo):
    """Also where one of its looks falls on the last block, after which an extrinsic is the next epoch's."""
    world = World(tmp_path, miners=["a", "b"], validators=["v"], tempo=tempo)
    validator = await started(world, Notes())
    try:
        first = await world.epoch()
        counts = await commits_by_epoch(world, 4)
        assert set(counts.values()) == {1}
        await world.blocks(5)  # in which the last ones are revealed
        assert (await row(world))[1:3] == made_in(first + 3)
    finally:
        await validator.stop()


async def test_a_validator_that_slept_over_two_epochs_goes_on(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    role = Notes()
    validator = await started(world, role)
    try:
        await world.until_epoch(await world.epoch() + 2)
        before = len(role.rounds)
        world.devnet.mine(150)  # one head only is told
        assert await world.devnet.settled(5)
        assert validator.failed is None
        assert len(role.rounds) <= before + 1
        await world.until_epoch(await world.epoch() + 3)
        await world.blocks(5)
        assert (await row(world))[1:3] == made_in(await world.epoch() - 1)
    finally:
        await validator.stop()


@pytest.mark.parametrize("tempo", [30, 200])
async def test_a_tempo_that_changes_in_the_middle_of_an_epoch_costs_no_weights(tmp_path, tempo):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    validator = await started(world, Notes())
    try:
        await world.until_epoch(await world.epoch() + 1)
        await world.blocks(20)
        world.devnet.set_hyperparameter(1, "Tempo", tempo)
        counts = await commits_by_epoch(world, 4)
        assert set(list(counts.values())[1:]) == {1}
        assert max(counts.values()) == 1
    finally:
        await validator.stop()


async def test_two_validators_live_in_one_process(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v", "w"])
    both = [await started(world, Notes(), name) for name in ("v", "w")]
    try:
        await world.until_epoch(await world.epoch() + 3)
        assert await row(world, "v") == await row(world, "w")
        assert sum(await row(world, "v")) > 65535
    finally:
        for neuron in both:
            await neuron.stop()


class Listed(Validator):
    """Notes the block of each round."""

    def __init__(self):
        self.blocks = []

    async def run_round(self, round):
        self.blocks.append(round.block)
        return {1: 1.0}


@pytest.mark.parametrize("here", [True, False])
async def test_it_says_once_when_its_first_round_comes(tmp_path, caplog, here):
    world, role = World(tmp_path, miners=["a"], validators=["v"], tempo=200), Listed()
    await world.until_epoch(await world.epoch() + 1)
    neuron = world.neuron("v", role, port=None, allow_private=here)
    with caplog.at_level(logging.INFO, "taokit.neuron.validator"):
        await neuron.start()
        try:
            first = (await world.chain.head()).number + 1
            while not role.blocks:
                await world.blocks(1)
        finally:
            await neuron.stop()
    (said,) = [message for message in caplog.messages if "the next round" in message or "weights go out" in message]
    ahead = role.blocks[0] - first
    minutes = "" if here else f", in about {ahead * 12 / 60:.0f} min"
    assert said == f"the next round begins at block {role.blocks[0]}, {ahead} blocks from now{minutes}"


async def test_one_that_starts_between_a_round_and_the_weights_says_when_they_go_out(tmp_path, caplog):
    world = World(tmp_path, miners=["a"], validators=["v"], tempo=100)
    await world.until_epoch(await world.epoch() + 1)
    begun = (await world.chain.head()).number
    await world.blocks(50)
    with caplog.at_level(logging.INFO, "taokit.neuron.validator"):
        validator = await started(world, Listed())
        try:
            await world.blocks(20)
        finally:
            await validator.stop()
    (said,) = [message for message in caplog.messages if " from now" in message]
    assert said.startswith(f"the next weights go out at block {begun + 75}, ")


async def test_a_validator_whose_uid_is_gone_ends_and_says_why(tmp_path):
    world = World(tmp_path, miners=["a"], validators=["v"])
    validator = await started(world, Notes())
    try:
        await world.hand_over("v", "newcomer")
        await world.blocks(10)
        with pytest.raises(NotRegistered):
            await validator.wait()
    finally:
        await validator.stop()


def burning(share):
    return type("Burns", (Notes,), {"burn": share})


async def test_the_owner_is_given_what_is_burned(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    validator = await started(world, burning(0.5)())
    try:
        await world.until_epoch(await world.epoch() + 3)
        owner, *rest = await row(world)
        assert owner == 65535
        assert sum(rest) == pytest.approx(65535, abs=2)
    finally:
        await validator.stop()


async def test_a_mechanism_gets_weights_of_its_own(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    world.devnet.set_hyperparameter(1, "MaxAllowedUids", 128)
    world.devnet.sudo(calls.admin("sudo_set_mechanism_count", netuid=1, mechanism_count=2))
    validator = await started(world, type("Second", (Notes,), {"mechanism": 1})())
    try:
        await world.until_epoch(await world.epoch() + 3)
        uid = await world.uid("v")
        assert len(await world.chain.read(reads.weights(1, uid, 1))) > 0
        assert len(await world.chain.read(reads.weights(1, uid, 0))) == 0
    finally:
        await validator.stop()


@pytest.mark.parametrize(("key", "lands"), [(None, False), (6, False), (7, True)])
async def test_a_subnet_may_demand_a_version(tmp_path, key, lands):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    world.devnet.set_hyperparameter(1, "WeightsVersionKey", 7)
    validator = await started(world, type("Keyed", (Notes,), {"version_key": key, "__module__": "nowhere"})())
    try:
        assert validator.version_key == (key or 0)
        await world.until_epoch(await world.epoch() + 3)
        assert any(await row(world)) == lands
        assert ("newer code: the subnet takes version 7" in validator.waiting) == (not lands)
    finally:
        await validator.stop()


async def test_stake_below_the_threshold_is_not_enough_even_with_a_permit(tmp_path):
    world, role = World(tmp_path, miners=["a", "b"], validators=["v"]), Notes()
    net = await world.graph()
    uid = await world.uid("v")
    assert net.validator_permit[uid]
    limit = int(net.stake[uid])
    for missing, asks in ((1, False), (0, True)):
        world.devnet.state[STAKE_THRESHOLD] = limit + missing
        validator = await started(world, role)
        try:
            await world.blocks(40)
            assert bool(role.rounds) == asks
            assert ("btcli stake add --netuid 1" in validator.waiting) == (not asks)
        finally:
            await validator.stop()


class Asks(Validator):
    returns = None

    async def query(self, round):
        return self.returns

    def score(self, round, replies):
        return {1: 1.0}


class Scores(Asks):
    def score(self, round, replies):
        return self.returns

    async def query(self, round):
        return None


NONSENSE = [
    (Asks, "a word", "no question"),
    (Asks, {1: "a word"}, "no question"),
    (Asks, {99: Ask(word="x")}, "asks uid 99"),
    (Asks, 5, "no question"),
    (Scores, None, "score() returned NoneType"),
    (Scores, [1.0], "score() returned list"),
    (Scores, {"1": 1.0}, "uid '1'"),
    (Scores, {99: 1.0}, "uid 99"),
    (Scores, {1: float("inf")}, "inf"),
    (Scores, {1: "much"}, "not a number"),
    (Scores, {1: None}, "not a number"),
]


@pytest.mark.parametrize(("base", "returns", "said"), NONSENSE)
async def test_nonsense_costs_its_round_and_is_logged(tmp_path, caplog, base, returns, said):
    world = World(tmp_path, miners=["a"], validators=["v"])
    validator = await started(world, type("Odd", (base,), {"returns": returns})())
    try:
        with caplog.at_level(logging.ERROR, "taokit"):
            await world.blocks(40)
        assert said in caplog.text
        assert caplog.text.count("of Odd failed") == 1  # it is not run again
        assert validator.failed is None
    finally:
        await validator.stop()


async def test_numbers_of_any_kind_are_scores(tmp_path, caplog):
    import numpy as np

    world = World(tmp_path, miners=["a", "b", "c"], validators=["v"])
    given = {np.int64(1): np.float32(0.5), np.uint16(2): True, 3: np.int64(1)}
    validator = await started(world, type("Array", (Scores,), {"returns": given})())
    try:
        with caplog.at_level(logging.ERROR, "taokit"):
            await world.until_epoch(await world.epoch() + 3)
        assert (await row(world))[1:4] == [32768, 65535, 65535]
        assert not caplog.records
    finally:
        await validator.stop()


async def test_a_round_that_never_ends_is_given_up(tmp_path, caplog):
    import asyncio

    class Hangs(Validator):
        deadline = 0.05

        async def run_round(self, round):
            await asyncio.Event().wait()

    world = World(tmp_path, miners=["a"], validators=["v"])
    validator = await started(world, Hangs())
    try:
        with caplog.at_level(logging.ERROR, "taokit"):
            await world.blocks(40)
        assert "it took more than 0.1 s since it last asked, twice its deadline (ask or compute less" in caplog.text
    finally:
        await validator.stop()


async def test_who_asks_again_has_as_much_time_again(tmp_path):
    import asyncio

    class AsksThrice(Validator):
        deadline = 0.2

        async def run_round(self, round):
            for word in ("one", "two", "three"):
                replies = await round.ask(Ask(word=word))
                assert [reply.outcome for reply in replies] == ["timeout"]
            done.append(round.number)
            return {}

    done = []
    world = World(tmp_path, miners=["a"], validators=["v"])

    async def hear_out(reader, writer):
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(hear_out, "127.0.0.1", 0)
    await world.publish("a", silent.sockets[0].getsockname()[1])
    validator = await started(world, AsksThrice())
    try:
        await world.until_epoch(await world.epoch() + 1)
        assert done
    finally:
        await validator.stop()
        silent.close()


async def test_scores_of_another_rule_or_of_nothing_are_named_and_nothing_is_held(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    validator = await started(world, Notes())
    await world.until_epoch(await world.epoch() + 1)
    await validator.stop()
    with pytest.raises(ConfigurationError, match="remembered by epoch-mean, not by ema") as caught:
        await started(world, type("Other", (Notes,), {"rule": Ema(alpha=0.5)})())
    assert caught.value.hint
    file = validator.folder.path / "scores.json"
    for data in ("{}", '{"memory": {}}', '{"memory": {"version": 1, "kind": "epoch-mean", "kept": {"a": [1]}}}', "3"):
        file.write_text(f'{{"version": 1, "data": {data}}}')
        with pytest.raises(StateCorrupt) as caught:
            await started(world, Notes())
        assert caught.value.hint


def test_a_question_goes_to_everybody_or_to_those_it_names():
    net = graph("a", "b", "c")
    assert whom(Ask(word="x"), (1, 2), net) == (1, 2)
    assert whom({2: Ask(word="x")}, (1, 2), net) == (2,)
    assert whom({}, (1, 2), net) == ()
    with pytest.raises(ConfigurationError, match="uid '1'"):
        whom({"1": Ask(word="x")}, (1, 2), net)


async def test_a_full_disk_ends_it_with_a_clear_error_and_nothing_is_sent_that_is_not_written(tmp_path):
    full = []

    def before(step):
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    validator = world.neuron("v", Notes(), port=None, before=before)
    await validator.start()
    try:
        await world.blocks(40)  # the round is over, the weights are not due yet
        full.append(True)
        events = await world.blocks(30)
        assert not [event for event in events if "WeightsCommitted" in event]
        with pytest.raises(LocalError, match="No space left") as caught:
            await validator.wait()
        assert "--state-dir" in caught.value.hint
    finally:
        await validator.stop()


async def test_each_validator_draws_its_own_and_the_same_again(tmp_path):
    world = World(tmp_path, miners=["a"], validators=["v", "w"])
    neurons = [world.neuron(name, Notes(), port=None) for name in ("v", "w", "v")]
    draws = [neuron._draw("round 3") for neuron in neurons]
    assert draws[0] == draws[2] != draws[1]
    other = world.neuron("v", Notes(), port=None, seed=b"another")
    assert other._draw("round 3") != draws[0]
    assert neurons[0]._salt(3) != neurons[0]._salt(4)


async def test_a_validator_asks_everybody_but_itself(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    for name in ("a", "b", "v"):
        await world.publish(name, 4000)
    seen = []

    class Looks(Notes):
        async def run_round(self, round):
            seen.append(round.uids)
            return {}

    validator = await started(world, Looks())
    try:
        await world.blocks(60)
        assert set(seen) == {tuple(sorted([await world.uid("a"), await world.uid("b")]))}
    finally:
        await validator.stop()
