import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage
from taokit.devnet.runtime.subtensor.setters import GLOBAL, SETTERS

TAO = 10**9
OWNER = "cold-owner"


@pytest.mark.parametrize("name", [name for name, setter in SETTERS.items() if not setter.bounds])
def test_every_setter_stores_what_root_says(chain, name):
    made = chain()
    made.mine()
    item = SETTERS[name].item
    value = {"bool": True, "RecycleOrBurnEnum": "Recycle"}.get(item.value, 99)
    made.put(None, name, value)
    assert made.state[item, 1] == value


@pytest.mark.parametrize("name", list(GLOBAL))
def test_every_chain_wide_setter_is_roots(chain, named, name):
    made = chain()
    made.mine()
    value = 3 << 63 if name == "tao_flow_normalization_exponent" else 9
    made.put_global(None, name, value)
    assert made.state[GLOBAL[name][0]] == value
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.put_global(named(OWNER), name, value)


@pytest.mark.parametrize("name", list(SETTERS))
def test_the_owner_reaches_its_own_setters_only(chain, named, name):
    made = chain()
    made.mine()
    setter = SETTERS[name]
    low = {"bool": True, "RecycleOrBurnEnum": "Recycle", "U64F64": 2 << 64}.get(setter.item.value, 10)
    value = {"activity_cutoff": 360, "max_burn": 10 * TAO, "max_allowed_uids": 100}.get(name, low)
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.put(named("stranger"), name, value)
    if setter.owner is None:
        with pytest.raises(DispatchError, match="BadOrigin"):
            made.put(named(OWNER), name, value)
    else:
        made.put(named(OWNER), name, value)
        assert made.state[setter.item, 1] == value


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("max_allowed_uids", 5, "MaxAllowedUidsLessThanMinAllowedUids"),
        ("max_allowed_uids", 257, "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
        ("activity_cutoff", 359, "ActivityCutoffTooLow"),
        ("min_burn", TAO, "ValueNotInBounds"),
        ("max_burn", TAO // 10, "ValueNotInBounds"),
        ("max_allowed_validators", 257, "MaxValidatorsLargerThanMaxUIds"),
        ("commit_reveal_weights_interval", 101, "RevealPeriodTooLarge"),
        ("commit_reveal_weights_interval", 0, "RevealPeriodTooSmall"),
        ("owner_immune_neuron_limit", 11, "InvalidValue"),
        ("burn_half_life", 0, "InvalidValue"),
        ("burn_half_life", 36_101, "InvalidValue"),
        ("burn_increase_mult", (3 << 64) + 1, "InvalidValue"),
        ("min_allowed_uids", 6, "MinAllowedUidsGreaterThanCurrentUids"),
        ("bonds_moving_average", 975_001, None),  # root may
        ("alpha_sigmoid_steepness", -1, None),
    ],
)
def test_bounds(chain, name, value, error):
    made = chain()
    made.mine()
    if error is None:
        made.put(None, name, value)
    else:
        with pytest.raises(DispatchError, match=error):
            made.put(None, name, value)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("bonds_moving_average", 975_001, "BondsMovingAverageMaxReached"),
        ("alpha_sigmoid_steepness", -1, "NegativeSigmoidSteepness"),
    ],
)
def test_bounds_that_bind_the_owner_only(chain, named, name, value, error):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match=error):
        made.put(named(OWNER), name, value)


def test_bounds_of_the_whole_chain_s_parameters(chain, named):
    made = chain()
    for count in (0, 17):
        with pytest.raises(DispatchError, match="InvalidValue"):
            made.call(None, "AdminUtils.sudo_set_max_mechanism_count", max_mechanism_count=count)
    made.call(None, "AdminUtils.sudo_set_max_mechanism_count", max_mechanism_count=16)
    with pytest.raises(DispatchError, match="ValueNotInBounds"):
        made.call(None, "AdminUtils.sudo_set_max_epochs_per_block", max_epochs_per_block=0)
    with pytest.raises(DispatchError, match="Deprecated"):
        made.call(None, "AdminUtils.sudo_set_total_issuance", total_issuance=0)


def test_alpha_values_need_liquid_alpha(chain):
    made = chain()
    made.mine()
    call = {"netuid": 1, "alpha_low": 2000, "alpha_high": 60_000}
    with pytest.raises(DispatchError, match="LiquidAlphaDisabled"):
        made.call(None, "AdminUtils.sudo_set_alpha_values", **call)
    made.put(None, "liquid_alpha_enabled", True)
    made.call(None, "AdminUtils.sudo_set_alpha_values", **call)
    assert made.state[storage.ALPHA_VALUES, 1] == (2000, 60_000)


def test_the_owners_hotkey_changes_once_a_week(chain, named):
    made = chain()
    made.mine()
    made.put(named(OWNER), "sn_owner_hotkey", named("v0"))
    assert made.state[storage.SUBNET_OWNER_HOTKEY, 1] == named("v0")
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        made.put(named(OWNER), "sn_owner_hotkey", named("v1"))
