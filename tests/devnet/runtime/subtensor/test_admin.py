import pytest

from taokit.devnet.runtime import TABLE, DispatchError
from taokit.devnet.runtime.subtensor import storage
from taokit.devnet.runtime.subtensor.setters import GLOBAL, SETTERS

TAO = 10**9
OWNER = "cold-owner"


def put(made, origin, name, value, *, netuid=1, **extra):
    (pallet,) = [pallet for pallet in TABLE.pallets if pallet.name == "AdminUtils"]
    (row,) = [row for row in pallet.calls if row.name == f"sudo_set_{name}"]
    made.call(origin, f"AdminUtils.{row.name}", netuid=netuid, **{row.args[-1][0]: value}, **extra)


def put_global(made, origin, name, value):
    (pallet,) = [pallet for pallet in TABLE.pallets if pallet.name == "AdminUtils"]
    (row,) = [row for row in pallet.calls if row.name == f"sudo_set_{name}"]
    made.call(origin, f"AdminUtils.{row.name}", **{row.args[0][0]: value})


@pytest.mark.parametrize("name", [name for name, setter in SETTERS.items() if not setter.bounds])
def test_every_setter_stores_what_root_says(chain, name):
    made = chain()
    made.mine()
    item = SETTERS[name].item
    value = {"bool": True, "RecycleOrBurnEnum": "Recycle"}.get(item.value, 99)
    put(made, None, name, value)
    assert made.state[item, 1] == value


@pytest.mark.parametrize("name", list(GLOBAL))
def test_every_chain_wide_setter_is_roots(chain, named, name):
    made = chain()
    made.mine()
    value = 3 << 63 if name == "tao_flow_normalization_exponent" else 9
    put_global(made, None, name, value)
    assert made.state[GLOBAL[name][0]] == value
    with pytest.raises(DispatchError, match="BadOrigin"):
        put_global(made, named(OWNER), name, value)


@pytest.mark.parametrize("name", list(SETTERS))
def test_the_owner_reaches_its_own_setters_only(chain, named, name):
    made = chain()
    made.mine()
    setter = SETTERS[name]
    low = {"bool": True, "RecycleOrBurnEnum": "Recycle", "U64F64": 2 << 64}.get(setter.item.value, 10)
    value = {"activity_cutoff": 360, "max_burn": 10 * TAO, "max_allowed_uids": 100}.get(name, low)
    with pytest.raises(DispatchError, match="BadOrigin"):
        put(made, named("stranger"), name, value)
    if setter.owner is None:
        with pytest.raises(DispatchError, match="BadOrigin"):
            put(made, named(OWNER), name, value)
    else:
        put(made, named(OWNER), name, value)
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
        put(made, None, name, value)
    else:
        with pytest.raises(DispatchError, match=error):
            put(made, None, name, value)


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
        put(made, named(OWNER), name, value)


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


def test_setters_are_shut_before_an_epoch_for_root_too(chain):
    made = chain(tempo=30)
    made.mine()
    while made.state[storage.SUBNET_EPOCH_INDEX, 1] == 0:
        made.mine()
    made.mine(20)
    put(made, None, "serving_rate_limit", 1)
    made.mine()  # nine blocks are left
    with pytest.raises(DispatchError, match="AdminActionProhibitedDuringWeightsWindow"):
        put(made, None, "serving_rate_limit", 2)
    put(made, None, "kappa", 3)  # one of those that ignore the window
    put_global(made, None, "admin_freeze_window", 0)
    put(made, None, "serving_rate_limit", 2)


def test_an_owner_waits_between_changes_of_one_parameter_and_root_does_not(chain, named):
    made = chain(settings={"OwnerHyperparamRateLimit": 2}, tempo=50)
    made.mine()
    put(made, named(OWNER), "serving_rate_limit", 1)
    put(made, named(OWNER), "immunity_period", 1)  # another one
    made.mine(5)
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        put(made, named(OWNER), "serving_rate_limit", 2)
    put(made, None, "serving_rate_limit", 3)
    made.mine(95)
    put(made, named(OWNER), "serving_rate_limit", 4)


def test_alpha_values_need_liquid_alpha(chain):
    made = chain()
    made.mine()
    call = {"netuid": 1, "alpha_low": 2000, "alpha_high": 60_000}
    with pytest.raises(DispatchError, match="LiquidAlphaDisabled"):
        made.call(None, "AdminUtils.sudo_set_alpha_values", **call)
    put(made, None, "liquid_alpha_enabled", True)
    made.call(None, "AdminUtils.sudo_set_alpha_values", **call)
    assert made.state[storage.ALPHA_VALUES, 1] == (2000, 60_000)


def test_a_new_tempo_starts_a_new_cycle(chain, named):
    made = chain(tempo=100)
    made.mine(30)
    put(made, None, "tempo", 40)
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
        put(made, None, "serving_rate_limit", 1)
    made.mine(9)
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == 0
    made.mine()
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == 1


def test_sealed_weights_forbid_asking_for_an_epoch(chain, named):
    made = chain("demo", tempo=100)
    made.mine()
    with pytest.raises(DispatchError, match="DynamicTempoBlockedByCommitReveal"):
        made.call(named(OWNER), "SubtensorModule.trigger_epoch", netuid=1)


def test_mechanisms_come_and_go_with_what_they_store(chain):
    made = chain(hyperparameters={"MaxAllowedUids": 128})
    made.mine()
    put(made, None, "mechanism_count", 2)
    assert made.state[storage.LAST_UPDATE, 4097].tolist() == [0] * 6
    put(made, None, "mechanism_emission_split", (65535, 0))
    put(made, None, "mechanism_count", 1)
    assert (storage.LAST_UPDATE, 4097) not in made.state
    assert made.state[storage.MECHANISM_EMISSION_SPLIT, 1] is None


def test_the_owners_hotkey_changes_once_a_week(chain, named):
    made = chain()
    made.mine()
    put(made, named(OWNER), "sn_owner_hotkey", named("v0"))
    assert made.state[storage.SUBNET_OWNER_HOTKEY, 1] == named("v0")
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        put(made, named(OWNER), "sn_owner_hotkey", named("v1"))
