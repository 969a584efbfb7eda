from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import pool
from taokit.devnet.runtime.subtensor.storage import (
    FIRST_EMISSION_BLOCK_NUMBER,
    SUBNET_ALPHA_IN,
    SUBNET_ALPHA_OUT,
    SUBNET_MECHANISM,
    SUBNET_MOVING_PRICE,
    SUBNET_TAO,
)
from taokit.devnet.runtime.swap import PAL_SWAP_INITIALIZED, SWAP_BALANCER

TAO = 10**9
HALF = 5 * 10**17


def pooled(tao, alpha, *, quote=HALF):
    state = State()
    state[SUBNET_MECHANISM, 1] = 1
    state[SUBNET_TAO, 1], state[SUBNET_ALPHA_IN, 1] = tao, alpha
    state[SWAP_BALANCER, 1], state[PAL_SWAP_INITIALIZED, 1] = (quote,), True
    return state


RESERVE = st.integers(10**11, 10**15)


@given(tao=RESERVE, alpha=RESERVE, share=st.integers(1, 10**6))
def test_at_even_weights_a_purchase_keeps_the_product_of_the_reserves(tao, alpha, share):
    spent = max(1, tao * share // 10**6)
    exact = alpha - Fraction(tao * alpha, tao + spent)
    assume(exact > 2)  # less buys nothing and is refused
    bought = pool.quote_buy(pooled(tao, alpha), 1, spent, with_fee=False).paid
    assert -alpha / 10**17 - 1 <= bought - exact <= alpha / 10**17 + 1


def test_price_is_the_ratio_of_weighted_reserves():
    assert pool.price_rao(pooled(300 * TAO, 100 * TAO), 1) == 3 * TAO
    # weights 3/4 alpha to 1/4 TAO: three times the ratio of the reserves
    assert pool.price_rao(pooled(100 * TAO, 100 * TAO, quote=25 * 10**16), 1) == 3 * TAO
    assert pool.price_rao(pooled(100 * TAO, 0), 1) == 0


def test_a_subnet_without_a_pool_changes_one_to_one():
    state = State()
    assert (pool.price_rao(state, 0), pool.quote_buy(state, 0, 5).paid, pool.fee_of(state, 0, 10**9)) == (TAO, 5, 0)


def test_a_swap_moves_reserves_by_what_it_says():
    state = pooled(100 * TAO, 100 * TAO)
    swapped = pool.buy(state, 1, TAO)
    assert swapped.taken + swapped.fee == TAO
    assert swapped.fee == TAO * 33 // 65535
    assert state[SUBNET_TAO, 1] == 100 * TAO + swapped.taken
    assert state[SUBNET_ALPHA_IN, 1] == 100 * TAO - swapped.paid
    assert state[SUBNET_ALPHA_OUT, 1] == swapped.paid


@given(spent=st.integers(10**6, 10**12))
def test_buying_and_selling_back_never_pays(spent):
    state = pooled(10**13, 10**13)
    bought = pool.buy(state, 1, spent, with_fee=False).paid
    fetched = pool.sell(state, 1, bought, with_fee=False).paid
    assert spent - 3 - spent // 10**9 <= fetched <= spent


def test_a_limit_price_cuts_what_is_spent():
    state = pooled(100 * TAO, 100 * TAO)
    quote = pool.quote_buy(state, 1, 50 * TAO, limit=TAO * 11 // 10, with_fee=False)
    # constant product: the price rises by a tenth when the TAO reserve grows by the root of 1.1
    assert quote.taken == pytest.approx(100 * TAO * (1.1**0.5 - 1), rel=1e-9)
    pool.buy(state, 1, 50 * TAO, limit=TAO * 11 // 10, with_fee=False)
    assert pool.price_rao(state, 1) == pytest.approx(TAO * 11 // 10, rel=1e-8)


def test_a_limit_price_cuts_what_is_sold():
    quote = pool.quote_sell(pooled(100 * TAO, 100 * TAO), 1, 50 * TAO, limit=TAO * 8 // 10, with_fee=False)
    assert quote.taken == pytest.approx(100 * TAO * (1.25**0.5 - 1), rel=1e-9)


@pytest.mark.parametrize(
    ("tao", "alpha", "spent", "limit", "name"),
    [
        (TAO, 100 * TAO, 1001 * TAO, pool.NO_MAXIMUM, "SwapInputTooLarge"),
        (TAO, 999_999, TAO, pool.NO_MAXIMUM, "ReservesTooLow"),
        (TAO, TAO, TAO, TAO - 1, "PriceLimitExceeded"),
        (10**15, 10**10, 1, pool.NO_MAXIMUM, "ReservesTooLow"),  # too little to buy a rao
    ],
)
def test_swaps_that_the_pool_refuses(tao, alpha, spent, limit, name):
    with pytest.raises(DispatchError) as refused:
        pool.quote_buy(pooled(tao, alpha), 1, spent, limit=limit)
    assert (refused.value.pallet, refused.value.name) == ("Swap", name)


@given(
    tao=RESERVE,
    alpha=RESERVE,
    quote=st.integers(2 * 10**17, 8 * 10**17),
    tao_in=st.integers(0, 10**9),
    alpha_in=st.integers(0, 10**9),
)
def test_an_injection_leaves_the_price_where_it_was(tao, alpha, quote, tao_in, alpha_in):
    state = pooled(tao, alpha, quote=quote)
    before = pool.price(state, 1)
    if pool.inject(state, 1, tao=tao_in, alpha=alpha_in):
        state[SUBNET_TAO, 1], state[SUBNET_ALPHA_IN, 1] = tao + tao_in, alpha + alpha_in
        assert pool.price(state, 1) == pytest.approx(before, rel=1e-12, abs=4)


def test_an_injection_that_would_leave_the_bounds_changes_nothing():
    state = pooled(TAO, TAO)
    assert not pool.inject(state, 1, tao=99 * TAO, alpha=0)  # would be 100 to 1
    assert state[SWAP_BALANCER, 1] == (HALF,)
    assert pool.inject(state, 1, tao=98 * TAO, alpha=0)  # 99 to 1 is just within


def test_the_first_swap_starts_at_even_weights_whatever_injections_did():
    state = pooled(100 * TAO, 100 * TAO, quote=4 * 10**17)
    del state[PAL_SWAP_INITIALIZED, 1]
    pool.buy(state, 1, TAO)
    assert state[SWAP_BALANCER, 1] == (HALF,)


def test_the_slow_price_starts_at_nothing_and_follows_at_its_rate():
    state = pooled(100 * TAO, 100 * TAO)
    state[FIRST_EMISSION_BLOCK_NUMBER, 1] = 1
    followed = Fraction()
    for block in range(1, 2001):
        state.number = block
        pool.update_moving_price(state, 1)
        rate = Fraction(12885, 2**32) * block / (block + 201_600)
        followed += rate * (1 - followed)
    assert state[SUBNET_MOVING_PRICE, 1] > 0
    # floored to 32 bits in every block, so at most one unit a block below
    assert 0 <= followed * 2**32 - state[SUBNET_MOVING_PRICE, 1] <= 2000


def test_the_slow_price_counts_at_most_one():
    cheap, dear = pooled(100 * TAO, 100 * TAO), pooled(900 * TAO, 100 * TAO)
    for state in (cheap, dear):
        state[FIRST_EMISSION_BLOCK_NUMBER, 1], state.number = 1, 10**6
        pool.update_moving_price(state, 1)
    assert cheap[SUBNET_MOVING_PRICE, 1] == dear[SUBNET_MOVING_PRICE, 1] > 0
