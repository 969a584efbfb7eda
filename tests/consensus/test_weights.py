from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import Submission, Submitter, refusal, stored, upscaled
from taokit.consensus.weights import within_limit

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
    ("submission", "name"),
    [
        (Submission([0, 2], [3, 1]), "MaxWeightExceeded"),
        (Submission([0, 2], [1, 1]), None),
        (Submission([1], [1]), None),  # `max_weight_limited` lets the caller's own uid pass
    ],
)
def test_no_uid_but_the_callers_own_gets_more_than_the_limit(submission, name):
    assert refusal(submission, replace(ANYONE, max_weights_limit=32768)) == name


@pytest.mark.parametrize(
    ("last_update", "block", "name"),
    [(900, 999, "SettingWeightsTooFast"), (900, 1000, None), (0, 1, None)],
)
def test_the_rate_limit_is_a_whole_wait_and_spares_who_never_set(last_update, block, name):
    limited = replace(ANYONE, last_update=last_update, block=block)
    assert refusal(Submission([0, 2], [1, 1]), limited) == name
    assert refusal(Submission([0, 2], [1, 1]), replace(limited, commit_reveal=True)) is None


def test_halves_round_up_but_for_what_the_rounded_factor_of_a_large_row_takes():
    assert upscaled([2, 1]) == [65535, 32768]
    # 6553.5 exactly, but above 32768 `vec_max_upscale_to_u16` multiplies by 65535 / 32770, rounded down before
    assert upscaled([32770, 3277]) == [65535, 6553]


@given(st.lists(st.integers(0, 65535), max_size=20))
def test_upscaled_rows_stay_as_they_are(values):
    once = upscaled(values)
    assert max(once, default=0) in (0, 65535)
    assert upscaled(once) == once
