from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.worlds import drawn
from taokit.consensus.epoch import run
from taokit.consensus.subnet import load
from taokit.lab.batch import apart, bucket, filled, leaves, mapped, together


def same(one, other):
    pairs = zip(leaves(one), leaves(other), strict=True)
    return all(left.dtype == right.dtype and np.array_equal(left, right) for left, right in pairs)


@pytest.mark.parametrize(
    ("size", "wide"), [(0, 1), (1, 1), (2, 2), (3, 3), (5, 6), (7, 8), (64, 64), (65, 96), (97, 128), (256, 256)]
)
def test_sizes_are_padded_to_few(size, wide):
    assert bucket(size) == wide


@given(st.integers(1, 4096))
def test_padding_never_cuts_and_never_wastes_half(size):
    assert size <= bucket(size) < 2 * size
    assert bucket(bucket(size)) == bucket(size)


@given(st.integers(0, 2**32), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_members_get_in_a_batch_what_they_get_alone(seed, yuma3, liquid_alpha):
    members = [load(drawn(seed + at)).inputs for at in range(5)]
    batch = together(members)
    assert batch.stake.shape[0] == 5
    flags = {"yuma3": yuma3, "liquid_alpha": liquid_alpha}
    for member, found in zip(members, apart(run(batch, **flags), members), strict=True):
        alone = run(member, **flags)
        if alone.bonds.position is None and found.bonds.position is not None:  # another member's rows are unordered
            n = member.stake.shape[0]
            assert np.all(np.diff(np.where(found.bonds.present, found.bonds.position, np.arange(n))) > 0)
            found = replace(found, bonds=replace(found.bonds, position=None))
        assert same(alone, found)


def test_a_batch_in_which_every_row_ascends_keeps_no_order():
    ordered = [one for one in (load(drawn(seed)).inputs for seed in range(60)) if one.order is None]
    assert together(ordered).order is None
    assert together([*ordered, load(drawn(3)).inputs]).order is not None or load(drawn(3)).inputs.order is None


def test_a_record_is_the_same_after_it_was_taken_to_pieces():
    inputs = load(drawn(4)).inputs
    assert same(filled(inputs, iter(leaves(inputs))), inputs)
    assert not any(leaf.any() for leaf in leaves(mapped(inputs, np.zeros_like)))
    assert mapped(None, lambda _: 1) is None
