from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import Submission, Submitter, prepare, refusal, stored, upscaled
from taokit.consensus.weights import within_limit
from taokit.errors import ConfigurationError

from .worlds import recorded

VECTORS = recorded("weights")[0]


def test_upscaling_agrees_with_the_chains():
    for row in VECTORS["upscale"]:
        assert upscaled(row["values"]) == row["upscaled"]
        assert within_limit(row["values"], row["limit"]) == row["within"]


def submitter(rules):
    named = {"version_key": "weights_version", "max_weight_limit": "max_weights_limit"}
    state = {named.get(name, name): value for name, value in rules.items() if name != "registered"}
    return Submitter(**state | {"uid": rules["uid"] if rules["registered"] else None})


def test_the_first_failing_check_has_the_chains_name():
    for case in VECTORS["checks"]:
        submission = Submission(case["uids"], case["values"], case["version_key"], mechanism=case["mechanism"])
        assert refusal(submission, submitter(case["rules"])) == case["error"]
        if case["error"] is None:
            assert stored(submission).tolist() == case["stored"]


ANYONE = Submitter(
    n=3,
    uid=1,
    validator_permit=True,
    owner_uid=None,
    stake=10,
    stake_threshold=10,
    min_allowed_weights=2,
    weights_version=0,
    commit_reveal=False,
    last_update=0,
    block=1,
    rate_limit=100,
)


@pytest.mark.parametrize(
    ("submission", "name"),
    [
        (Submission([0, 2], [1, 1]), None),
        (Submission([0, 2], [1, 1], netuid=0), "CanNotSetRootNetworkWeights"),
        (Submission([0, 3], [1, 1]), "UidVecContainInvalidOne"),
        (Submission([1], [1]), None),  # the caller's own uid alone
        (Submission([2], [1]), "WeightVecLengthIsLow"),
    ],
)
def test_a_row_on_the_edge_of_the_rules(submission, name):
    assert refusal(submission, ANYONE) == name


@pytest.mark.parametrize(
    ("last_update", "block", "name"),
    [(900, 999, "SettingWeightsTooFast"), (900, 1000, None), (0, 1, None)],
)
def test_the_rate_limit_is_a_whole_wait_and_spares_who_never_set(last_update, block, name):
    limited = replace(ANYONE, last_update=last_update, block=block)
    assert refusal(Submission([0, 2], [1, 1]), limited) == name
    assert refusal(Submission([0, 2], [1, 1]), replace(limited, commit_reveal=True)) is None


@given(st.lists(st.integers(0, 65535), max_size=20))
def test_upscaled_rows_stay_as_they_are(values):
    once = upscaled(values)
    assert max(once, default=0) in (0, 65535)
    assert upscaled(once) == once


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
