"""The setter over an embedded chain: what gets into blocks, and what it says while it waits."""

import errno
import logging
import os
from itertools import pairwise

import pytest

from taokit import Validator
from taokit.chain import calls, reads
from taokit.chain.beacon import terms
from taokit.errors import ConfigurationError, PoolRefused, StateCorrupt
from taokit.neuron.advancing import AGAIN, LIFETIME
from taokit.neuron.timetable import MARGIN
from taokit.neuron.view import opening_round, view
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


async def test_it_is_due_in_every_block_while_something_is_under_way_and_not_for_what_has_landed(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, WeightsSetRateLimit=100)
    validator, first = await started(world), await world.epoch()
    try:
        dues = []
        while await world.epoch() == first:
            await world.blocks(1)
            head, setter = world.devnet.head.number, validator.setter
            due = setter.due(head)
            dues.append((setter.busy, setter.landed_block is not None, due and due - head))
        assert set(dues) == {(False, False, None), (True, False, 1), (False, True, None)}
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
        salts = [item.salt for item in validator.setter._pending if item.landed is None]
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


async def test_a_refusal_is_what_it_waits_for_and_is_tried_again_some_blocks_later(tmp_path, caplog):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, Tempo=200)
    validator, first = await started(world), await world.epoch()
    world.devnet.faults.refuse(PoolRefused("the pool is closed", code=1016))
    try:
        with caplog.at_level(logging.WARNING, "taokit"):
            while not caplog.records:
                await world.blocks(1)
            refused = world.devnet.head.number
            await world.blocks(AGAIN - 1)
        assert len(caplog.records) == 1
        assert "set_weights" in validator.waiting
        assert "closed" in validator.waiting
        seen = {}
        while not seen:
            seen = {e for e in await world.blocks(1) if "WeightsSet" in e}
        assert world.devnet.head.number == refused + AGAIN + 1
        assert await row(world) == made_in(first)
        await world.blocks(1)
        assert "closed" not in validator.waiting
    finally:
        await validator.stop()


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_lost_extrinsic_is_sent_again_under_its_nonce_and_gets_in_once(tmp_path, hidden):
    world = small(tmp_path, CommitRevealWeightsEnabled=hidden, Tempo=200)
    validator = await started(world)
    world.devnet.faults.lose()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        lost = world.devnet.head.number
        nonce = validator.setter._pending[0].nonce
        events = await world.blocks(AGAIN)
        assert not any("Weights" in event for event in events)
        events = await world.blocks(LIFETIME + AGAIN)
        assert sum("WeightsSet" in event or "WeightsCommitted" in event for event in events) == 1
        assert world.devnet.head.number == lost + LIFETIME + 2 * AGAIN
        assert await world.chain.read(reads.nonce(world.keys["v"].ss58)) == nonce + 1
    finally:
        await validator.stop()


async def test_the_rate_limit_is_waited_for_to_the_block_and_nothing_is_sent_before(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, WeightsSetRateLimit=100, Tempo=60)
    validator = await started(world)
    sent, at = world.devnet.node.submit, []
    world.devnet.node.submit = lambda data: (at.append(world.devnet.head.number), sent(data))[1]
    try:
        while len(at) < 3:
            await world.blocks(1)
        assert [later - earlier for earlier, later in pairwise(at)] == [100, 100]
    finally:
        await validator.stop()


async def test_a_newer_version_key_is_what_it_waits_for(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False)
    validator = await started(world)
    world.devnet.faults.lose()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        world.devnet.set_hyperparameter(1, "WeightsVersionKey", 9_000_000)
        await world.blocks(AGAIN + 1)
        assert "9000000" in validator.waiting
    finally:
        await validator.stop()


@pytest.mark.parametrize("stage", ["committed", "landed"])
async def test_what_was_in_a_fork_that_lost_is_sent_again(tmp_path, stage, caplog):
    """The chain goes back behind the block that held it, and forgets the extrinsic."""
    world = small(tmp_path, CommitRevealWeightsEnabled=stage == "committed", Tempo=100)
    validator, first = await started(world), await world.epoch()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        before = world.devnet.head.number
        await world.blocks(2)
        (item,) = validator.setter._pending
        assert item.stage == stage if stage == "committed" else item.landed
        with caplog.at_level(logging.WARNING, "taokit"):
            world.devnet.set_head(before)
            seen = await world.blocks(12)
        assert sum("WeightsSet" in event or "WeightsCommitted" in event for event in seen) == 1
        assert ("in a fork that lost" in caplog.text) is (stage == "landed")
        await events_until(world, first + 1)
        await world.blocks(5)
        assert await row(world) == made_in(first)
    finally:
        await validator.stop()


async def test_a_seal_that_begins_while_weights_are_on_their_way_makes_them_anew_under_it(tmp_path, caplog):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, Tempo=200)
    validator, first = await started(world), await world.epoch()
    world.devnet.faults.lose()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        world.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
        with caplog.at_level(logging.WARNING, "taokit"):
            seen = await world.blocks(LIFETIME + 2)
        assert "made once more: commit-reveal was switched on" in caplog.text
        assert sum("WeightsCommitted" in event for event in seen) == 1
        await events_until(world, first + 1)
        await world.blocks(3)
        assert await row(world) == made_in(first)
    finally:
        await validator.stop()


async def test_a_uid_that_changes_hands_before_its_weights_are_in_gets_none_and_the_others_keep_theirs(tmp_path):
    world = small(tmp_path, Tempo=200)
    validator = await started(world)
    world.devnet.faults.lose()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        uid = await world.uid("a")
        await world.hand_over("a", "newcomer")
        seen = await world.blocks(LIFETIME + 4)
        assert sum("WeightsCommitted" in event for event in seen) == 1
        (item,) = validator.setter._pending
        assert dict(zip(item.uids, item.values, strict=True))[uid] == 0
        assert max(item.values) == 65535
    finally:
        await validator.stop()


async def test_a_full_disk_sends_nothing_and_says_so(tmp_path):
    world = small(tmp_path, CommitRevealWeightsEnabled=False)
    validator = await started(world)
    full = False

    def before(step):
        if full and step == "write":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    validator.folder._before = before
    try:
        while validator.scores.epoch < await world.epoch():
            await world.blocks(1)
        full = True
        seen = []
        while validator.failed is None:
            seen += await world.blocks(1)
        assert "No space left" in str(validator.failed)
        assert "--state-dir" in validator.failed.hint
        assert not any("WeightsSet" in event for event in seen)
        assert world.devnet.waiting == 0
        assert not validator.setter.pending
    finally:
        await validator.stop()


class Fails(Validator):
    async def run_round(self, round):
        if round.epoch % 2:
            raise ValueError("no data")
        return {1: 1.0, 2: float(round.epoch)}


@pytest.mark.parametrize(("policy", "sent"), [("hold", 0), ("burn", 1), ("copy_last", 1)])
async def test_an_epoch_whose_rounds_failed_sends_what_the_policy_says(tmp_path, policy, sent):
    world = small(tmp_path, CommitRevealWeightsEnabled=False)
    kind = type("Kind", (Fails,), {"without_scores": policy})
    validator = world.neuron("v", kind(), port=None)
    await validator.start()
    try:
        epoch = await world.epoch()
        epoch += epoch % 2
        await events_until(world, epoch + 1)
        before = await row(world)
        seen = await events_until(world, epoch + 2)
        assert seen == ({epoch + 1: ["WeightsSet"]} if sent else {})
        owner = (await world.graph()).uid_of((await world.graph()).owner_hotkey)
        net = await world.graph()
        whole = list(net.row(net.weights, net.uid_of(world.keys["v"].ss58)))
        assert (whole[owner] == 65535 and sum(whole) == 65535) if policy == "burn" else await row(world) == before
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


async def test_weights_whose_round_is_out_before_their_commit_is_in_are_sealed_anew(tmp_path, caplog):
    """The commit is lost, and then the chain's clock jumps over the round that it was locked to."""
    world = timelocked(tmp_path, tempo=100)
    world.devnet.drand.lead()
    validator, first = await started(world), await world.epoch()
    world.devnet.faults.lose()
    try:
        while not validator.setter.pending:
            await world.blocks(1)
        (item,) = validator.setter.submissions
        world.devnet.travel(seconds=86_400)
        with caplog.at_level(logging.WARNING, "taokit"):
            seen = await world.blocks(LIFETIME + 4)
        assert f"made once more: round {item.round} of the beacon" in caplog.text
        assert sum("TimelockedWeightsCommitted" in event for event in seen) == 1
        (anew,) = validator.setter.submissions
        assert anew.round > item.round
        await events_until(world, first + 1)
        await world.blocks(5)
        assert await row(world) == made_in(first)
    finally:
        await validator.stop()


@pytest.mark.parametrize(("at", "offset"), [(0.5, 50), (0.9, 90), (0.99, 80)])
async def test_when_the_weights_go_out_is_a_setting(tmp_path, at, offset):
    world = small(tmp_path, CommitRevealWeightsEnabled=False, Tempo=100)
    kind = type("Kind", (Epochs,), {"weights_at": at, "weights_margin": 10 if offset != 80 else 20})
    validator = world.neuron("v", kind(), port=None)
    await validator.start()
    try:
        began = (await world.chain.read(reads.schedule(1))).last_epoch_block
        while not validator.setter.pending:
            await world.blocks(1)
        assert world.devnet.head.number == began + offset
    finally:
        await validator.stop()


async def test_who_comes_when_fewer_blocks_than_the_margin_are_left_waits_for_the_next_epoch(tmp_path):
    world = small(tmp_path, Tempo=60)
    first = await world.epoch()
    while (await world.chain.read(reads.schedule(1))).blocks_left >= MARGIN:
        world.devnet.mine()
    validator = await started(world)
    try:
        assert await events_until(world, first + 1) == {}
        seen = await events_until(world, first + 2)
        assert seen == {first + 1: ["WeightsCommitted"]}
    finally:
        await validator.stop()
