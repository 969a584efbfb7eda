import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import (
    Holding,
    Pots,
    alpha_shares,
    block_emission,
    delegate_take,
    pay,
    root_proportion,
    split_emission,
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
    assert payout.alpha_dividends == {"v": 239, "w": 159}  # 15 of 25 and 10 of 25 of 400, shares rounded down
    assert payout.root_dividends == {"v": 90, "w": 0}


def test_without_incentive_validators_share_the_miners_pot():
    assert sum(paid({"m": 0}).alpha_dividends.values()) == pytest.approx(900, abs=2)


def test_nobody_is_paid_from_no_dividends():
    assert paid({"m": 1}, dividends={}).alpha_dividends == {}
    assert paid({"m": 1}, dividends={"v": 0}).alpha_dividends == {"v": 0}


@given(st.integers(0, 10**18), st.integers(0, 65535))
def test_take_and_rest_make_the_whole(amount, take):
    taken, rest = delegate_take(amount, take)
    assert taken + rest == amount
    assert taken <= amount * take / 65535 + 1
