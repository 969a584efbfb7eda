"""The report as a browser gets it."""

from html.parser import HTMLParser

import pytest

from epoch_rows import epoch, miner, validator
from taokit.cli.dev.report import render_report, write_report
from taokit.errors import ConfigurationError

NASTY = '<script src="http://evil.example/x.js">&"</script>'
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes, self.text, self.cells = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells.append(data)


@pytest.fixture(scope="module")
def page():
    rows = [
        epoch(
            [miner(1, NASTY), miner(2, "zlib", incentive=0.7)],
            [validator(5, NASTY), validator(6, "b")],
            number=number,
            bonds={NASTY: {NASTY: 0.25, "zlib": 1.0}, "b": {NASTY: 0.75}},
        )
        for number in (1, 2, 3)
    ]
    return Page(render_report(rows, title=NASTY, said=[f"said {NASTY}"]))


def test_every_tag_is_closed(page):
    assert page.open == []


def test_names_are_text(page):
    assert "script" not in page.tags
    assert page.cells.count(NASTY) == 2
    assert f"said {NASTY}" in page.text


def test_nothing_outside_is_asked_for(page):
    assert not {"link", "img", "iframe", "object", "image", "base"} & set(page.tags)
    links = [v for k, v in page.attributes if k in ("src", "href", "xlink:href", "data", "action")]
    assert all(link.startswith("#") for link in links), links
    styles = " ".join(page.text) + " ".join(str(v) for k, v in page.attributes if k == "style")
    assert "@import" not in styles
    assert "url(http" not in styles


def test_ids_that_are_referred_to_are_there(page):
    ids = {v for k, v in page.attributes if k == "id"}
    assert {v[1:] for k, v in page.attributes if k in ("href", "xlink:href")} <= ids


def test_there_is_a_chart_for_each_thing_promised(page):
    captions = " ".join(page.text)
    assert page.tags.count("svg") == 4 + 2  # one of bonds for each miner
    for word in ("incentive", "dividends", "bonds"):
        assert word in captions


def test_the_tables_hold_the_last_epoch(page):
    assert "0.300" in page.cells
    assert "5,000" in page.cells
    assert "3 epochs, up to block 1080" in page.text


def test_a_neuron_that_came_later_is_drawn_from_0():
    rows = [epoch([miner()]), epoch([miner(), miner(2, "late")], number=4)]
    assert "late" in render_report(rows, title="t", said=[])


def test_no_epoch_is_no_report(tmp_path):
    with pytest.raises(ConfigurationError, match="no epoch"):
        write_report(tmp_path / "r.html", [], title="t", said=[])


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot write"):
        write_report(tmp_path / "absent" / "r.html", [epoch()], title="t", said=[])
