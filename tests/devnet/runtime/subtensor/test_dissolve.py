import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import creation, dissolve, storage, subnets
from taokit.devnet.runtime.system import ACCOUNT_INFO

TAO = 10**9


@pytest.fixture
def made(chain, named):
    made = chain(settings={"NetworkImmunityPeriod": 20, "SubnetLimit": 2})
    made.mine(3)
    made.call(named("rich"), "SubtensorModule.register_network", hotkey=named("second"))
    made.call(named("rich"), "SubtensorModule.start_call", netuid=2)
    return made


def money(made):
    return sum(info[4][0] for _, info in made.state.items(ACCOUNT_INFO))


def test_holders_get_the_reserve_by_their_alpha(made, named):
    made.state[storage.TAO_IN_REFUND_DEPLOYMENT_BLOCK] = 10**6  # as on subnets from before: the pool's alpha gets none
    reserve = made.state[storage.SUBNET_TAO, 1]
    made.call(None, "SubtensorModule.root_dissolve_network", netuid=1)
    paid = [balances.free(made.state, named(f"cold-v{at}")) for at in (0, 1)]
    assert paid[1] == pytest.approx(2 * paid[0], abs=2)
    assert sum(paid) == pytest.approx(reserve, rel=1e-3)
    assert made.state[balances.ISSUANCE] == made.state[storage.TOTAL_ISSUANCE] == money(made)


def test_the_pool_s_own_alpha_has_its_part_which_is_recycled(made, named):
    tao, issuance = made.state[storage.SUBNET_TAO, 2], made.state[storage.TOTAL_ISSUANCE]
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("second"), netuid=2, amount_staked=100 * TAO)
    before = balances.free(made.state, named("rich"))
    made.call(None, "SubtensorModule.root_dissolve_network", netuid=2)
    back = balances.free(made.state, named("rich")) - before
    assert 90 * TAO < back < 110 * TAO
    assert issuance - made.state[storage.TOTAL_ISSUANCE] == pytest.approx(tao + 100 * TAO - back, rel=1e-3)
    assert made.state[balances.ISSUANCE] == made.state[storage.TOTAL_ISSUANCE] == money(made)


def test_nothing_of_its_neurons_and_settings_is_left(made, named):
    made.call(None, "SubtensorModule.root_dissolve_network", netuid=1)
    state = made.state
    left = {
        item.name
        for item, keys, _ in state.stored()
        if item in storage.ITEMS and [key.type for key in item.keys][:1] == ["u16"] and keys[0] == 1
    }
    assert left <= {"RegisteredSubnetCounter", "SubnetEmissionEnabled", "RootProp", "RootAlphaDividendsPerSubnet"}
    assert not [keys for keys in state.keys(storage.ALPHA_V2) if keys[2] == 1]
    assert not [keys for keys in state.keys(storage.IS_NETWORK_MEMBER) if keys[1] == 1]
    assert subnets.all_netuids(state) == [0, 2]
    made.mine(30)


def test_at_the_limit_the_cheapest_subnet_makes_room(made, named):
    assert creation.to_prune(made.state) is None
    made.mine(18)
    assert creation.to_prune(made.state) == 1  # the second is too young
    made.mine(2)
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 31
    made.state[storage.SUBNET_MOVING_PRICE, 2] = 1 << 30
    made.call(named("rich"), "SubtensorModule.register_network", hotkey=named("third"))
    assert made.events("NetworkRemoved") == [(2,)]
    assert made.state[storage.SUBNET_OWNER_HOTKEY, 2] == named("third")
    assert made.state[storage.REGISTERED_SUBNET_COUNTER, 2] == 2


def test_while_all_are_immune_there_is_no_room(made, named):
    made.state[storage.NETWORK_IMMUNITY_PERIOD] = 10**6
    with pytest.raises(DispatchError, match="SubnetLimitReached"):
        made.call(named("rich"), "SubtensorModule.register_network", hotkey=named("third"))


@pytest.mark.parametrize("netuid", [0, 9])
def test_only_subnets_are_dissolved_and_only_by_root(made, named, netuid):
    with pytest.raises(DispatchError, match="SubnetNotExists"):
        made.call(None, "SubtensorModule.dissolve_network", coldkey=named("rich"), netuid=netuid)
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.call(named("rich"), "SubtensorModule.root_dissolve_network", netuid=2)


@pytest.mark.parametrize(
    ("whole", "weights", "wanted"),
    [(10, [1, 1, 1], [4, 3, 3]), (11, [1, 1, 1], [4, 4, 3]), (7, [5, 1], [6, 1]), (5, [0, 0], [0, 0]), (9, [], [])],
)
def test_what_rounding_leaves_goes_to_the_largest_remainders(whole, weights, wanted):
    assert dissolve.parts(whole, weights) == wanted
