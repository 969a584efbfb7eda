from taokit.consensus.scalar import ONE, U64
from taokit.consensus.stake import inherited, permits, shares, totals

HALF = U64 // 2


def test_children_get_what_their_parent_lends():
    assert inherited(1000, to_children=[HALF]) == 500  # half, and the rounded-down proportion leaves a bit more
    assert inherited(1000, from_parents=[(1000, U64), (10, HALF)]) == 2004
    assert inherited(1000, to_children=[U64, U64], from_parents=[(7, U64)]) == 7


def test_root_stake_counts_by_its_weight():
    assert [total >> 64 for total in totals([100, 0], [0, 100], tao_weight=U64)] == [100, 100]
    assert totals([0], [100], tao_weight=0) == [0]


def test_amounts_beyond_63_bits_saturate():
    assert [total >> 64 for total in totals([2**64 - 1], [2**64 - 1], tao_weight=U64)] == [2**63 - 1]


def test_the_threshold_spares_the_owner():
    total = [9 << 64, 10 << 64, 9 << 64]
    assert shares(total, threshold=10, owner_uid=None) == [0, ONE, 0]
    assert shares(total, threshold=10, owner_uid=2) == [0, (10 << 32) // 19, (9 << 32) // 19]
    assert shares(total, threshold=11, owner_uid=None) == [0, 0, 0]


def test_among_equal_stakes_the_higher_uid_gets_the_permit():
    assert permits([5, 5, 5, 9], most=2, owner_uid=None).tolist() == [False, False, True, True]
    assert permits([5, 5, 5, 9], most=2, owner_uid=0).tolist() == [True, False, True, True]
    assert permits([0, 5], most=64, owner_uid=None).tolist() == [False, True]
