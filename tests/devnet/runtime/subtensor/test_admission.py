import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage

OWNER = "cold-owner"


def test_setters_are_shut_before_an_epoch_for_root_too(chain):
    made = chain(tempo=30)
    made.mine()
    while made.state[storage.SUBNET_EPOCH_INDEX, 1] == 0:
        made.mine()
    made.mine(20)
    made.put(None, "serving_rate_limit", 1)
    made.mine()  # nine blocks are left
    with pytest.raises(DispatchError, match="AdminActionProhibitedDuringWeightsWindow"):
        made.put(None, "serving_rate_limit", 2)
    made.put(None, "kappa", 3)  # one of those that ignore the window
    made.put_global(None, "admin_freeze_window", 0)
    made.put(None, "serving_rate_limit", 2)


def test_an_owner_waits_between_changes_of_one_parameter_and_root_does_not(chain, named):
    made = chain(settings={"OwnerHyperparamRateLimit": 2}, tempo=50)
    made.mine()
    made.put(named(OWNER), "serving_rate_limit", 1)
    made.put(named(OWNER), "immunity_period", 1)  # another one
    made.mine(5)
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        made.put(named(OWNER), "serving_rate_limit", 2)
    made.put(None, "serving_rate_limit", 3)
    made.mine(95)
    made.put(named(OWNER), "serving_rate_limit", 4)
