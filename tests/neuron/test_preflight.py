"""Every reason for which the chain would not take weights, each beside what the chain itself says."""

from dataclasses import replace

import pytest

from taokit.chain import calls, reads
from taokit.consensus import Submission, refusal
from taokit.errors import ChainRefused
from taokit.neuron.preflight import preflight, situation
from worlds import World

GOOD = Submission([0, 1, 2], [65535, 3, 4])


async def standing(world, name="v", **options):
    graph = await world.graph()
    return await world.chain.read(situation(graph, world.keys[name].ss58, **options), at=graph.block_hash)


@pytest.fixture
async def world(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["v"])
    world.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", False)
    world.devnet.mine(400)
    return world


def names(found):
    return {one.name for one in found}


async def test_nothing_is_said_where_the_chain_takes_them(world):
    assert preflight(await standing(world), GOOD, wanted="plain") == ()
    await world.chain.submit(calls.set_weights(1, GOOD.uids, GOOD.values), world.keys["v"], wait=None)
    world.devnet.mine()
    assert len(await world.chain.read(reads.weights(1, await world.uid("v")))) == 3


BAD = {
    "UidsLengthExceedUidsInSubNet": replace(GOOD, uids=[*range(4), 3], values=[1] * 5),
    "DuplicateUids": replace(GOOD, uids=[1, 1, 2]),
    "UidVecContainInvalidOne": replace(GOOD, uids=[0, 1, 77]),
    "WeightVecNotEqualSize": replace(GOOD, values=[1]),
    "MechanismDoesNotExist": replace(GOOD, mechanism=1),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_vector_is_refused_by_the_chains_own_name(world, name):
    found = preflight(await standing(world), BAD[name])
    assert name in names(found)
    assert all(one.hint and one.said for one in found)
    assert refusal(BAD[name], (await standing(world)).submitter) in names(found)


SETTINGS = {
    "IncorrectWeightVersionKey": {"WeightsVersionKey": 7},
    "WeightVecLengthIsLow": {"MinAllowedWeights": 4},
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_what_the_subnet_demands_is_told_and_the_chain_agrees(world, name):
    for setting, value in SETTINGS[name].items():
        world.devnet.set_hyperparameter(1, setting, value)
    world.devnet.mine()
    assert names(preflight(await standing(world), GOOD)) == {name}
    world.devnet.auto = True
    with pytest.raises(ChainRefused) as caught:
        await world.chain.submit(calls.set_weights(1, GOOD.uids, GOOD.values), world.keys["v"])
    assert caught.value.name == name


async def test_all_reasons_come_at_once(world):
    it = await standing(world)
    it = replace(
        it,
        submitter=replace(
            it.submitter, uid=3, owner_uid=None, validator_permit=False, stake=5, stake_threshold=10**12,
            weights_version=9, min_allowed_weights=4, last_update=it.submitter.block - 3, rate_limit=100,
        ),
        left=2,
        unrevealed=10,
        form="hash",
    )  # fmt: skip
    found = preflight(it, replace(GOOD, uids=[1, 1, 3]), wanted="plain", now_ms=it.now_ms + 61_000)
    assert names(found) == {
        "NotEnoughStakeToSetWeights", "NeuronNoValidatorPermit", "CommittingWeightsTooFast", "TooLateInEpoch",
        "ChainStalled", "CommitRevealEnabled", "TooManyUnrevealedCommits", "IncorrectWeightVersionKey",
        "DuplicateUids", "WeightVecLengthIsLow", "SelfWeight",
    }  # fmt: skip
    by_name = {one.name: one for one in found}
    assert by_name["CommittingWeightsTooFast"].hint == "wait 98 blocks"
    assert "60 s" in by_name["ChainStalled"].said or "61 s" in by_name["ChainStalled"].said
    assert not by_name["SelfWeight"].final


async def test_a_stranger_a_zero_row_and_an_even_limit(world):
    stranger = replace(await standing(world), hotkey="5Stranger")
    stranger = replace(stranger, submitter=replace(stranger.submitter, uid=None, validator_permit=False))
    assert "HotKeyNotRegisteredInSubNet" in names(preflight(stranger, GOOD))
    it = await standing(world)
    assert names(preflight(it, replace(GOOD, values=[0, 0, 0]))) == {"AllZero"}
    tight = replace(it, submitter=replace(it.submitter, max_weights_limit=30_000))
    assert names(preflight(tight, GOOD)) == {"MaxWeightExceeded"}
    assert names(preflight(replace(it, netuid=0), replace(GOOD, netuid=0))) == {"CanNotSetRootNetworkWeights"}


async def test_the_rate_limit_is_told_to_the_block_at_which_the_chain_lifts_it(world):
    world.devnet.set_hyperparameter(1, "WeightsSetRateLimit", 10)
    await world.chain.submit(calls.set_weights(1, GOOD.uids, GOOD.values), world.keys["v"], wait=None)
    at = world.devnet.mine().number
    while found := preflight(await standing(world), GOOD):
        assert names(found) - {"TooLateInEpoch"} == {"SettingWeightsTooFast"}
        with pytest.raises(ChainRefused):
            await world.chain.submit(calls.set_weights(1, GOOD.uids, GOOD.values), world.keys["v"], wait=None)
        world.devnet.mine()
    await world.chain.submit(calls.set_weights(1, GOOD.uids, GOOD.values), world.keys["v"], wait=None)
    assert world.devnet.mine().number == at + 10


async def test_a_full_queue_of_commits_is_counted_as_the_chain_counts(world):
    world.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
    world.devnet.set_hyperparameter(1, "WeightsSetRateLimit", 0)
    for k in range(10):
        assert (await standing(world)).unrevealed == k
        await world.chain.submit(calls.commit_weights(1, bytes([k]) * 32), world.keys["v"], wait=None)
        world.devnet.mine()
    assert "TooManyUnrevealedCommits" in names(preflight(await standing(world), GOOD))
