import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import pool, shares, storage

TAO = 10**9
ADD, REMOVE = "SubtensorModule.add_stake", "SubtensorModule.remove_stake"


def stake(made, named, coldkey="rich", hotkey="v0", netuid=1):
    return shares.stake_of(made.state, named(hotkey), named(coldkey), netuid)


def add(made, named, rao, *, by="rich", hotkey="v0", netuid=1, **limit):
    path = "SubtensorModule.add_stake_limit" if limit else ADD
    made.call(named(by), path, hotkey=named(hotkey), netuid=netuid, amount_staked=rao, **limit)


def remove(made, named, alpha, *, by="rich", hotkey="v0", netuid=1, **limit):
    path = "SubtensorModule.remove_stake_limit" if limit else REMOVE
    made.call(named(by), path, hotkey=named(hotkey), netuid=netuid, amount_unstaked=alpha, **limit)


def test_staking_buys_alpha_at_the_pools_price(chain, named):
    made = chain()
    made.mine()
    quote = pool.quote_buy(made.state, 1, 10 * TAO)
    free = balances.free(made.state, named("rich"))
    add(made, named, 10 * TAO)
    assert stake(made, named) == pytest.approx(quote.paid, abs=1)
    assert balances.free(made.state, named("rich")) == free - 10 * TAO
    assert made.events("StakeAdded") == [(named("rich"), named("v0"), 10 * TAO, quote.paid, 1, quote.fee)]
    assert named("v0") in made.state[storage.STAKING_HOTKEYS, named("rich")]


def test_what_goes_in_comes_out_less_two_fees(chain, named):
    made = chain()
    made.mine()
    free = balances.free(made.state, named("rich"))
    add(made, named, 10 * TAO)
    remove(made, named, stake(made, named))
    lost = free - balances.free(made.state, named("rich"))
    assert lost == pytest.approx(10 * TAO * (1 - (1 - 33 / 65535) ** 2), rel=0.02)
    assert stake(made, named) == 0
    assert (storage.ALPHA_V2, named("v0"), named("rich"), 1) not in made.state


def test_root_stake_is_tao_one_to_one(chain, named):
    made = chain()
    made.mine()
    add(made, named, 5 * TAO, netuid=0)
    assert stake(made, named, netuid=0) == made.state[storage.SUBNET_TAO, 0] == 5 * TAO
    remove(made, named, 2 * TAO, netuid=0)
    assert stake(made, named, netuid=0) == made.state[storage.SUBNET_TAO, 0] == 3 * TAO


def test_others_keep_their_stake_when_somebody_comes_and_goes(chain, named):
    made = chain()
    made.mine()
    before = stake(made, named, "cold-v0")
    add(made, named, 10 * TAO)
    assert stake(made, named, "cold-v0") == before
    remove(made, named, stake(made, named))
    assert stake(made, named, "cold-v0") == before


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"rao": 1001 * 1000 * TAO}, "InsufficientLiquidity"),
        ({"rao": TAO, "netuid": 7}, "SubnetNotExists"),
        ({"rao": 2_000_000}, "AmountTooLow"),  # the least, but without the fee on top
        ({"rao": TAO, "by": "poor"}, "NotEnoughBalanceToStake"),
        ({"rao": TAO, "hotkey": "nobody"}, "HotKeyAccountNotExists"),
    ],
)
def test_stakes_that_the_chain_refuses(chain, named, arguments, name):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match=name):
        add(made, named, **arguments)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"alpha": 0}, "AmountTooLow"), ({"alpha": 1000}, "AmountTooLow"), ({"alpha": TAO, "by": "poor"}, "AmountTooLow")],
)
def test_unstakes_that_the_chain_refuses(chain, named, arguments, name):
    made = chain()
    made.mine()
    add(made, named, TAO)
    with pytest.raises(DispatchError, match=name):
        remove(made, named, **arguments)


def test_no_trade_before_the_subtoken_is_on(chain, named):
    made = chain(hyperparameters={"SubtokenEnabled": False})
    made.mine()
    for trade in (add, remove):
        with pytest.raises(DispatchError, match="SubtokenDisabled"):
            trade(made, named, TAO)


def test_a_limit_price_refuses_or_cuts(chain, named):
    made = chain()
    made.mine()
    dear = {"limit_price": TAO * 101 // 100}
    with pytest.raises(DispatchError, match="SlippageTooHigh"):
        add(made, named, 100 * TAO, **dear, allow_partial=False)
    free = balances.free(made.state, named("rich"))
    add(made, named, 100 * TAO, **dear, allow_partial=True)
    assert free - balances.free(made.state, named("rich")) == pytest.approx(1000 * TAO * (1.01**0.5 - 1), rel=1e-3)
    with pytest.raises(DispatchError, match="SlippageTooHigh"):
        remove(made, named, stake(made, named), limit_price=TAO * 1005 // 1000, allow_partial=False)


def test_a_sale_with_a_limit_is_not_cut_to_what_is_staked(chain, named):
    made = chain()
    made.mine()
    add(made, named, 10 * TAO)
    held = stake(made, named)
    with pytest.raises(DispatchError, match="NotEnoughStakeToWithdraw"):
        remove(made, named, held + 1, limit_price=1, allow_partial=True)
    made.state[storage.SUBTOKEN_ENABLED, 1] = False
    with pytest.raises(DispatchError, match="SubtokenDisabled"):
        remove(made, named, held)
    remove(made, named, held, limit_price=1, allow_partial=True)
    assert stake(made, named) == 0


def test_dust_that_a_subnet_account_loses_leaves_both_issuances(chain, named):
    made = chain()
    made.mine()
    add(made, named, 5 * TAO, netuid=0)
    before = made.state[storage.TOTAL_ISSUANCE], made.state[balances.ISSUANCE]
    remove(made, named, 5 * TAO - 499, netuid=0)
    after = made.state[storage.TOTAL_ISSUANCE], made.state[balances.ISSUANCE]
    assert [late - early for late, early in zip(after, before, strict=True)] == [-499, -499]
