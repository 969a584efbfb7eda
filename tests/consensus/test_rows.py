import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus.rows import dense, sparse
from taokit.errors import ConfigurationError

from .worlds import row_of

uids = st.lists(st.integers(0, 9), unique=True, max_size=10)
row = uids.flatmap(
    lambda found: st.lists(st.integers(0, 65535), min_size=len(found), max_size=len(found)).map(
        lambda values: row_of(list(zip(found, values, strict=True)))
    )
)


@given(st.dictionaries(st.integers(0, 9), row, min_size=1))
def test_rows_come_back_in_their_order(rows):
    lines = np.array(sorted(rows))
    back = sparse(dense(rows, lines, 10), lines)
    assert {uid: found.tolist() for uid, found in back.items()} == {u: r.tolist() for u, r in rows.items() if len(r)}


def test_ascending_rows_need_no_positions():
    rows = {0: row_of([(1, 5), (3, 0)]), 2: row_of([(0, 7)])}
    assert dense(rows, np.array([0, 2]), 4).position is None
    assert dense({0: row_of([(3, 0), (1, 5)])}, np.array([0]), 4).position is not None


def test_entries_beyond_the_subnet_are_dropped():
    found = dense({0: row_of([(1, 5), (4, 9)]), 1: row_of([(0, 2)])}, np.array([0, 1]), 4)
    assert found.values.tolist() == [[0, 5, 0, 0], [2, 0, 0, 0]]
    assert found.present.sum() == 2


def test_a_stored_zero_is_an_entry():
    found = dense({0: row_of([(1, 0)])}, np.array([0]), 2)
    assert found.present.tolist() == [[False, True]]


def test_a_uid_named_twice_is_refused():
    with pytest.raises(ConfigurationError, match="the row of uid 0 names uid 1 twice"):
        dense({0: row_of([(1, 5), (1, 5)])}, np.array([0]), 2)
