from dataclasses import replace
from html.parser import HTMLParser

import pytest

from taokit.lab.behaviours import row, timetable
from taokit.lab.catalogue import scenario
from taokit.lab.report import Run, retention_page, scenario_page
from taokit.lab.retention import retention
from taokit.lab.scenarios import play, under
from taokit.lab.sweep import run_sweep

pytest.importorskip("matplotlib")


class Page(HTMLParser):
    """What a page holds, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.cells, self.pictures, self.outside = [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.pictures += tag == "svg"
        self.outside += [value for name, value in attrs if name in ("src", "href") and not value.startswith("#")]

    def handle_data(self, data):
        self.cells.append(data)


def runs(name, *variants):
    told = scenario(name)
    return [Run(made, variant, play(made)) for variant in variants for made in (under(told, variant),)]


def test_bonds_of_several_mechanisms_are_told_apart():
    told = scenario("merge")
    twice = replace(told.initial, mechanisms=told.initial.mechanisms * 2)
    other = timetable(0, {0: row([1, 0], first=3)}, mechanism=1)
    both = replace(told, initial=twice, behaviours=(*told.behaviours, other), epochs=3)
    shown = scenario_page([Run(both, "3", play(both))])
    assert "Bonds on M2, mechanism 0." in shown
    assert "Bonds on M1, mechanism 1." in shown
    assert "mechanism" not in scenario_page([Run(told, "3", play(told, epochs=3))])


def test_a_storys_page_stands_alone_and_shows_what_everybody_earned():
    page = Page(scenario_page(runs("kappa-first", "2", "liquid")))
    assert page.outside == []
    assert page.pictures == 2 * (3 + 2)  # incentive, dividends and per stake, and the bonds on two miners
    assert {"1.0643", "0.7564", "0.7292", "1.0110", "0.9708", "0.9410"} <= set(page.cells)


def test_a_story_whose_stake_moves_shows_the_stake():
    assert "Each validator's share of all stake." in Page(scenario_page(runs("merge", "3"))).cells


@pytest.mark.parametrize("stakes", [(0.6,), (0.6, 0.8)])
def test_a_maps_page_names_the_required_utility(stakes):
    found = run_sweep(retention(scale=0.07, stakes=stakes, sigmas=(0.0,)))
    page = Page(retention_page(found, what="small"))
    assert page.pictures == 1
    assert "0.60" in page.cells
