import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.devnet.scale import compact, read_compact


@given(number=st.integers(0, 2**256))
def test_compact_integers_come_back(number):
    assert read_compact(compact(number), 0) == (number, len(compact(number)))


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(0, "00"), (1, "04"), (63, "fc"), (64, "0101"), (16383, "fdff"), (16384, "02000100"), (1 << 30, "0300000040")],
)
def test_compact_integers_as_the_format_defines_them(number, wanted):
    assert compact(number).hex() == wanted
