import json

import pytest

from graphs import graph
from taokit.errors import ConfigurationError
from taokit.neuron.scores import Scores
from taokit.scoring import Ema, EpochMean, Rank

RULE = Rank(shares=(0.7, 0.3), over=EpochMean())


def test_a_uid_that_changes_hands_inherits_nothing():
    before, after = graph("a", "b", "c"), graph("a", "x", "c", registered={1: 900})
    scores = Scores.start(RULE).scored(RULE, before, {1: 5.0, 2: 1.0}, epoch=1, round=0).seen(after)
    assert scores.weights(RULE, after) == {2: 1.0}
    assert "b" not in scores.memory["kept"]


def test_a_hotkey_that_moves_takes_its_score_along():
    before, after = graph("a", "b", "c"), graph("a", "c", "b", registered={1: 0, 2: 0})
    scores = Scores.start(RULE).scored(RULE, before, {1: 5.0, 2: 1.0}, epoch=1, round=0).seen(after)
    assert scores.weights(RULE, after) == {2: 0.7, 1: 0.3}


def test_a_hotkey_that_left_and_came_back_begins_anew():
    before, after = graph("a", "b"), graph("a", "b", registered={1: 900})
    scores = Scores.start(RULE).scored(RULE, before, {1: 5.0}, epoch=1, round=0)
    assert scores.seen(after).weights(RULE, after) == {}


def test_a_round_that_left_a_uid_out_keeps_its_score():
    rule, net = Ema(alpha=0.5), graph("a", "b", "c")
    scores = Scores.start(rule).scored(rule, net, {1: 1.0, 2: 1.0}, epoch=1, round=0)
    scores = scores.scored(rule, net, {2: 3.0}, epoch=1, round=1)
    assert rule.scores(scores.memory) == {"b": 1.0, "c": 2.0}


def test_burn_goes_to_the_owner_and_shares_still_add_up():
    net = graph("owner", "b", "c")
    scores = Scores.start(RULE).scored(RULE, net, {1: 5.0, 2: 1.0}, epoch=1, round=0)
    weights = scores.weights(RULE, net, burn=0.2)
    assert weights == pytest.approx({0: 0.2, 1: 0.56, 2: 0.24})


def test_nothing_is_burned_for_nobody():
    net = graph("owner", "b")
    assert Scores.start(RULE).weights(RULE, net, burn=0.2) == {}


def test_the_file_reads_back():
    scores = Scores.start(RULE).scored(RULE, graph("a", "b"), {1: 5.0}, epoch=3, round=2)
    assert Scores.from_json(json.loads(json.dumps(scores.to_json(RULE))), RULE) == scores


@pytest.mark.parametrize(
    ("given", "said"), [({9: 1.0}, "uid 9"), ({1: -1.0}, "uid 1 is -1.0"), ({1: float("nan")}, "uid 1 is nan")]
)
def test_a_score_that_makes_no_sense_is_named(given, said):
    with pytest.raises(ConfigurationError, match=said):
        Scores.start(RULE).scored(RULE, graph("a", "b"), given, epoch=1, round=0)


def test_what_a_hotkey_that_left_had_is_divided_among_those_who_stay_before_burning():
    before, after = graph("owner", "b", "c"), graph("owner", "b")
    scores = Scores.start(RULE).scored(RULE, before, {1: 5.0, 2: 1.0}, epoch=1, round=0)
    assert scores.weights(RULE, after, burn=0.5) == pytest.approx({0: 0.5, 1: 0.5})


def test_an_owner_that_mines_keeps_its_share_beside_what_is_burned():
    scores = Scores.start(RULE).scored(RULE, graph("owner", "b"), {0: 5.0, 1: 1.0}, epoch=1, round=0)
    assert scores.weights(RULE, graph("owner", "b"), burn=0.5) == pytest.approx({0: 0.85, 1: 0.15})


def test_who_was_left_out_of_the_last_round_is_still_known_when_it_leaves():
    before, after = graph("a", "b", "c"), graph("a", "x", "c", registered={1: 900})
    scores = Scores.start(RULE).scored(RULE, before, {1: 5.0, 2: 1.0}, epoch=1, round=0)
    scores = scores.scored(RULE, before, {2: 1.0}, epoch=1, round=1).seen(after)
    assert set(scores.memory["kept"]) == {"c"}
