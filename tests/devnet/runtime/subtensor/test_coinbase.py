import json
from fractions import Fraction
from pathlib import Path

import pytest

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.subtensor import coinbase, pool, storage, subnets, treasury
from taokit.devnet.runtime.subtensor.coinbase import _emission_near
from taokit.devnet.runtime.swap import ALPHA_BURNED, ALPHA_RECYCLED

TAO = 10**9
VECTORS = json.loads((Path(__file__).parents[3] / "vectors/yuma/chain.json").read_text())


@pytest.mark.parametrize(("issuance", "amount"), VECTORS["block_emission"])
def test_the_shortcut_for_emission_agrees_with_the_vectors_or_declines(issuance, amount):
    assert _emission_near(int(issuance) >> coinbase.NEAR) in (int(amount), None)


def pots(state):
    names = (
        storage.PENDING_SERVER_EMISSION,
        storage.PENDING_VALIDATOR_EMISSION,
        storage.PENDING_ROOT_ALPHA_DIVS,
        storage.PENDING_OWNER_CUT,
    )
    return [state[item, 1] for item in names]


def test_a_subnet_mints_one_alpha_a_block_for_its_participants(chain):
    made = chain()
    out = made.state[storage.SUBNET_ALPHA_OUT, 1]
    made.mine(10)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out + 10 * TAO
    assert made.state[storage.SUBNET_ALPHA_OUT_EMISSION, 1] == TAO
    server, validator, root, owner = pots(made.state)
    assert root == 0
    assert owner == 10 * (TAO * 11796 // 65535)
    assert server == pytest.approx(10 * TAO * Fraction(53739, 65535) / 2, abs=20)
    assert validator == pytest.approx(server, abs=20)


def test_root_is_paid_only_while_slow_prices_exceed_one(chain):
    made = chain(root_stake=10**6 * TAO)
    made.mine()
    root = made.state[storage.ROOT_PROP, 1]
    assert root > 0
    assert pots(made.state)[2] == 0
    assert made.state[ALPHA_RECYCLED, 1] == pytest.approx(TAO * Fraction(53739, 65535) / 2 * root / 2**32, rel=1e-5)
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 32
    made.mine()
    assert pots(made.state)[2] == 0  # exactly one does not exceed one
    made.state[storage.SUBNET_MOVING_PRICE, 1] = (1 << 32) + 1
    made.mine()
    assert pots(made.state)[2] > 0


def test_nothing_is_minted_before_a_subnet_has_a_slow_price(chain):
    made = chain()
    issued = made.state[storage.TOTAL_ISSUANCE]
    made.mine(10)
    assert made.state[storage.SUBNET_MOVING_PRICE, 1] == 0
    assert made.state[storage.TOTAL_ISSUANCE] == issued


def test_tao_that_may_not_be_injected_buys_alpha_for_the_chain(chain):
    made = chain()
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 31
    before = made.state[storage.SUBNET_TAO, 1]
    made.mine()  # no root stake, so the cap on injected alpha is nothing
    state = made.state
    assert state[storage.SUBNET_ALPHA_IN_EMISSION, 1] == state[storage.SUBNET_TAO_IN_EMISSION, 1] == 0
    assert state[storage.SUBNET_EXCESS_TAO, 1] == TAO
    assert state[storage.SUBNET_TAO, 1] == before + TAO
    # constant product: 1000 TAO and 1000 alpha, one TAO more
    assert state[storage.SUBNET_PROTOCOL_ALPHA, 1] == pytest.approx(1000 * TAO * Fraction(1, 1001), abs=1)


def test_tao_within_the_cap_is_injected_with_alpha_at_the_price(chain):
    made = chain(root_stake=10**6 * TAO)
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 31
    made.mine()
    state = made.state
    cap = coinbase.root_part(state, 1) / 2**32
    assert cap > 0.98
    assert state[storage.SUBNET_TAO_IN_EMISSION, 1] == pytest.approx(cap * TAO, rel=1e-4)
    assert state[storage.SUBNET_ALPHA_IN_EMISSION, 1] == pytest.approx(state[storage.SUBNET_TAO_IN_EMISSION, 1], abs=2)
    assert state[storage.SUBNET_EXCESS_TAO, 1] == pytest.approx((1 - cap) * TAO, rel=0.05)


def test_a_subnet_whose_switch_is_off_gets_no_tao_but_its_alpha(chain):
    made = chain(hyperparameters={"SubnetEmissionEnabled": False})
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 31
    issued, out = made.state[storage.TOTAL_ISSUANCE], made.state[storage.SUBNET_ALPHA_OUT, 1]
    made.mine()
    assert made.state[storage.TOTAL_ISSUANCE] == issued
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out + TAO


@pytest.mark.parametrize("name", ["SubtokenEnabled", "NetworkRegistrationAllowed"])
def test_a_subnet_that_is_not_open_gets_nothing(chain, name):
    made = chain(hyperparameters={name: False})
    out = made.state[storage.SUBNET_ALPHA_OUT, 1]
    made.mine(3)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out
    assert pots(made.state) == [0, 0, 0, 0]


def test_a_subnet_that_was_never_started_gets_nothing(chain):
    made = chain()
    del made.state[storage.FIRST_EMISSION_BLOCK_NUMBER, 1]
    out = made.state[storage.SUBNET_ALPHA_OUT, 1]
    made.mine(3)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out
    assert made.state[storage.SUBNET_MOVING_PRICE, 1] == 0


def test_without_a_price_all_tao_goes_into_the_reserve_and_no_alpha_beside_it(chain):
    made = chain(root_stake=10**6 * TAO)
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 32
    made.state[storage.SUBNET_ALPHA_IN, 1] = 0  # an empty pool has the price 0
    tao = made.state[storage.SUBNET_TAO, 1]
    terms = coinbase._terms(made.state, 1, TAO << 32)
    assert (terms.tao_in, terms.alpha_in, terms.excess) == (TAO, 0, 0)
    made.mine()
    assert made.state[storage.SUBNET_ALPHA_IN_EMISSION, 1] == 0
    assert made.state[storage.SUBNET_TAO, 1] in (tao, tao + TAO)  # as the weight's bounds allow


def test_a_subnet_without_a_pool_counts_as_one_and_trades_one_to_one(chain):
    made = chain()
    made.state[storage.SUBNET_MECHANISM, 1] = 0
    made.mine()
    assert pool.moving_price(made.state, 1) == pool.price(made.state, 1) == pool.ONE
    assert pool.quote_buy(made.state, 1, 5) == pool.quote_sell(made.state, 1, 5) == pool.Swapped(5, 5, 0)
    # its slow price goes on from one, whatever was stored
    assert made.state[storage.SUBNET_MOVING_PRICE, 1] == pytest.approx(1 << 32, abs=1)


def test_what_owner_keys_mined_lowers_the_share_of_their_subnet(chain):
    made = chain()
    made.mine()
    state = made.state
    subnets.initialize(state, 2)
    for netuid, price in ((1, 3 << 30), (2, 1 << 30)):
        state[storage.SUBNET_MECHANISM, netuid] = 1
        state[storage.SUBNET_MOVING_PRICE, netuid] = price
    state[storage.MINER_BURNED, 1] = 1 << 31  # half
    shares = coinbase._shares(state, [1, 2])
    assert {netuid: share / 2**64 for netuid, share in shares.items()} == {1: 0.6, 2: 0.4}


def held_alpha(state):
    return sum(
        state[storage.TOTAL_HOTKEY_ALPHA, *keys] for keys in state.keys(storage.TOTAL_HOTKEY_ALPHA) if keys[1] == 1
    )


def claimable(state):
    """What root's stakers may still claim, given what blocks have claimed for them and what they came too late for."""
    total = 0
    for (hotkey,), rates in state.items(storage.ROOT_CLAIMABLE):
        total += sum(rate * state[storage.TOTAL_HOTKEY_ALPHA, hotkey, 0] >> 32 for netuid, rate in rates if netuid == 1)
    return total - sum(claimed for _, claimed in state.items(storage.ROOT_CLAIMED, 1))


@pytest.mark.parametrize("root_stake", [0, 10**4 * TAO])
def test_all_alpha_outside_the_pool_is_somewhere(chain, root_stake):
    made = chain(root_stake=root_stake, tempo=20)
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 5 << 32
    made.mine(99)
    state = made.state
    places = held_alpha(state) + sum(pots(state)) + state[storage.SUBNET_PROTOCOL_ALPHA, 1] + state[ALPHA_BURNED, 1]
    lost = state[storage.SUBNET_ALPHA_OUT, 1] - places - claimable(state)
    assert 0 <= lost <= 4 * 100 + 5 * 50 + 5 * 6 * root_stake // 2**32  # floors: pots a block, payouts an epoch


def test_all_tao_is_on_some_account_and_issuances_agree(chain, named):
    made = chain(root_stake=100 * TAO, tempo=20)
    made.mine()
    made.state[storage.SUBNET_MOVING_PRICE, 1] = 1 << 31
    made.mine(30)
    made.call(named("rich"), "SubtensorModule.burned_register", netuid=1, hotkey=named("new"))
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("new"), netuid=1, amount_staked=50 * TAO)
    made.mine(30)
    state = made.state
    accounts = sum(info[4][0] for made_item, _, info in state.stored() if made_item.name == "Account")
    assert state[storage.TOTAL_ISSUANCE] == state[balances.ISSUANCE] == accounts
    fees = balances.free(state, subnets.account_of(1)) - state[storage.SUBNET_TAO, 1]
    burned = balances.free(state, treasury.BURNED)
    assert 0 < fees < TAO  # of the registration; the one of the stake was burned, as nobody authored the block
    assert burned == 50 * TAO * 33 // 65535
    assert state[storage.TOTAL_STAKE] == state[storage.SUBNET_TAO, 0] + state[storage.SUBNET_TAO, 1] + fees + burned


def test_after_the_coinbase_slow_price_and_root_part_are_refreshed(chain):
    made = chain(root_stake=TAO)
    made.mine(100)
    state = made.state
    assert state[storage.SUBNET_MOVING_PRICE, 1] > 0
    assert state[storage.ROOT_PROP, 1] == coinbase.root_part(state, 1) > 0
    assert pool.price(state, 1) > 0
