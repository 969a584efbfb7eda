import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import moves, pool, shares, staking, storage, subnets, treasury

TAO = 10**9
MOVE, SWAP, GIVE = (f"SubtensorModule.{name}" for name in ("move_stake", "swap_stake", "transfer_stake"))


@pytest.fixture
def made(chain, named):
    """Netuids 1 and 2 with pools of 1000 TAO; `cold-v0` holds 1000 alpha on 1 under `v0` and 50 TAO on root."""
    made = chain(root_stake=50 * TAO, balances={named("rich"): 10**5 * TAO, named("cold-v0"): 10 * TAO})
    made.mine(3)
    made.call(named("rich"), "SubtensorModule.register_network", hotkey=named("second"))
    made.call(named("rich"), "SubtensorModule.start_call", netuid=2)
    return made


def held(made, named, netuid, hotkey="v0", coldkey="cold-v0"):
    return shares.stake_of(made.state, named(hotkey), named(coldkey), netuid)


def swap(made, named, source, target, amount, **more):
    args = {"origin_netuid": source, "destination_netuid": target, "alpha_amount": amount, **more}
    path = SWAP + ("_limit" if "limit_price" in more else "")
    made.call(named("cold-v0"), path, hotkey=named("v0"), **args)


def move(made, named, target, amount, *, hotkey="v1"):
    args = {"origin_netuid": 1, "destination_netuid": target, "alpha_amount": amount}
    made.call(named("cold-v0"), MOVE, origin_hotkey=named("v0"), destination_hotkey=named(hotkey), **args)


def test_within_a_subnet_stake_changes_hands_without_a_swap(made, named):
    before = made.state[storage.SUBNET_TAO, 1], made.state[storage.SUBNET_ALPHA_IN, 1]
    move(made, named, 1, 400 * TAO)
    assert (held(made, named, 1), held(made, named, 1, "v1")) == (600 * TAO, 400 * TAO)
    assert (made.state[storage.SUBNET_TAO, 1], made.state[storage.SUBNET_ALPHA_IN, 1]) == before
    worth = pool.price(made.state, 1) * 400 * TAO >> 64
    assert made.events("StakeMoved") == [(named("cold-v0"), named("v0"), 1, named("v1"), 1, worth)]


def test_more_than_is_held_moves_what_is_held(made, named):
    move(made, named, 1, 10**6 * TAO)
    assert (held(made, named, 1), held(made, named, 1, "v1")) == (0, 1000 * TAO)


def test_between_subnets_stake_is_sold_and_bought_for_one_fee(made, named):
    state, alpha = made.state, 10 * TAO
    sold = pool.quote_sell(state, 1, alpha)
    bought = pool.quote_buy(state, 2, sold.paid, with_fee=False)
    swap(made, named, 1, 2, alpha)
    assert (held(made, named, 1), held(made, named, 2)) == (990 * TAO, bought.paid)
    assert sold.fee == alpha * 33 // 65535
    assert [fields[-1] for fields in made.events("StakeSwapped")] == [sold.paid]
    assert balances.free(state, named("cold-v0")) == 10 * TAO


def test_from_root_only_the_buying_side_costs(made, named):
    swap(made, named, 0, 1, 20 * TAO)
    (removed,), (added,) = made.events("StakeRemoved"), made.events("StakeAdded")
    assert (removed[2], removed[-1]) == (20 * TAO, 0)
    assert added[-1] == 20 * TAO * 33 // 65535 == balances.free(made.state, treasury.BURNED)
    assert held(made, named, 0) == 30 * TAO


def test_a_product_of_reserves_never_falls(made, named):
    def product(netuid):
        return made.state[storage.SUBNET_TAO, netuid] * made.state[storage.SUBNET_ALPHA_IN, netuid]

    before = product(1), product(2)
    for amount in (3 * TAO, 100 * TAO, TAO):
        swap(made, named, 1, 2, amount)
        swap(made, named, 2, 1, amount // 2)
    assert product(1) >= before[0]
    assert product(2) >= before[1]


def test_a_gift_of_stake_needs_the_switch_of_both_subnets(made, named):
    args = {"destination_coldkey": named("friend"), "hotkey": named("v0"), "alpha_amount": 5 * TAO}
    made.state[storage.TRANSFER_TOGGLE, 2] = False
    with pytest.raises(DispatchError, match="TransferDisallowed"):
        made.call(named("cold-v0"), GIVE, origin_netuid=1, destination_netuid=2, **args)
    made.call(named("cold-v0"), GIVE, origin_netuid=1, destination_netuid=1, **args)
    assert held(made, named, 1, coldkey="friend") == 5 * TAO
    assert held(made, named, 1) == 995 * TAO
    assert named("v0") in made.state[storage.STAKING_HOTKEYS, named("friend")]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"origin_netuid": 1, "destination_netuid": 1}, "SameNetuid"),
        ({"destination_netuid": 9}, "SubnetNotExists"),
        ({"hotkey": "nobody"}, "HotKeyAccountNotExists"),
        ({"alpha_amount": 1000}, "AmountTooLow"),
    ],
)
def test_refusals(made, named, change, error):
    args = {"hotkey": "v0", "origin_netuid": 1, "destination_netuid": 2, "alpha_amount": 10 * TAO, **change}
    with pytest.raises(DispatchError, match=error):
        made.call(named("cold-v0"), SWAP, **{**args, "hotkey": named(args["hotkey"])})


def test_a_subnet_that_has_not_started_takes_nothing(made, named):
    made.state[storage.SUBTOKEN_ENABLED, 2] = False
    with pytest.raises(DispatchError, match="SubtokenDisabled"):
        swap(made, named, 1, 2, 10 * TAO)


def test_a_limit_refuses_or_cuts(made, named):
    limit = TAO * 98 // 100
    with pytest.raises(DispatchError, match="SlippageTooHigh"):
        swap(made, named, 1, 2, 500 * TAO, limit_price=limit, allow_partial=False)
    swap(made, named, 1, 2, 500 * TAO, limit_price=limit, allow_partial=True)
    given = 1000 * TAO - held(made, named, 1)
    assert 0 < given < 500 * TAO
    assert held(made, named, 2) / given == pytest.approx(0.98, rel=1e-3)


@pytest.mark.parametrize(
    ("source", "target", "limit", "most"),
    [(0, 0, TAO, staking.EVERYTHING), (0, 0, TAO + 1, 0), (0, 1, 0, staking.EVERYTHING), (1, 2, 2 * TAO, 0)],
)
def test_the_most_that_a_limit_lets_through(made, source, target, limit, most):
    assert moves.most_to_move(made.state, source, target, limit) == most


def test_everything_is_sold(made, named):
    made.call(named("cold-v0"), "SubtensorModule.unstake_all", hotkey=named("v0"))
    assert [held(made, named, netuid) for netuid in (0, 1)] == [0, 0]
    assert balances.free(made.state, named("cold-v0")) > 500 * TAO


def test_all_alpha_becomes_root_stake(made, named):
    fetched = pool.quote_sell(made.state, 1, 1000 * TAO).paid
    made.call(named("cold-v0"), "SubtensorModule.unstake_all_alpha", hotkey=named("v0"))
    assert [held(made, named, netuid) for netuid in (0, 1)] == [50 * TAO + fetched, 0]
    assert balances.free(made.state, subnets.account_of(0)) == 100 * TAO + fetched


def test_a_whole_position_at_a_limit_or_not_at_all(made, named):
    path = "SubtensorModule.remove_stake_full_limit"
    with pytest.raises(DispatchError, match="SlippageTooHigh"):
        made.call(named("cold-v0"), path, hotkey=named("v0"), netuid=1, limit_price=TAO * 9 // 10)
    made.call(named("cold-v0"), path, hotkey=named("v0"), netuid=1, limit_price=None)
    assert held(made, named, 1) == 0


def test_a_nominator_s_small_rest_is_unstaked_too(made, named):
    made.state[storage.NOMINATOR_MIN_REQUIRED_STAKE] = TAO
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("v0"), netuid=1, amount_staked=2 * TAO)
    mine = held(made, named, 1, coldkey="rich")
    args = {"hotkey": named("v0"), "netuid": 1, "amount_unstaked": mine - TAO // 2}
    made.call(named("rich"), "SubtensorModule.remove_stake", **args)
    assert held(made, named, 1, coldkey="rich") == 0
    assert len(made.events("StakeRemoved")) == 2
