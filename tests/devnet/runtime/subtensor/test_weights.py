import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor.storage import (
    COMMIT_REVEAL_WEIGHTS_ENABLED,
    LAST_UPDATE,
    MIN_ALLOWED_WEIGHTS,
    SUBNET_OWNER_HOTKEY,
    VALIDATOR_PERMIT,
    WEIGHTS,
)
from taokit.errors import PoolRefused

TAO = 10**9


def weights(dests=(3, 4), values=(1, 2), **changed):
    return {
        "netuid": 1,
        "dests": array(dests, "u16"),
        "weights": array(values, "u16"),
        "version_key": 0,
        **changed,
    }


def permitted(made):
    """Every neuron holds a permit."""
    made.state[VALIDATOR_PERMIT, 1] = array([True] * len(made.state[VALIDATOR_PERMIT, 1]), "bool")


def test_weights_are_stored_upscaled_in_the_order_they_came(chain, named):
    made = chain()
    made.mine(2)
    permitted(made)
    made.call(named("v0"), "SubtensorModule.set_weights", **weights((5, 3), (10, 20)))
    assert made.state[WEIGHTS, 1, 1].tolist() == [[5, 32768], [3, 65535]]
    assert made.state[LAST_UPDATE, 1].tolist() == [0, 2, 0, 0, 0, 0]
    assert made.events("WeightsSet") == [(1, 1)]


@pytest.mark.parametrize(
    ("who", "changed", "name"),
    [
        ("v0", {"weights": [1]}, "WeightVecNotEqualSize"),
        ("v0", {"netuid": 2}, "MechanismDoesNotExist"),
        ("v0", {"dests": range(7), "weights": [1] * 7}, "UidsLengthExceedUidsInSubNet"),
        ("stranger", {}, "HotKeyNotRegisteredInSubNet"),
        ("v0", {"version_key": 1}, "IncorrectWeightVersionKey"),
        ("m0", {"version_key": 2}, "NeuronNoValidatorPermit"),
        ("owner", {"dests": [3, 3], "version_key": 2}, "DuplicateUids"),
        ("owner", {"dests": [3, 9], "version_key": 2}, "UidVecContainInvalidOne"),
        ("owner", {"dests": [3], "weights": [1], "version_key": 2}, "WeightVecLengthIsLow"),
        ("owner", {"version_key": 2}, "MaxWeightExceeded"),
    ],
)
def test_the_first_check_that_fails_names_the_error(chain, named, who, changed, name):
    made = chain(hyperparameters={"WeightsVersionKey": 2, "MinAllowedWeights": 2, "MaxWeightsLimit": 39321})
    if changed.get("netuid") == 2:  # sealed or not is looked up per subnet, and the default is sealed
        made.state[COMMIT_REVEAL_WEIGHTS_ENABLED, 2] = False
    made.mine()
    with pytest.raises(DispatchError) as refused:
        made.call(named(who), "SubtensorModule.set_weights", **weights(**changed))
    assert refused.value.name == name


def test_root_takes_no_weights(chain, named):
    made = chain()
    made.state[COMMIT_REVEAL_WEIGHTS_ENABLED, 0] = False
    made.mine()
    with pytest.raises(DispatchError, match="CanNotSetRootNetworkWeights"):
        made.call(named("v0"), "SubtensorModule.set_weights", **weights(netuid=0))


def test_a_weight_on_oneself_alone_passes_without_permit_and_length(chain, named):
    made = chain(hyperparameters={"MinAllowedWeights": 5, "MaxWeightsLimit": 1})
    made.mine()
    made.call(named("m0"), "SubtensorModule.set_weights", **weights([3], [7]))
    assert made.state[WEIGHTS, 1, 3].tolist() == [[3, 65535]]


def test_few_uids_lower_the_least_length(chain, named):
    made = chain(hyperparameters={"MinAllowedWeights": 1000})
    made.mine()
    permitted(made)
    made.call(named("v0"), "SubtensorModule.set_weights", **weights(range(6), [1] * 6))
    assert made.state[MIN_ALLOWED_WEIGHTS, 1] == 1000


def test_the_rate_limit_speaks_in_the_pool_and_passes_in_time(chain, named):
    made = chain(hyperparameters={"WeightsSetRateLimit": 10})
    made.mine()
    permitted(made)
    made.call(named("v0"), "SubtensorModule.set_weights", **weights())
    made.mine(9)
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("v0"), "SubtensorModule.set_weights", **weights())
    assert (refused.value.name, refused.value.custom) == ("SettingWeightsTooFast", 6)
    made.mine()
    made.offer(named("v0"), "SubtensorModule.set_weights", **weights())


def test_a_sealed_subnet_refuses_open_weights_after_the_guards_only(chain, named):
    made = chain("demo", settings={"StakeThreshold": 500 * TAO})
    made.mine()
    made.offer(named("v0"), "SubtensorModule.set_weights", **weights())  # the pool has nothing against it
    with pytest.raises(DispatchError, match="CommitRevealEnabled"):
        made.call(named("v0"), "SubtensorModule.set_weights", **weights())
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("m0"), "SubtensorModule.set_weights", **weights())
    assert (refused.value.name, refused.value.custom) == ("NotEnoughStakeToSetWeights", 1)
    with pytest.raises(DispatchError, match="NotEnoughStakeToSetWeights"):
        made.call(named("m0"), "SubtensorModule.set_weights", **weights())


def test_the_owner_needs_no_stake(chain, named):
    made = chain(settings={"StakeThreshold": 10**18})
    made.mine()
    assert made.state[SUBNET_OWNER_HOTKEY, 1] == named("owner")
    made.call(named("owner"), "SubtensorModule.set_weights", **weights())
    with pytest.raises(PoolRefused):
        made.offer(named("v0"), "SubtensorModule.set_weights", **weights())


def test_a_mechanism_that_is_not_there_passes_no_rate_limit(chain, named):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match="SettingWeightsTooFast"):
        made.call(named("owner"), "SubtensorModule.set_mechanism_weights", **weights(mecid=1))


def test_a_batch_stores_what_it_can_and_tells_of_the_rest(chain, named):
    made = chain()
    made.mine()
    permitted(made)
    made.call(
        named("v0"),
        "SubtensorModule.batch_set_weights",
        netuids=(1, 2),
        weights=(((3, 1),), ((3, 1),)),
        version_keys=(0, 0),
    )
    assert made.state[WEIGHTS, 1, 1].tolist() == [[3, 65535]]
    assert made.events("BatchWeightItemFailed") == [(2, ("Module", (7, b"\x35\0\0\0")))]  # 53, CommitRevealEnabled
    assert made.events("BatchCompletedWithErrors") == [()]


def test_a_batch_tells_of_its_failures_after_everything_else(chain, named):
    made = chain()
    made.mine()
    permitted(made)
    rows = {"weights": (((3, 1),), ((3, 1),), ((3, 1),)), "version_keys": (0, 0, 0)}
    made.call(named("v0"), "SubtensorModule.batch_set_weights", netuids=(2, 1, 3), **rows)
    assert [event[2] for event in made.state.events] == [
        *("WeightsSet", "BatchCompletedWithErrors", "BatchWeightItemFailed", "BatchWeightItemFailed"),
        "BatchWeightsCompleted",
    ]
    assert [netuid for netuid, _ in made.events("BatchWeightItemFailed")] == [2, 3]


def test_lists_of_a_batch_must_be_equally_long(chain, named):
    made = chain()
    made.mine()
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("v0"), "SubtensorModule.batch_set_weights", netuids=(1, 2), weights=((),), version_keys=(0, 0))
    assert (refused.value.name, refused.value.custom) == ("InputLengthsUnequal", 18)
