"""The setter over an embedded chain: what gets into blocks, and what it says while it waits."""

import logging

import pytest

from taokit import Validator
from taokit.chain import calls, reads
from taokit.chain.beacon import terms
from taokit.errors import ConfigurationError, StateCorrupt
from taokit.neuron.submission import LIFETIME
from taokit.neuron.weights import opening_round, view
from worlds import World


class Epochs(Validator):
    """Scores that tell the epochs apart."""

    async def run_round(self, round):
        return {1: 1.0, 2: 1.0 + round.epoch}


def made_in(epoch):
    return [round(65535 / (1 + epoch)), 65535]


async def started(world):
    neuron = world.neuron("v", Epochs(), port=None)
    await neuron.start()
    return neuron


async def row(world):
    net = await world.graph()
    return list(net.row(net.weights, net.uid_of(world.keys["v"].ss58)))[1:3]


async def events_until(world, epoch):
    """What got into blocks, by epoch, as the first word of each event about weights."""
    names = (
        "WeightsSet",
        "TimelockedWeightsCommitted",
        "TimelockedWeightsRevealed",
        "WeightsCommitted",
        "WeightsRevealed",
    )
    seen = {}
    while (now := await world.epoch()) < epoch:
        for event in await world.blocks(1):
            if name := next((n for n in names if n in event), None):
                seen.setdefault(now, []).append(name)
    return seen


def small(tmp_path, **settings):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    for name, value in settings.items():
        world.devnet.set_hyperparameter(1, name, value)
    return world


async def test_plain_weights_are_set_once_an_epoch_and_read_back(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False)
    validator, first = await started(world), await world.epoch()
    try:
        seen = await events_until(world, first + 3)
        assert seen == {first + k: ["WeightsSet"] for k in range(3)}
        assert await row(world) == made_in(first + 2)
        assert validator.setter.landed_block is not None
        assert validator.setter.landed_block <= world.devnet.head.number
    finally:
        await validator.stop()


@pytest.mark.parametrize("period", [1, 2, 3])
async def test_what_was_committed_is_revealed_as_many_epochs_later_as_the_subnet_says(tmp_path, period):
    world = small(tmp_path, RevealPeriodEpochs=period)
    validator, first = await started(world), await world.epoch()
    try:
        waits = set()
        while await world.epoch() < first + 1:
            await world.blocks(1)
            waits.add(validator.waiting)
        assert f"epoch {first + period}, to reveal what it committed in epoch {first}" in waits
        seen = await events_until(world, first + period + 4)
        await world.blocks(5)
        for epoch in range(first + 1, first + period + 3):
            assert seen[epoch].count("WeightsCommitted") == 1
            assert seen[epoch].count("WeightsRevealed") == (epoch >= first + period)
        assert await row(world) == made_in(await world.epoch() - period)
        salts = [item.salt for item in validator.setter._pending]
        assert len(set(salts)) == len(salts) == period - 1
    finally:
        await validator.stop()


async def test_weights_under_seal_when_the_seal_is_lifted_are_lost_and_the_next_are_set_plainly(tmp_path, caplog):
    world = small(tmp_path)
    validator, first = await started(world), await world.epoch()
    try:
        await events_until(world, first + 1)
        world.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", False)
        with caplog.at_level(logging.WARNING, "taokit"):
            seen = await events_until(world, first + 3)
        assert seen == {first + 1: ["WeightsSet"], first + 2: ["WeightsSet"]}
        assert await row(world) == made_in(first + 2)
        assert f"weights of epoch {first} are lost" in caplog.text
        assert validator.waiting.startswith("block ")
    finally:
        await validator.stop()


async def test_a_seal_that_begins_in_the_middle_is_used_from_then_on(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False)
    validator, first = await started(world), await world.epoch()
    try:
        await events_until(world, first + 1)
        world.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
        seen = await events_until(world, first + 3)
        await world.blocks(5)
        assert seen[first + 1] == ["WeightsCommitted"]
        assert await row(world) == made_in(first + 2)
    finally:
        await validator.stop()


async def test_a_refusal_is_what_it_waits_for_and_is_tried_again_when_the_first_can_no_longer_get_in(tmp_path, caplog):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, WeightsSetRateLimit=10_000, Tempo=200)
    validator, first = await started(world), await world.epoch()
    try:
        with caplog.at_level(logging.WARNING, "taokit"):
            while not caplog.records:
                await world.blocks(1)
            refused = world.devnet.head.number
            await world.blocks(LIFETIME - 1)
        assert len(caplog.records) == 1
        assert "set_weights" in validator.waiting
        assert "refused" in validator.waiting
        world.devnet.set_hyperparameter(1, "WeightsSetRateLimit", 0)
        seen = {}
        while not seen:
            seen = {e for e in await world.blocks(1) if "WeightsSet" in e}
        assert world.devnet.head.number == refused + LIFETIME + 1
        assert await row(world) == made_in(first + 1)  # the first of all meets no rate limit
        await world.blocks(1)
        assert "refused" not in validator.waiting
    finally:
        await validator.stop()


async def test_late_plain_weights_give_way_to_newer_ones(tmp_path):
    """The first cannot get in before the next epoch's are made; then only those count."""
    world = small(tmp_path, CommitRevealWeightsEnabled=False, WeightsSetRateLimit=10_000)
    validator, first = await started(world), await world.epoch()
    try:
        while not validator.setter.proposed(first + 2):
            await world.blocks(1)
        assert await row(world) == made_in(first)
        world.devnet.set_hyperparameter(1, "WeightsSetRateLimit", 0)
        events = await world.blocks(2 * LIFETIME)
        assert sum("WeightsSet" in event for event in events) == 1
        assert await row(world) == made_in(first + 2)
    finally:
        await validator.stop()


@pytest.mark.parametrize("data", ["{}", "[]", '{"pending": [{}], "epoch": 1, "landed": null}', '{"pending": 3}'])
async def test_a_file_that_holds_no_weights_is_named(tmp_path, data):
    world = small(tmp_path)
    validator = await started(world)
    await validator.stop()
    (validator.folder.path / "weights.json").write_text(f'{{"version": 1, "data": {data}}}')
    with pytest.raises(StateCorrupt, match="weights") as caught:
        await started(world)
    assert caught.value.hint


async def test_the_view_tells_the_epoch_that_the_next_block_belongs_to(tmp_path):
    world = small(tmp_path, Tempo=7)
    hotkey, uid = world.keys["v"].ss58, await world.uid("v")
    for _ in range(20):
        clock = await world.chain.read(reads.schedule(1))
        seen = await world.chain.read(view(hotkey, uid, clock, mechanism=0, pending=True))
        world.devnet.mine()
        assert seen.epoch == await world.epoch()


def timelocked(tmp_path, *, tempo=20, **settings):
    world = World(tmp_path, miners=["a", "b"], validators=["v"], tempo=tempo)
    world.devnet.sudo(calls.admin("sudo_set_commit_reveal_version", version=4))
    for name, value in settings.items():
        world.devnet.set_hyperparameter(1, name, value)
    return world


async def test_where_the_chain_takes_them_commits_are_timelocked_and_reveal_themselves(tmp_path):
    world = timelocked(tmp_path)
    validator, first = await started(world), await world.epoch()
    try:
        waits = set()
        while await world.epoch() < first + 1:
            await world.blocks(1)
            waits.add(validator.waiting.partition(",")[0])
        assert f"the chain to reveal it in epoch {first + 1}" in waits
        seen = await events_until(world, first + 4)
        await world.blocks(4)
        for epoch in range(first + 1, first + 4):
            assert sorted(seen[epoch]) == ["TimelockedWeightsCommitted", "TimelockedWeightsRevealed", "WeightsSet"]
        assert await row(world) == made_in(first + 3)
        landed = validator.setter.landed_block
        assert landed == world.devnet.head.number - 1  # three blocks after the first of the epoch, and seen at once
    finally:
        await validator.stop()


async def test_a_pulse_that_never_comes_loses_the_epochs_weights_and_says_so(tmp_path, caplog):
    world = timelocked(tmp_path)
    validator, first = await started(world), await world.epoch()
    try:
        while not world.devnet.drand.waiting:
            await world.blocks(1)
        (round,) = world.devnet.drand.waiting
        world.devnet.drand.skip_round(round)
        with caplog.at_level(logging.WARNING, "taokit"):
            await events_until(world, first + 2)
            await world.blocks(4)
        assert (
            f"weights of epoch {first} are lost: the chain dropped its commit: round {round} was missing" in caplog.text
        )
        assert await row(world) == made_in(first + 1)
    finally:
        await validator.stop()


async def test_a_validator_that_was_away_goes_on_with_what_it_had_locked(tmp_path):
    """It stops after its commit is in a block, and finds its weights when it comes back, without another commit."""
    world = timelocked(tmp_path)
    validator, first = await started(world), await world.epoch()
    while not world.devnet.drand.waiting:
        await world.blocks(1)
    await validator.stop()
    again = await started(world)
    try:
        seen = await events_until(world, first + 1)
        assert seen == {}
        await world.blocks(5)
        assert await row(world) == made_in(first)
        assert again.setter.landed_block is not None
    finally:
        await again.stop()


async def test_what_cannot_be_sealed_is_said_and_tried_again(tmp_path, caplog):
    world = timelocked(tmp_path)
    validator = await started(world)
    seal = validator.setter._seal

    async def fails(message, round, beacon):
        raise ConfigurationError("py_ecc is not installed", hint="install it")

    validator.setter._seal = fails
    try:
        with caplog.at_level(logging.WARNING, "taokit"):
            while not caplog.records:
                await world.blocks(1)
        assert validator.setter.waiting == "its weights to be sealed: py_ecc is not installed"
        validator.setter._seal = seal
        while not world.devnet.drand.waiting:
            await world.blocks(1)
        assert not validator.setter.waiting.startswith("its weights to be sealed")
    finally:
        await validator.stop()


async def test_rounds_follow_from_the_chains_clock_its_slots_and_its_beacon(tmp_path):
    """The pulse is out three blocks after the first one of the reveal epoch, not earlier."""
    world = timelocked(tmp_path, RevealPeriodEpochs=2)
    told = await world.chain.read(terms(1))
    round = opening_round(told)
    left = told.schedule.blocks_left + 20  # to the first block of the reveal epoch
    opens = told.now_ms + (left + 3) * told.slot_ms
    assert opens - 6000 < told.beacon.time_of(round) * 1000 <= opens
