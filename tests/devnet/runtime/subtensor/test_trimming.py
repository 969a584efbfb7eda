import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.subtensor import neurons, storage

TRIM = "AdminUtils.sudo_trim_to_max_allowed_uids"


@pytest.fixture
def made(chain):
    """Uids: owner, two validators, seven miners, paid 10 to 100 alpha by uid; nobody is immune but the owner."""
    settings = {"ImmunityPeriod": 1, "MinAllowedUids": 2}
    made = chain(miners=7, hyperparameters=settings)
    made.mine(3)
    state = made.state
    state[storage.EMISSION, 1] = array(range(10, 110, 10), "u64")
    state[storage.DIVIDENDS, 1] = array(range(10), "u16")
    state[storage.WEIGHTS, 1, 9] = pairs([(2, 5), (7, 6), (9, 7)])
    state[storage.BONDS, 1, 9] = pairs([(8, 1), (3, 2)])
    return made


def test_the_least_paid_go_and_the_others_move_together(made, named):
    before = neurons.hotkeys(made.state, 1)
    made.call(None, TRIM, netuid=1, max_n=6)
    state = made.state
    kept = [before[uid] for uid in (0, 5, 6, 7, 8, 9)]  # the owner is the least paid, and stays
    assert neurons.hotkeys(state, 1) == kept
    assert [state[storage.UIDS, 1, hotkey] for hotkey in kept] == list(range(6))
    assert [state[storage.UIDS, 1, hotkey] for hotkey in before[1:5]] == [None] * 4
    assert state[storage.DIVIDENDS, 1].tolist() == [0, 5, 6, 7, 8, 9]
    assert state[storage.WEIGHTS, 1, 5].tolist() == [[3, 6], [5, 7]]
    assert state[storage.BONDS, 1, 5].tolist() == [[4, 1]]
    assert (storage.WEIGHTS, 1, 9) not in state
    assert (
        state[storage.SUBNETWORK_N, 1] == state[storage.MAX_ALLOWED_UIDS, 1] == len(state[storage.LAST_UPDATE, 1]) == 6
    )
    made.mine(400)


def test_bounds_protection_and_distance(made, named):
    for most in (1, 257):
        with pytest.raises(DispatchError, match="InvalidValue"):
            made.call(None, TRIM, netuid=1, max_n=most)
    made.state[storage.IMMUNITY_PERIOD, 1] = 5000
    with pytest.raises(DispatchError, match="TrimmingWouldExceedMaxImmunePercentage"):
        made.call(None, TRIM, netuid=1, max_n=6)
    made.call(named("cold-owner"), TRIM, netuid=1, max_n=200)
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        made.call(named("cold-owner"), TRIM, netuid=1, max_n=199)
