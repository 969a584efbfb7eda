import sys

import numpy as np
import pytest

from metagraphs import metagraph, u16, u64
from taokit.errors import ConfigurationError
from taokit.metagraph.table import descending


@pytest.fixture
def graph():
    return metagraph()


def test_every_column_has_an_entry_for_each_uid(graph):
    assert {len(column) for column in graph.columns.values()} == {5}
    assert graph.column("uid").tolist() == [0, 1, 2, 3, 4]
    assert graph.column("hotkey").tolist() == list(graph.hotkeys)
    assert graph.column("ip").tolist() == [endpoint.ip for endpoint in graph.endpoints]
    assert graph.column("port").tolist() == [0, 8000, 8001, 8002, 8003]
    assert graph.column("stake") is graph.stake


def test_a_column_that_was_not_read_is_no_column(graph):
    assert "validator_trust" in graph.columns
    assert "validator_trust" not in metagraph(validator_trust=u16()).columns


def test_a_wrong_name_is_told_with_the_nearest(graph):
    with pytest.raises(ConfigurationError, match="no column 'incentiv'") as caught:
        graph.column("incentiv")
    assert caught.value.hint == "did you mean incentive?"
    with pytest.raises(ConfigurationError) as caught:
        graph.top(3, "zzz")
    assert caught.value.hint.startswith("the columns are uid, hotkey")


def test_uids_by_mask(graph):
    assert graph.pick(graph.validator_permit & (graph.stake > 0)).tolist() == [1, 2]
    assert graph.pick(graph.incentive > 65534).tolist() == []
    with pytest.raises(ConfigurationError, match=r"a mask of \(2,\) entries does not fit 5 uids"):
        graph.pick(np.array([True, False]))


def test_uids_in_order_of_a_column(graph):
    assert graph.sort("incentive").tolist() == [3, 4, 0, 1, 2]
    assert graph.sort("incentive", ascending=True).tolist() == [0, 1, 2, 4, 3]
    assert graph.sort("stake").tolist()[:2] == [1, 2]  # 2**64 - 1 comes first: nothing is made signed
    assert graph.sort("hotkey", ascending=True).tolist() == [3, 4, 0, 1, 2]
    assert graph.sort("validator_permit").tolist() == [0, 1, 2, 3, 4]
    assert graph.sort("stake", among=[4, 2, 0]).tolist() == [2, 0, 4]


def test_the_most_of_a_column(graph):
    assert graph.top(1, "incentive").tolist() == [3]
    assert graph.top(2, "dividends", among=graph.pick(graph.validator_permit)).tolist() == [1, 2]
    assert graph.top(99, "incentive").tolist() == [3, 4, 0, 1, 2]
    assert graph.top(0, "incentive").tolist() == []


def test_equal_values_stay_in_order_whatever_they_are():
    draw = np.random.default_rng(1)
    for _ in range(50):
        column = draw.integers(0, 4, draw.integers(0, 30)).astype(np.uint64)
        wanted = sorted(range(len(column)), key=lambda uid: (-int(column[uid]), uid))
        assert descending(column).tolist() == wanted


def test_an_arrow_table_keeps_every_number(graph):
    table = graph.to_arrow()
    assert table.num_rows == 5
    assert table.column("alpha_stake").to_pylist() == [0, 2**64 - 1, 10**12, 0, 0]
    assert str(table.schema.field("incentive").type) == "uint16"
    assert str(table.schema.field("validator_permit").type) == "bool"
    few = graph.to_arrow(["uid", "hotkey"], uids=graph.top(2, "incentive"))
    assert few.to_pydict() == {"uid": [3, 4], "hotkey": ["m1", "m2"]}


def test_a_pandas_frame_is_indexed_by_uid(graph):
    frame = graph.to_pandas(["stake", "hotkey"], uids=[2, 1])
    assert frame.index.tolist() == [2, 1]
    assert frame.index.name == "uid"
    assert list(frame.columns) == ["stake", "hotkey"]
    assert frame.loc[1, "stake"] == 2**64 - 1
    assert "uid" not in graph.to_pandas().columns


@pytest.mark.parametrize(("library", "method"), [("pyarrow", "to_arrow"), ("pandas", "to_pandas")])
def test_a_library_that_is_missing_is_told_with_its_extra(graph, library, method, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigurationError, match=f"needs {library}") as caught:
        getattr(graph, method)()
    assert caught.value.hint == "install it: pip install 'taokit[lab]'"


def test_u64_columns_of_nothing_sort():
    assert descending(u64()).tolist() == []
