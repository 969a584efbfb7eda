import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage

OWNER = "cold-owner"


def test_a_new_tempo_starts_a_new_cycle(chain, named):
    made = chain(tempo=100)
    made.mine(30)
    made.put(None, "tempo", 40)
    assert made.state[storage.LAST_EPOCH_BLOCK, 1] == 30
    with pytest.raises(DispatchError, match="TempoOutOfBounds"):
        made.call(named(OWNER), "SubtensorModule.set_tempo", netuid=1, tempo=359)
    made.call(named(OWNER), "SubtensorModule.set_tempo", netuid=1, tempo=360)
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        made.call(named(OWNER), "SubtensorModule.set_tempo", netuid=1, tempo=361)


def test_an_owner_asks_for_an_epoch_after_the_window(chain, named):
    made = chain(tempo=100)
    made.mine(5)
    made.call(named(OWNER), "SubtensorModule.trigger_epoch", netuid=1)
    assert made.events("EpochTriggered") == [(1, named(OWNER), 15)]
    with pytest.raises(DispatchError, match="AdminActionProhibitedDuringWeightsWindow"):
        made.put(None, "serving_rate_limit", 1)
    made.mine(9)
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == 0
    made.mine()
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == 1


def test_sealed_weights_forbid_asking_for_an_epoch(chain, named):
    made = chain("demo", tempo=100)
    made.mine()
    with pytest.raises(DispatchError, match="DynamicTempoBlockedByCommitReveal"):
        made.call(named(OWNER), "SubtensorModule.trigger_epoch", netuid=1)
