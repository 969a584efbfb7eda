import sys
from xml.etree import ElementTree as ET

import pytest

from taokit.errors import ConfigurationError
from taokit.lab import line_chart


def chart(**series):
    return line_chart(series, x=range(3), x_label="epoch", y_label="share", size=(4, 3))


def test_a_chart_is_one_svg_element_that_fits_its_page():
    root = ET.fromstring(chart(a=[0, 1, 2], b=[2, 1, 0]))
    assert root.tag.endswith("svg")
    assert root.get("width") == "100%"
    assert root.get("height") is None
    assert root.get("viewBox")


def test_each_series_is_a_line_of_its_own():
    assert chart(a=[0, 1, 2], b=[2, 1, 0]).count("clip-path") > chart(a=[0, 1, 2]).count("clip-path")


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ConfigurationError) as caught:
        chart(a=[0, 1, 2])
    assert "taokit[lab]" in caught.value.hint


def test_of_many_lines_the_highest_are_named():
    text = chart(**{f"miner-{k}": [0, 0, k] for k in range(20)})
    assert "<!-- miner-19 -->" in text
    assert "<!-- miner-3 -->" not in text
    assert "<!-- 9 others -->" in text
