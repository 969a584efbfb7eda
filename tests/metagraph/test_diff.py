from dataclasses import replace

import numpy as np
import pytest

from metagraphs import metagraph, rows, u64
from taokit.errors import ConfigurationError
from taokit.metagraph import Diff, Endpoint, EpochRan, HandedOver, Joined, Left, Moved, WeightsChanged, diff

BEFORE = metagraph()
PER_UID = [name for name, value in vars(BEFORE).items() if isinstance(value, np.ndarray)]


def first(graph, n):
    """The same subnet with fewer uids."""
    cut = {name: getattr(graph, name)[:n].copy() for name in (*PER_UID,)}
    return replace(graph, hotkeys=graph.hotkeys[:n], coldkeys=graph.coldkeys[:n], endpoints=graph.endpoints[:n], **cut)


def test_nothing_that_lasts_changed():
    later = metagraph(block=5001, block_hash=bytes(32), blocks_since_last_step=101, stake=u64(9, 9, 9, 9, 9))
    assert diff(BEFORE, later) == Diff()
    assert not diff(BEFORE, later)
    assert list(diff(BEFORE, later)) == []


def test_who_joined_and_who_left():
    few = first(BEFORE, 3)
    assert list(diff(few, BEFORE)) == [Joined(3, "m1", "c3"), Joined(4, "m2", "c4")]
    assert list(diff(BEFORE, few)) == [Left(3, "m1", "c3"), Left(4, "m2", "c4")]


def test_a_uid_that_was_registered_by_another():
    after = metagraph(
        hotkeys=("owner", "v1", "v2", "m1", "new"),
        coldkeys=("cold", "c1", "c2", "c3", "c9"),
        block_at_registration=u64(0, 1, 1, 10, 4999),
        last_update=u64(0, 4899, 4899, 10, 4999),
        endpoints=(*BEFORE.endpoints[:4], Endpoint("0.0.0.0", 0)),
    )
    assert list(diff(BEFORE, after)) == [HandedOver(4, "m2", "new", ("c4", "c9"), registered=True)]


def test_a_key_that_was_swapped_keeps_its_registration():
    after = metagraph(hotkeys=("owner", "v1", "v2", "m1", "new"))
    assert list(diff(BEFORE, after)) == [HandedOver(4, "m2", "new", ("c4", "c4"), registered=False)]


def test_a_neuron_that_came_back_is_another_one():
    after = metagraph(block_at_registration=u64(0, 1, 1, 10, 4999))
    assert list(diff(BEFORE, after)) == [HandedOver(4, "m2", "m2", ("c4", "c4"), registered=True)]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Endpoint("10.0.0.2", 8003), True),
        (Endpoint("10.0.0.1", 9), True),
        (Endpoint("0.0.0.0", 0), True),
        (Endpoint("10.0.0.1", 8003, block=99, version=7), False),
    ],
)
def test_a_place_is_an_address_and_a_port(place, told):
    after = metagraph(endpoints=(*BEFORE.endpoints[:4], place))
    assert list(diff(BEFORE, after)) == ([Moved(4, "m2", BEFORE.endpoints[4], place)] if told else [])


def test_weights_that_were_set_committed_or_revealed():
    committed = metagraph(last_update=u64(0, 4990, 4899, 10, 10))
    revealed = metagraph(weights={1: rows((3, 1), (4, 65535)), 2: BEFORE.weights[2]})
    gone = metagraph(weights={1: BEFORE.weights[1]})
    assert list(diff(BEFORE, committed)) == [WeightsChanged(1, "v1", 4990, shown=False)]
    assert list(diff(BEFORE, revealed)) == [WeightsChanged(1, "v1", 4899, shown=True)]
    assert list(diff(BEFORE, gone)) == [WeightsChanged(2, "v2", 4899, shown=True)]


def test_an_epoch_comes_first():
    after = metagraph(last_step=5260, last_update=u64(0, 4990, 4899, 10, 10))
    assert [type(change) for change in diff(BEFORE, after)] == [EpochRan, WeightsChanged]
    assert diff(BEFORE, after).epoch == EpochRan(5260)


def test_two_subnets_are_not_compared():
    with pytest.raises(ConfigurationError, match="subnets 7 and 8 are not compared"):
        diff(BEFORE, metagraph(netuid=8))
