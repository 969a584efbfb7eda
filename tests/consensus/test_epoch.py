from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.consensus.bonds import Order
from taokit.consensus.epoch import Inputs, consensus, run
from taokit.consensus.scalar import ONE, ratio
from taokit.consensus.subnet import load

from . import reference
from .worlds import drawn

PADDED = (10, 11)  # lines, uids: more than a drawn subnet has


def test_of_two_equal_halves_one_supports_a_report_until_more_than_half_is_asked():
    votes, weights = np.array([ONE // 2, ONE // 2]), np.array([[10, 0], [20, 0]])
    assert consensus(votes, weights, kappa=np.asarray(ratio(32768))).tolist() == [10, 0]
    assert consensus(votes, weights, kappa=np.asarray(ONE // 2)).tolist() == [20, 0]


@given(st.data())
@settings(deadline=None)
def test_consensus_agrees_with_a_search_through_all_reports(data):
    lines, batch = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    vote = st.sampled_from([0, 0, 1, 3, ONE // 4, ONE // 4, ONE // 8])
    report = st.sampled_from([0, 0, 1, 5, 7, ONE])
    votes = np.array(
        data.draw(st.lists(st.lists(vote, min_size=lines, max_size=lines), min_size=batch, max_size=batch))
    )
    flat = data.draw(st.lists(report, min_size=batch * lines * 3, max_size=batch * lines * 3))
    weights = np.array(flat).reshape(batch, lines, 3)
    kappa = np.array(data.draw(st.lists(st.sampled_from([0, ONE // 4, ONE // 2, ONE]), min_size=batch, max_size=batch)))
    found = consensus(votes, weights, kappa=kappa)
    for member in range(batch):
        minority = int(votes[member].sum() - kappa[member])
        for uid in range(3):
            scores = weights[member, :, uid].tolist()
            assert found[member, uid] == reference.median(votes[member].tolist(), scores, minority)


def widened(values, shape, fill=0):
    return np.pad(
        values, [(0, wide - size) for size, wide in zip(values.shape, shape, strict=True)], constant_values=fill
    )


def padded(inputs):
    """The same subnet with lines and columns that hold nothing."""
    lines, uids = PADDED
    none = np.where(inputs.line == inputs.votes.shape[0], lines, inputs.line)
    order = inputs.order or Order(
        weights=np.broadcast_to(np.arange(inputs.weights.shape[1]), inputs.weights.shape),
        bonds=np.broadcast_to(np.arange(inputs.weights.shape[1]), inputs.weights.shape),
        has_bond=inputs.bonds > 0,
    )
    return Inputs(
        stake=widened(inputs.stake, [uids]),
        votes=widened(inputs.votes, [lines]),
        line=widened(none, [uids], fill=lines),
        weights=widened(inputs.weights, PADDED),
        has_weight=widened(inputs.has_weight, PADDED, fill=False),
        bonds=widened(inputs.bonds, PADDED),
        emission=inputs.emission,
        parameters=inputs.parameters,
        order=Order(**{name: widened(getattr(order, name), PADDED) for name in ("weights", "bonds", "has_bond")}),
    )


def combined(values, join):
    """A record of arrays from records of arrays, field by field."""
    if is_dataclass(values[0]):
        names = [field.name for field in fields(values[0])]
        return type(values[0])(**{name: combined([getattr(v, name) for v in values], join) for name in names})
    return join(values)


def flattened(record):
    if is_dataclass(record):
        return [leaf for field in fields(record) for leaf in flattened(getattr(record, field.name))]
    return [record]


@given(st.integers(0, 2**32), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_batch_gives_each_member_what_it_gets_alone(seed, yuma3, liquid_alpha):
    alone = [load(drawn(seed + at)).inputs for at in range(4)]
    members = [padded(inputs) for inputs in alone]
    batch = combined(members, lambda values: np.reshape(np.stack(values), (2, 2, *values[0].shape)))
    together = run(batch, yuma3=yuma3, liquid_alpha=liquid_alpha)
    for at, inputs in enumerate(alone):
        own = run(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha)
        member = combined([together], lambda values, at=at: None if values[0] is None else values[0][divmod(at, 2)])
        for expected, found in zip(flattened(own), flattened(member), strict=True):
            if expected is not None:
                corner = tuple(slice(size) for size in expected.shape)
                assert np.array_equal(found[corner], expected)


def test_an_epoch_does_not_change_its_inputs():
    inputs = load(drawn(5)).inputs
    before = [np.array(leaf) for leaf in flattened(inputs) if leaf is not None]
    run(inputs, yuma3=True, liquid_alpha=True)
    after = [leaf for leaf in flattened(inputs) if leaf is not None]
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("yuma3", [False, True])
def test_shares_never_add_up_to_more_than_one(yuma3):
    for seed in range(50):
        epoch = run(load(drawn(seed)).inputs, yuma3=yuma3, liquid_alpha=True)
        for shares in (epoch.active_stake, epoch.incentive, epoch.dividends):
            assert 0 <= shares.sum() <= ONE
        assert np.all((epoch.bonds.values >= 0) & (epoch.bonds.values <= 65535))
