import pytest

from taokit.devnet.runtime import TABLE
from taokit.devnet.runtime.drand import LAST_STORED_ROUND
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor import guards
from taokit.errors import PoolRefused


def test_every_number_belongs_to_an_error_of_the_pallet():
    (pallet,) = [pallet for pallet in TABLE.pallets if pallet.name == "SubtensorModule"]
    assert set(guards.CODES) <= set(pallet.errors)


def test_every_guarded_call_is_one_of_the_pallet():
    (pallet,) = [pallet for pallet in TABLE.pallets if pallet.name == "SubtensorModule"]
    names = {call.name for call in pallet.calls}
    assert guards.ONE_SUBNET | guards.SEVERAL_SUBNETS | set(guards.LISTS) | guards.DURING_SWAP <= names


@pytest.mark.parametrize(("netuid", "mecid"), [(60_000, 0), (1, 255), (9, 9)])
def test_subnets_and_mechanisms_that_cannot_be_are_refused_like_any_other(chain, named, netuid, mecid):
    made = chain("demo")
    made.mine()
    row = {"uids": array([1], "u16"), "values": array([1], "u16"), "salt": array([1], "u16"), "version_key": 0}
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("v0"), "SubtensorModule.reveal_mechanism_weights", netuid=netuid, mecid=mecid, **row)
    assert refused.value.name == "NoWeightsCommitFound"


def test_batches_look_at_the_stake_on_every_subnet_they_name(chain, named):
    made = chain("demo", settings={"StakeThreshold": 500 * 10**9})
    made.mine()
    with pytest.raises(PoolRefused) as refused:
        made.offer(
            named("v0"),
            "SubtensorModule.batch_commit_weights",
            netuids=(1, 2),
            commit_hashes=(bytes(32), bytes(32)),
        )
    assert (refused.value.name, refused.value.custom) == ("NotEnoughStakeToSetWeights", 1)
    made.offer(named("v0"), "SubtensorModule.batch_commit_weights", netuids=(1,), commit_hashes=(bytes(32),))


def test_timelocked_rounds_must_not_be_past(chain, named):
    made = chain("demo")
    made.mine()
    made.state[LAST_STORED_ROUND] = 100
    call = {"netuid": 1, "commit": b"", "commit_reveal_version": 4}
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("v0"), "SubtensorModule.commit_timelocked_weights", **call, reveal_round=99)
    assert (refused.value.name, refused.value.custom) == ("InvalidRevealRound", 15)
    made.offer(named("v0"), "SubtensorModule.commit_timelocked_weights", **call, reveal_round=100)
