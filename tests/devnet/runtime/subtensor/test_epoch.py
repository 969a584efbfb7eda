import numpy as np
import pytest

from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.subtensor import epoch, neurons, storage, subnets
from taokit.devnet.runtime.subtensor.storage import (
    BLOCKS_SINCE_LAST_STEP,
    LAST_EPOCH_BLOCK,
    LAST_MECHANSIM_STEP_BLOCK,
    PENDING_EPOCH_AT,
    PENDING_SERVER_EMISSION,
    SUBNET_EPOCH_INDEX,
    TEMPO,
    VALIDATOR_PERMIT,
)

TAO = 10**9


def weigh(made, uid, *row):
    made.state[storage.WEIGHTS, 1, uid] = pairs(row)
    updates = made.state[storage.LAST_UPDATE, 1].copy()
    updates[uid] = made.state.number
    made.state[storage.LAST_UPDATE, 1] = updates


def test_the_first_epoch_gives_permits_to_the_staked(chain):
    made = chain(tempo=20)
    made.mine(20)
    assert made.state[VALIDATOR_PERMIT, 1].tolist() == [True, True, True, False, False, False]  # the owner's is uid 0
    assert made.state[SUBNET_EPOCH_INDEX, 1] == 1


def test_the_period_is_the_tempo(chain):
    made = chain(tempo=20)
    fired = []
    for _ in range(65):
        made.mine()
        if made.state[LAST_EPOCH_BLOCK, 1] == made.state.number:
            fired.append(made.state.number)
    assert np.diff(fired).tolist() == [20, 20]


def test_weights_become_incentive_dividends_and_stake(chain, named):
    made = chain(tempo=20)
    made.mine(20)
    for uid in (1, 2):
        weigh(made, uid, (3, 65535), (4, 21845))
    state = made.state
    made.mine(20)
    incentive = state[storage.INCENTIVE, 1]
    assert incentive.tolist() == [0, 0, 0, 49151, 16383, 0]
    assert state[storage.CONSENSUS, 1].tolist() == incentive.tolist()
    assert state[storage.VALIDATOR_TRUST, 1][1:3].tolist() == [65535, 65535]
    earned = [state[storage.TOTAL_HOTKEY_ALPHA, named(name), 1] for name in ("m0", "m1", "m2")]
    assert earned[0] == pytest.approx(3 * earned[1], rel=1e-6)
    assert earned[2] == 0
    assert state[storage.EMISSION, 1][3] == earned[0]
    assert len(state[storage.BONDS, 1, 1]) > 0
    assert len(state[storage.BONDS, 1, 3]) == 0
    assert made.events("IncentiveAlphaEmittedToMiners")[0][1].tolist()[3] == earned[0]


def test_an_epoch_empties_the_pots_and_remembers_its_block(chain):
    made = chain(tempo=20)
    made.mine(20)
    first = made.state[LAST_MECHANSIM_STEP_BLOCK, 1]
    assert made.state[PENDING_SERVER_EMISSION, 1] == 0
    made.mine(20)
    assert made.state[LAST_MECHANSIM_STEP_BLOCK, 1] == first + 20
    assert made.state[BLOCKS_SINCE_LAST_STEP, 1] == 0


def many(made, netuids, *, tempo=10):
    """More subnets that are due in the same block."""
    for netuid in netuids:
        subnets.initialize(made.state, netuid, tempo=tempo)
        neurons.append(made.state, netuid, bytes([netuid % 256]) * 32)
        made.state[LAST_EPOCH_BLOCK, netuid] = made.state.number - tempo + 1


def test_two_epochs_a_block_by_storage_order_and_the_rest_a_block_later(chain):
    made = chain(tempo=360)
    made.mine(50)
    many(made, (2, 3, 256))
    made.mine()
    block = made.state.number
    ran = {netuid: made.state[SUBNET_EPOCH_INDEX, netuid] for netuid in (2, 3, 256)}
    assert ran == {256: 1, 2: 1, 3: 0}  # the two bytes of 256 sort first
    assert made.state[PENDING_EPOCH_AT, 3] == block + 1
    assert made.events("EpochDeferred") == [(3, block, block + 1)]
    assert subnets.current_epoch(made.state, 3) == 1  # extrinsics count as the coming epoch
    made.mine()
    assert made.state[SUBNET_EPOCH_INDEX, 3] == 1
    assert made.state[PENDING_EPOCH_AT, 3] == 0


def test_a_broken_subnet_uses_its_slot_and_keeps_its_pots(chain, named):
    made = chain(tempo=20)
    made.mine(5)
    made.state[storage.KEYS, 1, 4] = named("m0")
    while not made.events("EpochSkipped"):
        made.mine()
    assert made.state[SUBNET_EPOCH_INDEX, 1] == 1
    assert made.state[PENDING_SERVER_EMISSION, 1] > 0
    assert made.state[BLOCKS_SINCE_LAST_STEP, 1] > 0
    assert made.state[LAST_MECHANSIM_STEP_BLOCK, 1] == 0


def test_no_tempo_no_epoch(chain):
    made = chain(tempo=20)
    made.state[TEMPO, 1] = 0
    made.mine(60)
    assert made.state[SUBNET_EPOCH_INDEX, 1] == 0


def test_several_mechanisms_share_by_their_split(chain, named):
    made = chain(tempo=20)
    made.mine(20)
    state = made.state
    state[storage.MECHANISM_COUNT_CURRENT, 1] = 2
    state[storage.MECHANISM_EMISSION_SPLIT, 1] = array([16384, 49151], "u16")
    state[storage.LAST_UPDATE, 4097] = array([state.number] * 6, "u64")
    state[storage.INCENTIVE, 4097] = array([0] * 6, "u16")
    for uid in (1, 2):
        weigh(made, uid, (3, 65535))
        state[storage.WEIGHTS, 4097, uid] = pairs([(4, 65535)])
    made.mine(20)
    assert state[storage.INCENTIVE, 1].tolist() == [0, 0, 0, 65535, 0, 0]
    assert state[storage.INCENTIVE, 4097].tolist() == [0, 0, 0, 0, 65535, 0]
    first, second = (state[storage.TOTAL_HOTKEY_ALPHA, named(name), 1] for name in ("m0", "m1"))
    assert second == pytest.approx(3 * first, rel=1e-3)


def test_the_epoch_reads_the_parameters_of_its_subnet(chain):
    made = chain(hyperparameters={"Kappa": 1, "AlphaValues": (2, 3), "BondsPenalty": 4})
    found = epoch.hyperparameters(made.state, 1)
    assert (found.kappa, found.alpha_low, found.alpha_high, found.bonds_penalty) == (1, 2, 3, 4)
    assert (found.yuma3, found.max_allowed_validators, found.activity_cutoff) == (True, 64, 18_000)


def test_a_commit_that_is_still_sealed_hides_weights_on_newcomers(chain, named):
    made = chain("demo", tempo=20)
    made.mine(20)
    made.call(named("v1"), "SubtensorModule.commit_weights", netuid=1, commit_hash=bytes(32))
    assert epoch._commit_blocks(made.state, 1, 1) == {2: 20}
    made.mine(10)
    made.state[storage.BLOCK_AT_REGISTRATION, 1, 4] = 25
    weigh(made, 2, (3, 65535), (4, 65535))
    made.mine(10)
    assert made.state[storage.INCENTIVE, 1].tolist() == [0, 0, 0, 65535, 0, 0]


def test_timelocked_commits_hide_until_their_epoch_is_over(chain, named):
    made = chain("demo", tempo=20)
    made.mine(65)
    index = made.state[SUBNET_EPOCH_INDEX, 1]
    for age, block in ((2, 5), (1, 7), (0, 9)):
        made.state[storage.TIMELOCKED_WEIGHT_COMMITS, 1, index - age] = ((named("v1"), block, b"", 1),)
    assert epoch._commit_blocks(made.state, 1, 1) == {2: 7}  # with a period of 1, the one two epochs old is over


def test_bonds_in_a_uid_that_changed_hands_since_the_last_epoch_are_gone(chain):
    made = chain(tempo=20)
    made.mine(20)
    first = made.state[LAST_MECHANSIM_STEP_BLOCK, 1]
    for uid in (3, 4):
        made.state[storage.BLOCK_AT_REGISTRATION, 1, uid] = first + uid - 3  # in the epoch's block, and after it
    made.state[storage.BONDS, 1, 1] = pairs([(3, 65535), (4, 65535)])
    made.mine(20)
    assert made.state[storage.BONDS, 1, 1][:, 0].tolist() == [3]
