from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.consensus import (
    Holding,
    Pots,
    alpha_shares,
    block_emission,
    delegate_take,
    next_halving,
    pay,
    root_proportion,
    split_emission,
    subnet_shares,
)
from taokit.consensus.scalar import ONE, U64

from .worlds import recorded

CHAIN = recorded("chain")[0]


def test_block_emission_agrees_with_the_chains():
    for issuance, amount in CHAIN["block_emission"]:
        assert block_emission(int(issuance)) == int(amount), issuance
    assert block_emission(21 * 10**15) == 0


def test_one_blocks_alpha_divides_as_on_the_chain():
    for case in CHAIN["alpha_shares"]:
        shares = alpha_shares(
            case["alpha_out"],
            root_proportion=int(case["root_proportion"]),
            owner_cut=case["owner_cut"],
            owner_cut_enabled=case["enabled"],
        )
        found = [shares.owner, shares.server, shares.validator, shares.root]
        assert found == case["owner_server_validator_root"]


def test_mechanism_parts_agree_with_the_chains():
    for case in CHAIN["mechanism_split"]:
        parts = split_emission(int(case["amount"]), case["count"], case["split"])
        assert parts == [int(part) for part in case["parts"]]


@given(st.integers(0, 2**60), st.integers(1, 16))
def test_an_equal_split_loses_nothing(amount, count):
    assert sum(split_emission(amount, count)) == amount


def test_a_short_split_leaves_the_rest_to_the_first():
    assert split_emission(100, 3, [0, 65535]) == [0, 100, 0]
    assert split_emission(100, 2, [0]) == [100, 0]


def test_roots_part_is_its_weighted_stake_beside_alpha():
    assert root_proportion(100, 100, tao_weight=U64) == ONE // 2
    assert root_proportion(0, 0) == 0


def paid(server, **changes):
    arguments = {
        "dividends": {"v": 30, "w": 10},
        "holdings": {"v": Holding(alpha=50, root=50), "w": Holding(alpha=100, root=0)},
        "tao_weight": U64,
    }
    return pay(Pots(server=500, validator=400, root=90), server_emission=server, **arguments | changes)


def test_pots_divide_in_proportion_to_the_parts_of_the_dividends():
    payout = paid({"m": 7, "o": 3, "n": 0}, owner_keys={"o"})
    assert (payout.miners, payout.burned) == ({"m": 7}, {"o": 3})
    # 15 of 25 and 10 of 25 of 400: each share is rounded down to 32 fraction bits, 2576980377 and 1717986918
    assert payout.alpha_dividends == {"v": 400 * 2576980377, "w": 400 * 1717986918}
    assert payout.root_dividends == {"v": 90 << 32, "w": 0}


def test_without_incentive_validators_share_the_miners_pot():
    assert sum(paid({"m": 0}).alpha_dividends.values()) / 2**32 == pytest.approx(900, abs=2)


def test_nobody_is_paid_from_no_dividends():
    assert paid({"m": 1}, dividends={}).alpha_dividends == {}
    assert paid({"m": 1}, dividends={"v": 0}).alpha_dividends == {"v": 0}


@given(st.integers(0, 10**18 << 32), st.integers(0, 65535))
def test_take_and_rest_make_the_whole_but_for_a_rao(amount, take):
    taken, rest = delegate_take(amount, take)
    assert 0 <= (amount >> 32) - (taken + rest) <= 1
    assert taken <= Fraction(amount, 2**32) * Fraction(take, 65535)


@pytest.mark.parametrize(
    ("pot", "of", "take", "paid_out"),
    [
        # 7 rao for one of two equals: 3.5. The take is ratio(11796) = floor(11796 * 2**32 / 65535) = 773083851 of
        # it, 0.63 rao, the rest 2.87: cut to 0 and 2, together one rao less than the 3 of whole-rao arithmetic.
        (7, 2, 11796, (0, 2)),
        # 1000 rao for one of three: floor(2**32 / 3) = 1431655765, so 333.3333333 rao. The take is 59.9988 rao, the
        # rest 273.33: 59 and 273, where 333 whole rao would have left 274 to the nominators.
        (1000, 3, 11796, (59, 273)),
        # The fraction can carry the take over a rao: 11.111 rao at 18000 of 65535 is 3.0518, of 10.9 it were 2.99.
        (100, 9, 18000, (3, 8)),
        (100, 9, 0, (0, 11)),
        (100, 9, 65535, (11, 0)),
    ],
)
def test_rao_are_cut_after_the_take(pot, of, take, paid_out):
    keys = [f"v{number}" for number in range(of)]
    payout = pay(
        Pots(server=0, validator=pot, root=0),
        server_emission={"m": 1},
        dividends=dict.fromkeys(keys, 5),
        holdings=dict.fromkeys(keys, Holding(alpha=1, root=0)),
    )
    assert delegate_take(payout.alpha_dividends["v0"], take) == paid_out


@given(st.integers(0, 21 * 10**15))
@settings(max_examples=30, deadline=None)
def test_the_next_halving_is_the_first_issuance_that_mints_less(issuance):
    at = next_halving(issuance)
    if at is None:
        assert block_emission(issuance) == 0
    else:
        assert block_emission(at - 1) == block_emission(issuance) > block_emission(at)


def test_halvings_come_at_half_of_what_is_left():
    assert next_halving(0) == 10_500_000 * 10**9
    assert next_halving(11_330_335 * 10**9) == 15_750_000 * 10**9
    assert next_halving(21 * 10**15) is None


burns = st.one_of(st.integers(0, ONE - 2**16), st.just(ONE))


@given(st.dictionaries(st.integers(1, 9), st.tuples(st.integers(1, 2**20), burns), min_size=1))
def test_subnets_share_by_price_times_what_their_miners_were_left(subnets):
    found = subnet_shares({n: p for n, (p, _) in subnets.items()}, {n: b for n, (_, b) in subnets.items()})
    whole = sum(price * (ONE - burned) for price, burned in subnets.values())
    by_price = sum(price for price, _ in subnets.values())
    for netuid, (price, burned) in subnets.items():
        exact = Fraction(price * (ONE - burned), whole) if whole else Fraction(price, by_price)
        assert float(Fraction(found[netuid], 2**64)) == pytest.approx(float(exact), abs=1e-6)


def test_without_any_price_nobody_gets_anything():
    assert subnet_shares({1: 0, 2: 0}, {}) == {1: 0, 2: 0}
