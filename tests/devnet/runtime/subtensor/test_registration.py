import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.subtensor import pool, storage, subnets
from taokit.devnet.runtime.subtensor.registration import decay_factor, to_prune

TAO = 10**9


@pytest.mark.parametrize(("half_life", "factor"), [(1, 2**31), (360, 4286705684)])
def test_decay_factors_of_the_chain(half_life, factor):
    assert decay_factor(half_life) == factor


def test_the_price_halves_in_its_half_life(chain):
    made = chain(hyperparameters={"Burn": TAO})
    made.mine()  # the first block decays nothing
    assert made.state[storage.BURN, 1] == TAO
    made.mine(360)
    assert made.state[storage.BURN, 1] == 499999865


def test_the_price_stays_within_its_bounds(chain):
    made = chain(hyperparameters={"Burn": TAO, "MinBurn": 999_999_000, "BurnHalfLife": 1})
    made.mine(2)
    assert made.state[storage.BURN, 1] == 999_999_000


def test_a_half_life_of_nothing_decays_nothing(chain):
    made = chain(hyperparameters={"Burn": TAO, "BurnHalfLife": 0})
    made.mine(5)
    assert made.state[storage.BURN, 1] == TAO


def register(made, named, who="new", by="rich"):
    made.call(named(by), "SubtensorModule.burned_register", netuid=1, hotkey=named(who))


def test_a_registration_buys_alpha_and_destroys_it(chain, named):
    made = chain()
    made.mine()
    state = made.state
    cost, out, tao = state[storage.BURN, 1], state[storage.SUBNET_ALPHA_OUT, 1], state[storage.SUBNET_TAO, 1]
    expected = pool.quote_buy(state, 1, cost)
    held = balances.free(state, named("rich"))
    register(made, named)
    assert held - balances.free(state, named("rich")) == cost
    assert state[storage.SUBNET_ALPHA_OUT, 1] == out
    assert state[storage.SUBNET_TAO, 1] == tao + expected.taken
    assert state[storage.BURN, 1] == cost * 126 // 100
    assert state[storage.UIDS, 1, named("new")] == 6
    assert state[storage.LAST_UPDATE, 1][6] == state[storage.BLOCK_AT_REGISTRATION, 1, 6] == 1
    assert made.events("NeuronRegistered") == [(1, 6, named("new"))]
    assert state[storage.OWNER, named("new")] == named("rich")


def test_the_next_registration_of_a_block_is_dearer_by_the_multiplier(chain, named):
    made = chain(hyperparameters={"BurnIncreaseMult": 1 << 63})  # below one counts as one
    made.mine()
    register(made, named)
    assert made.state[storage.BURN, 1] == TAO


@pytest.mark.parametrize(
    ("netuid", "hotkey", "by", "name"),
    [
        (0, "new", "rich", "RegistrationNotPermittedOnRootSubnet"),
        (2, "new", "rich", "SubnetNotExists"),
        (1, "m0", "rich", "HotKeyAlreadyRegisteredInSubNet"),
        (1, "new", "poor", "NotEnoughBalanceToStake"),
        (1, "elsewhere", "rich", "NonAssociatedColdKey"),
    ],
)
def test_registrations_that_the_chain_refuses(chain, named, netuid, hotkey, by, name):
    made = chain()
    made.mine()
    made.call(named("cold-m0"), "SubtensorModule.try_associate_hotkey", hotkey=named("elsewhere"))
    with pytest.raises(DispatchError) as refused:
        made.call(named(by), "SubtensorModule.burned_register", netuid=netuid, hotkey=named(hotkey))
    assert refused.value.name == name


def test_no_registration_where_it_is_not_allowed(chain, named):
    made = chain(hyperparameters={"NetworkRegistrationAllowed": False})
    made.mine()
    with pytest.raises(DispatchError, match="SubNetRegistrationDisabled"):
        register(made, named)


def test_a_limit_guards_against_a_price_that_rose(chain, named):
    made = chain()
    made.mine()
    call = {"netuid": 1, "hotkey": named("new")}
    with pytest.raises(DispatchError, match="RegistrationPriceLimitExceeded"):
        made.call(named("rich"), "SubtensorModule.register_limit", **call, limit_price=TAO - 1)
    made.call(named("rich"), "SubtensorModule.register_limit", **call, limit_price=TAO)
    assert made.state[storage.UIDS, 1, named("new")] == 6


def test_a_failed_registration_leaves_nothing_behind(chain, named):
    made = chain(hyperparameters={"MaxAllowedUids": 0})
    made.mine()
    with pytest.raises(DispatchError, match="NoNeuronIdAvailable"):
        register(made, named)
    assert (storage.OWNER, named("new")) not in made.state


def test_pruning_takes_the_lowest_emission_then_the_oldest_then_the_lowest_uid(chain):
    made = chain(miners=12, hyperparameters={"ImmunityPeriod": 0})
    made.mine()
    state = made.state
    n = state[storage.SUBNETWORK_N, 1]
    state[storage.EMISSION, 1] = pairs([[0, 0]] * n)[:, 0].astype("u8")
    assert to_prune(state, 1) == 1  # uid 0 is the owner's
    state[storage.BLOCK_AT_REGISTRATION, 1, 1] = 1
    assert to_prune(state, 1) == 2
    emission = state[storage.EMISSION, 1].copy()
    emission[2:] = 5
    state[storage.EMISSION, 1] = emission
    assert to_prune(state, 1) == 1


def test_the_young_are_spared_while_enough_others_could_go(chain, named):
    made = chain(miners=12, hyperparameters={"ImmunityPeriod": 10, "MaxAllowedUids": 15, "MinNonImmuneUids": 3})
    made.mine(10)
    assert to_prune(made.state, 1) == 1
    for at in range(11):  # one after another gives way to a newcomer, until only three old ones are left
        register(made, named, who=f"new{at}")
    assert to_prune(made.state, 1) == 1
    assert made.state[storage.KEYS, 1, 1] == named("new0")


def test_a_replaced_uid_keeps_nothing_of_the_one_before(chain, named):
    made = chain(miners=3, hyperparameters={"MaxAllowedUids": 6, "ImmunityPeriod": 0, "MinNonImmuneUids": 0})
    made.mine(5)
    state = made.state
    made.call(
        named("v0"),
        "SubtensorModule.serve_axon",
        netuid=1,
        version=1,
        ip=0x7F000001,
        port=8091,
        ip_type=4,
        protocol=4,
        placeholder1=0,
        placeholder2=0,
    )
    state[storage.WEIGHTS, 1, 1] = pairs([(2, 65535)])
    state[storage.WEIGHTS, 1, 2] = pairs([(1, 65535), (3, 9)])
    state[storage.BONDS, 1, 1] = pairs([(3, 7)])
    state[storage.BONDS, 1, 2] = pairs([(1, 7)])
    state[storage.VALIDATOR_PERMIT, 1] = state[storage.ACTIVE, 1]
    made.mine(5)
    register(made, named)
    assert state[storage.KEYS, 1, 1] == named("new")
    assert state[storage.UIDS, 1, named("v0")] is None
    assert not state[storage.IS_NETWORK_MEMBER, named("v0"), 1]
    assert state[storage.AXONS, 1, named("v0")] is None
    assert state[storage.BLOCK_AT_REGISTRATION, 1, 1] == state[storage.LAST_UPDATE, 1][1] == 10
    assert state[storage.VALIDATOR_PERMIT, 1].tolist() == [True, False, True, True, True, True]
    assert len(state[storage.WEIGHTS, 1, 1]) == len(state[storage.BONDS, 1, 1]) == 0
    assert state[storage.WEIGHTS, 1, 2].tolist() == [[1, 0], [3, 9]]  # the entry stays, its weight is gone
    assert state[storage.BONDS, 1, 2].tolist() == [[1, 7]]  # masked by the epoch, not removed
    assert state[storage.SUBNETWORK_N, 1] == 6


def test_root_seats_go_to_whoever_asks_while_there_are_any(chain, named):
    made = chain(root_stake=0)
    made.mine()
    made.call(named("cold-v0"), "SubtensorModule.root_register", hotkey=named("v0"))
    assert made.state[storage.UIDS, 0, named("v0")] == 0
    assert made.state[storage.DELEGATES, named("v0")] == 11796
    with pytest.raises(DispatchError, match="TooManyRegistrationsThisBlock"):
        made.call(named("cold-v1"), "SubtensorModule.root_register", hotkey=named("v1"))


def test_a_full_root_takes_only_more_stake_than_its_least(chain, named):
    made = chain(validators=2, root_stake=5 * TAO)
    made.mine()
    state = made.state
    for at in range(64):
        state[storage.REGISTRATIONS_THIS_BLOCK, 0] = state[storage.REGISTRATIONS_THIS_INTERVAL, 0] = 0
        made.call(named(f"owner{at}"), "SubtensorModule.root_register", hotkey=named(f"seat{at}"))
    state[storage.REGISTRATIONS_THIS_BLOCK, 0] = state[storage.REGISTRATIONS_THIS_INTERVAL, 0] = 0
    with pytest.raises(DispatchError, match="StakeTooLowForRoot"):
        made.call(named("cold-m0"), "SubtensorModule.root_register", hotkey=named("m0"))
    made.call(named("cold-v0"), "SubtensorModule.root_register", hotkey=named("v0"))
    assert state[storage.UIDS, subnets.ROOT, named("v0")] == 0


def test_a_balance_of_exactly_the_price_is_enough_and_keeps_the_account_alive(chain, named):
    made = chain()
    made.mine()
    cost = made.state[storage.BURN, 1]
    who = {"who": ("Id", named("just"))}
    made.call(None, "Balances.force_set_balance", **who, new_free=cost - 1)
    with pytest.raises(DispatchError, match="NotEnoughBalanceToStake"):
        made.call(named("just"), "SubtensorModule.burned_register", netuid=1, hotkey=named("hot"))
    made.call(None, "Balances.force_set_balance", **who, new_free=cost)
    made.call(named("just"), "SubtensorModule.burned_register", netuid=1, hotkey=named("hot"))
    assert balances.free(made.state, named("just")) == balances.EXISTENTIAL_DEPOSIT
