import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus.bonds import Sigmoid, for_bonds, rates, visible
from taokit.consensus.scalar import ONE, ratio, truncated

from . import reference
from .worlds import recorded


def test_liquid_rates_agree_with_the_chains():
    rows = [row for vector in recorded("primitives") for row in vector["rows"] if row[0] == "liquid_alpha"]
    consensus, weight, bond, low, high, steepness = np.array(
        [[int(x) for x in arguments] for _, arguments, _ in rows]
    ).T
    slope = np.array([truncated(int(value) << 32, -100) for value in steepness])
    sigmoid = Sigmoid(low=(low << 32) // 65535, high=(high << 32) // 65535, slope=slope)
    found = rates(weight[:, None, None], bond[:, None, None], consensus[:, None], sigmoid)
    assert found[:, 0, 0].tolist() == [int(result) for _, _, result in rows]


def test_a_low_rate_above_the_high_one_wins():
    sigmoid = Sigmoid(low=np.asarray(ratio(60000)), high=np.asarray(ratio(100)), slope=np.asarray(-10 * ONE))
    weights = np.array([[0, ONE // 3, ONE]])
    assert rates(weights, weights, np.array([0, 0, 0]), sigmoid).tolist() == [[ratio(60000)] * 3]


@given(st.lists(st.integers(0, 11), unique=True, max_size=12))
def test_a_line_shows_what_a_reader_finds_that_only_moves_forward(uids):
    values, present, position = (
        np.zeros((1, 12), dtype=np.int64),
        np.zeros((1, 12), dtype=bool),
        np.zeros((1, 12), dtype=np.int64),
    )
    for at, uid in enumerate(uids):
        values[0, uid], present[0, uid], position[0, uid] = uid + 100, True, at
    expected = reference.cursor([(uid, uid + 100) for uid in uids], 12)
    assert visible(values, present, position)[0].tolist() == expected


def test_the_penalty_chooses_between_stored_and_clipped_entries():
    weights, clipped = np.array([[0, ONE, ONE // 2]]), np.array([[0, 0, ONE // 4]])
    present = np.array([[True, True, True]])
    pattern = {
        penalty: for_bonds(weights, clipped, present, np.asarray(ratio(penalty)), None).present[0].tolist()
        for penalty in (0, 32768, 65535)
    }
    assert pattern == {0: [True, True, True], 32768: [False, True, True], 65535: [True, False, True]}
