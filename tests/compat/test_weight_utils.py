import json
from pathlib import Path

import numpy as np
import pytest

from taokit.compat.utils import weight_utils

RECORDED = json.loads((Path(__file__).parents[1] / "vectors/compat/weight_utils.json").read_text())


@pytest.mark.parametrize("one", RECORDED["normalize"])
def test_normalising_is_sdk_10s(one):
    assert weight_utils.normalize_max_weight(np.array(one["x"]), one["limit"]) == pytest.approx(one["y"], rel=1e-9)


@pytest.mark.parametrize("one", RECORDED["emit"])
def test_integers_are_sdk_10s(one):
    weights = np.array(one["weights"], dtype=np.float32)
    made = weight_utils.convert_weights_and_uids_for_emit(np.array(one["uids"]), weights)
    assert made == (one["kept"], one["values"])


@pytest.mark.parametrize("one", RECORDED["process"])
def test_processing_is_sdk_10s(one):
    uids, shares = weight_utils.process_weights(
        np.array(one["uids"]),
        np.array(one["weights"], dtype=np.float32),
        num_neurons=one["n"],
        min_allowed_weights=one["least"],
        max_weight_limit=one["limit"],
        exclude_quantile=one["quantile"],
    )
    assert uids.tolist() == one["kept"]
    assert shares == pytest.approx(one["shares"], rel=1e-5)


@pytest.mark.parametrize(
    ("uids", "weights"), [([0, 1], [1.0]), ([0], [-1.0]), ([-1], [1.0]), ([0, 1], [float("nan"), 1.0])]
)
def test_what_no_chain_holds_is_refused(uids, weights):
    with pytest.raises(ValueError):
        weight_utils.convert_weights_and_uids_for_emit(uids, weights)


def test_a_uid_named_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        weight_utils.convert_and_normalize_weights_and_uids([3, 3], [0.5, 0.5])


def test_rows_from_the_chain_are_shares():
    assert weight_utils.convert_weight_uids_and_vals_to_tensor(4, [1, 3], [1, 3]).tolist() == [0, 0.25, 0, 0.75]
