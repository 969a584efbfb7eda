from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from taokit.chain import reads
from taokit.devnet import Devnet
from taokit.metagraph import Endpoint


@pytest.fixture(scope="module")
def graph():
    chain = Devnet.subnet(miners=2, validators=2).chain()
    row = {3: np.array([[1, 7], [0, 9]], dtype=np.uint16)}
    return replace(chain.read(reads.metagraph(1)), weights=row)


def test_equal_means_equal_in_everything(graph):
    again = replace(graph, weights={3: graph.weights[3].copy()}, emission=graph.emission.copy())
    assert graph == again
    assert graph != "a metagraph"
    assert graph != replace(graph, weights={})
    assert graph != replace(graph, weights={3: graph.weights[3][::-1]})
    for item in fields(graph):
        value = getattr(graph, item.name)
        if isinstance(value, np.ndarray) and len(value):
            changed = value.copy()
            changed[0] = not changed[0] if changed.dtype == bool else changed[0] + 1
            assert graph != replace(graph, **{item.name: changed}), item.name
    with pytest.raises(TypeError, match="unhashable"):
        hash(graph)


def test_nothing_in_it_can_be_changed(graph):
    with pytest.raises(FrozenInstanceError):
        graph.block = 5
    with pytest.raises(ValueError, match="read-only"):
        graph.stake[0] = 1


def test_uids_by_hotkey_and_rows_of_full_length(graph):
    assert [graph.uid_of(hotkey) for hotkey in graph.hotkeys] == list(graph.uids)
    assert graph.uid_of("nobody") is None
    assert graph.row(graph.weights, 3).tolist() == [9, 7, 0, 0, 0]
    assert graph.row(graph.weights, 1).tolist() == [0] * 5
    assert graph.share(np.array([0, 65535])).tolist() == [0.0, 1.0]
    assert graph.serving() == []


@pytest.mark.parametrize(
    ("ip", "port", "serving"),
    [
        ("1.2.3.4", 8091, True),
        ("2001:db8::7", 1, True),
        ("0.0.0.0", 0, False),
        ("0.0.0.0", 8091, False),
        ("::", 8091, False),
        ("1.2.3.4", 0, False),
    ],
)
def test_one_serves_who_has_an_address_and_a_port(ip, port, serving):
    assert Endpoint(ip, port).serving is serving
