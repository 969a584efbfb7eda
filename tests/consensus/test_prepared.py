import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import WeightLimits, prepare
from taokit.consensus.weights import within_limit
from taokit.errors import ConfigurationError


def test_every_uid_is_sent_ascending_with_explicit_zeros():
    prepared = prepare({2: 0.5, 0: 1.0}, 4)
    assert prepared.uids.tolist() == [0, 1, 2, 3]
    assert prepared.values.tolist() == [65535, 0, 32768, 0]  # 32767.5 rounds half to even
    assert prepare([0.5, 0.25], 2).values.tolist() == [65535, 32768]


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=20))
def test_prepared_weights_reach_the_top_and_keep_their_order(weights):
    values = prepare(weights, len(weights)).values
    assert values.max() == 65535
    assert np.all(np.diff(values[np.argsort(weights)].astype(int)) >= 0)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({4: 1.0}, "uid 4 has a weight, but the subnet has only 4 uids"),
        ({-1: 1.0}, "uid -1 has a weight"),
        ([1.0], "1 weights for a subnet of 4 uids"),
        ([1.0, -0.1, 0, 0], "the weight of uid 1 is negative"),
        ({2: float("nan")}, "the weight of uid 2 is not finite"),
        ({3: float("inf")}, "the weight of uid 3 is not finite"),
        ({}, "no uid has any weight"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused(weights, message):
    with pytest.raises(ConfigurationError, match=message):
        prepare(weights, 4)


def shares(weights, **limits):
    """What is prepared, as parts of a whole."""
    values = prepare(weights, len(weights), limits=WeightLimits(**limits)).values.astype(float)
    return values / values.sum()


# what `normalize_max_weight` of bittensor 10.5 returns for these, to six decimals
@pytest.mark.parametrize(
    ("weights", "limit", "expected"),
    [
        ([0.7, 0.2, 0.06, 0.04], 0.4, [0.4, 0.4, 0.12, 0.08]),
        ([0.7, 0.2, 0.06, 0.04], 0.5, [0.5, 0.333333, 0.1, 0.066667]),
        ([0.3, 0.3, 0.2, 0.2], 0.5, [0.3, 0.3, 0.2, 0.2]),
        ([0.9, 0.05, 0.05], 0.3, [0.333333, 0.333333, 0.333333]),
    ],
)
def test_the_largest_are_cut_to_one_level(weights, limit, expected):
    assert shares(weights, max_share=limit) == pytest.approx(expected, abs=5e-5)
    assert shares([0.0, *weights, 0.0], max_share=limit) == pytest.approx([0.0, *expected, 0.0], abs=5e-5)


@given(st.lists(st.floats(1e-12, 1e12), min_size=2, max_size=40), st.integers(1, 65535))
def test_a_capped_row_passes_the_chains_limit_wherever_one_can(weights, limit):
    sent = prepare(weights, len(weights), limits=WeightLimits(max_share=limit / 65535)).values
    assert sent.max() == 65535
    if limit * len(weights) >= 65535:
        assert within_limit(sent.tolist(), limit)
    else:
        assert set(sent.tolist()) == {65535}


def test_too_few_uids_with_weight_give_everybody_a_floor():
    sent = prepare({1: 0.75, 3: 0.25}, 5, limits=WeightLimits(min_allowed_weights=3)).values
    assert sent.tolist() == [1, 65535, 1, 21846, 1]  # 0.25001 / 0.75001 of 65535 is 21845.58
    assert prepare({1: 0.75, 3: 0.25}, 5, limits=WeightLimits(min_allowed_weights=2)).values[0] == 0


def test_the_floor_does_not_depend_on_the_scale():
    limits = WeightLimits(min_allowed_weights=3)
    rows = [prepare([8 * scale, 0, scale], 3, limits=limits).values.tolist() for scale in (1e-9, 1.0, 1e9)]
    assert rows[0] == rows[1] == rows[2]


@pytest.mark.parametrize(("quantile", "kept"), [(0.0, 4), (0.5, 2), (0.9, 1), (1.0, 1)])
def test_the_lowest_weights_are_left_out(quantile, kept):
    sent = prepare([0.4, 0.3, 0.2, 0.1, 0], 5, limits=WeightLimits(exclude_quantile=quantile)).values
    assert np.count_nonzero(sent) == kept
    assert sent[0] == 65535


def test_as_many_uids_keep_their_weight_as_the_subnet_asks_for():
    limits = WeightLimits(exclude_quantile=0.9, min_allowed_weights=3)
    assert np.count_nonzero(prepare([0.4, 0.3, 0.2, 0.1, 0], 5, limits=limits).values) == 3


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_share": 0}, "max_share is 0: it must lie above 0"),
        ({"max_share": float("nan")}, "max_share is nan"),
        ({"max_share": 1.5}, "max_share is 1.5"),
        ({"exclude_quantile": -0.1}, "exclude_quantile is -0.1, outside 0 to 1"),
        ({"min_allowed_weights": -1}, "min_allowed_weights is -1, outside 0 to 65535"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(limits, message):
    with pytest.raises(ConfigurationError, match=message):
        prepare([1.0], 1, limits=WeightLimits(**limits))
