import pytest

from taokit.protocol.headers import header_lines


def test_each_header_is_a_line():
    assert header_lines([("a", "b"), ("c", "d: e")]) == "a: b\r\nc: d: e\r\n"
    assert header_lines([]) == ""


@pytest.mark.parametrize("value", ["x\ny: z", "x\r", "x\r\ny: z", "\n"])
def test_a_header_stays_within_its_line(value):
    with pytest.raises(ValueError, match="line break"):
        header_lines([("a", value), ("b", "c")])
