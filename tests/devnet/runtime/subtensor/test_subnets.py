import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import creation, pool, storage, subnets
from taokit.errors import PoolRefused

TAO = 10**9
REGISTER, START = "SubtensorModule.register_network", "SubtensorModule.start_call"


def create(made, named, who="new-owner", by="rich"):
    made.call(named(by), REGISTER, hotkey=named(who))


def test_a_creation_pays_into_its_own_pool(chain, named):
    made = chain()
    made.mine(5)
    state, free = made.state, balances.free(made.state, named("rich"))
    create(made, named)
    assert free - balances.free(state, named("rich")) == 1000 * TAO
    assert state[storage.SUBNET_TAO, 2] == 1000 * TAO
    # as much alpha as the TAO is worth at the median price, which is that of the only other pool
    assert pool.price_rao(state, 2) == pytest.approx(pool.price_rao(state, 1), rel=1e-6)
    assert state[storage.SUBNET_OWNER, 2] == named("rich")
    assert state[storage.KEYS, 2, 0] == state[storage.SUBNET_OWNER_HOTKEY, 2] == named("new-owner")
    assert state[storage.TOTAL_HOTKEY_ALPHA, named("new-owner"), 2] == 0
    assert state[storage.LAST_EPOCH_BLOCK, 2] == 5 - 2
    assert made.events("NetworkAdded") == [(2, 1)]


def test_a_new_subnet_has_the_values_of_the_chain_and_waits_to_be_started(chain, named):
    made = chain()
    made.mine(5)
    create(made, named)
    found = {item.name: made.state[item, 2] for item in storage.ITEMS if [key.type for key in item.keys] == ["u16"]}
    expected = {
        "Tempo": 360,
        "MaxAllowedUids": 256,
        "MaxAllowedValidators": 64,
        "MinAllowedWeights": 1,
        "ImmunityPeriod": 5000,
        "Yuma3On": True,
        "Burn": TAO,
        "CommitRevealWeightsEnabled": True,
        "RevealPeriodEpochs": 1,
        "Kappa": 32767,
        "WeightsSetRateLimit": 100,
        "BondsMovingAverage": 900_000,
        "ActivityCutoffFactorMilli": 13_889,
        "SubnetEmissionEnabled": False,
        "SubtokenEnabled": False,
        "FirstEmissionBlockNumber": None,
        "NetworkRegistrationAllowed": True,
        "TokenSymbol": "β".encode(),
    }
    assert {name: found[name] for name in expected} == expected


def test_the_price_doubles_at_once_and_falls_to_the_last_after_one_interval(chain, named):
    made = chain()
    made.mine(5)
    assert creation.lock_cost(made.state) == 1000 * TAO
    create(made, named)
    assert creation.lock_cost(made.state) == 2000 * TAO
    made.state.number += 50_400
    assert creation.lock_cost(made.state) == pytest.approx(1500 * TAO, rel=1e-6)
    made.state.number += 200_000
    assert creation.lock_cost(made.state) == 1000 * TAO


def test_creations_keep_their_distance(chain, named):
    made = chain(settings={"NetworkRateLimit": 10})
    made.mine(5)
    create(made, named)
    made.mine(9)
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("rich"), REGISTER, hotkey=named("third"))
    assert (refused.value.name, refused.value.custom) == ("NetworkTxRateLimitExceeded", 6)
    made.mine()
    create(made, named, who="third")
    assert subnets.all_netuids(made.state) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("who", "by", "settings", "name"),
    [
        ("m0", "rich", {}, "NonAssociatedColdKey"),
        ("new", "poor", {}, "CannotAffordLockCost"),
        ("new", "rich", {"SubnetLimit": 1}, "SubnetLimitReached"),
        ("new", "rich", {"NetworkRegistrationStartBlock": 100}, "SubNetRegistrationDisabled"),
    ],
)
def test_creations_that_the_chain_refuses(chain, named, who, by, settings, name):
    made = chain(settings=settings)
    made.mine()
    with pytest.raises(DispatchError, match=name):
        create(made, named, who=who, by=by)
    assert not subnets.exists(made.state, 2)


def test_no_hotkey_may_be_a_subnets_own_account(chain, named):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match="CannotUseSystemAccount"):
        made.call(named("rich"), REGISTER, hotkey=subnets.account_of(1))


def test_start_call_opens_trading_from_the_next_block(chain, named):
    made = chain(settings={"StartCallDelay": 3})
    made.mine()
    create(made, named)
    with pytest.raises(DispatchError, match="NeedWaitingMoreBlocksToStarCall"):
        made.call(named("rich"), START, netuid=2)
    made.mine(3)
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.call(named("sudo"), START, netuid=2)
    made.call(named("rich"), START, netuid=2)
    assert made.state[storage.FIRST_EMISSION_BLOCK_NUMBER, 2] == made.state.number + 1
    assert made.state[storage.SUBTOKEN_ENABLED, 2]
    with pytest.raises(DispatchError, match="FirstEmissionBlockNumberAlreadySet"):
        made.call(named("rich"), START, netuid=2)
    made.mine()
    assert made.state[storage.SUBNET_ALPHA_OUT, 2] == TAO


def test_an_identity_has_limits(chain, named):
    made = chain()
    made.mine()
    names = ("subnet_name", "github_repo", "subnet_contact", "subnet_url", "discord", "description", "logo_url")
    texts = dict.fromkeys((*names, "additional"), b"x")
    made.call(named("cold-owner"), "SubtensorModule.set_subnet_identity", netuid=1, **texts)
    assert made.state[storage.SUBNET_IDENTITIES_V3, 1] == (b"x",) * 8
    with pytest.raises(DispatchError, match="InvalidIdentity"):
        made.call(
            named("cold-owner"),
            "SubtensorModule.set_subnet_identity",
            netuid=1,
            **{**texts, "subnet_name": b"x" * 257},
        )
