import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.errors import ConfigurationError, StateCorrupt
from taokit.scoring import Ema, EpochMean, Rank, Window, WinnerTakesAll, by_rank, forget, in_proportion, read_memory

RULES = [EpochMean(), Ema(alpha=0.25), Window(rounds=3), Rank(), WinnerTakesAll(over=Window(rounds=2))]
hotkeys = st.sampled_from([f"5Hot{letter}" for letter in "abcdefg"])
rounds = st.lists(st.dictionaries(hotkeys, st.floats(0, 1e308)), max_size=6)


def after(rule, *updates, epoch=0):
    memory = rule.start()
    for scores in updates:
        memory = rule.update(memory, scores, epoch=epoch)
    return memory


@pytest.mark.parametrize("rule", RULES)
@given(updates=rounds)
def test_shares_are_one_or_nothing_and_survive_json(rule, updates):
    memory = after(rule, *updates)
    shares = rule.split(memory)
    assert bool(shares) == any(score > 0 for score in rule.scores(memory).values())
    assert not shares or math.fsum(shares.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares.values())
    assert read_memory(json.loads(json.dumps(memory))) == memory


@pytest.mark.parametrize("rule", RULES)
@given(before=rounds, scores=st.dictionaries(hotkeys, st.floats(0, 1e6)))
def test_a_hotkey_left_out_keeps_its_score_and_the_old_memory_stays(rule, before, scores):
    memory = after(rule, *before)
    copy = json.dumps(memory)
    now = rule.scores(rule.update(memory, scores, epoch=1))
    assert {k: v for k, v in now.items() if k not in scores} == {
        k: v for k, v in rule.scores(memory).items() if k not in scores
    }
    assert json.dumps(memory) == copy


@pytest.mark.parametrize("rule", RULES)
def test_a_forgotten_hotkey_starts_like_a_new_one(rule):
    memory = forget(after(rule, {"a": 9.0, "b": 1.0}), ["a", "never seen"])
    assert rule.scores(memory) == {"b": 1.0}
    assert rule.scores(rule.update(memory, {"a": 2.0}))["a"] == 2.0


def test_an_epochs_rounds_are_averaged_and_a_new_epoch_starts_fresh():
    rule = EpochMean()
    memory = after(rule, {"a": 1.0, "b": 5.0}, {"a": 3.0}, epoch=7)
    assert rule.scores(memory) == {"a": 2.0, "b": 5.0}
    assert rule.scores(rule.update(memory, {"a": 10.0}, epoch=8)) == {"a": 10.0, "b": 5.0}


def test_a_moving_average_takes_its_first_score_in_full():
    rule = Ema(alpha=0.25)
    assert rule.scores(after(rule, {"a": 8.0}, {"a": 0.0}, {"a": 2.0})) == {"a": 5.0}  # 8, then 6, then 5


def test_a_window_is_the_mean_of_the_last_scores():
    assert Window(rounds=2).scores(after(Window(rounds=2), {"a": 9.0}, {"a": 1.0}, {}, {"a": 2.0})) == {"a": 1.5}
    assert Window(rounds=1).scores(after(Window(rounds=2), {"a": 1.0}, {"a": 2.0})) == {"a": 2.0}


def test_a_plain_rule_splits_in_proportion():
    assert in_proportion({"a": 3.0, "b": 1.0, "c": 0.0}) == {"a": 0.75, "b": 0.25, "c": 0.0}
    assert in_proportion({"a": 0.0}) == in_proportion({}) == {}
    assert in_proportion({"a": 1.7e308, "b": 1.7e308}) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"c": 1.0, "a": 3.0, "b": 2.0, "d": 0.5}, {"a": 0.6, "b": 0.3, "c": 0.1, "d": 0.0}),
        ({"a": 3.0, "b": 3.0, "c": 1.0}, {"a": 0.45, "b": 0.45, "c": 0.1}),
        ({"a": 3.0, "b": 1.0, "c": 1.0, "d": 1.0}, {"a": 0.6, "b": 0.4 / 3, "c": 0.4 / 3, "d": 0.4 / 3}),
        ({"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 0.0}),
        ({"a": 2.0, "b": 1.0, "cheat": 0.0}, {"a": 2 / 3, "b": 1 / 3, "cheat": 0.0}),
        ({"a": 0.0, "b": 0.0}, {}),
    ],
)
def test_places_are_paid_and_ties_share_theirs(scores, expected):
    assert by_rank(scores, (0.6, 0.3, 0.1)) == pytest.approx(expected)


def test_the_winner_takes_all():
    rule = WinnerTakesAll()
    assert rule.split(after(rule, {"a": 2.0, "b": 1.0})) == {"a": 1.0, "b": 0.0}
    assert rule.split(after(rule, {"a": 2.0, "b": 2.0})) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("score", [math.nan, math.inf, -1.0, -1e-300, "much", None])
def test_a_bad_score_is_refused_by_its_hotkey(score):
    with pytest.raises(ConfigurationError, match="5Hotkey"):
        EpochMean().update(EpochMean().start(), {"good": 1.0, "5Hotkey": score})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Ema(alpha=0),
        lambda: Ema(alpha=1.5),
        lambda: Ema(alpha=math.nan),
        lambda: Window(rounds=0),
        lambda: Rank(shares=()),
        lambda: Rank(shares=(0.1, 0.6)),
        lambda: Rank(shares=(0.5, -0.1)),
        lambda: Rank(shares=(0.0,)),
        lambda: Rank(shares=(math.nan, 0.1)),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_when_it_is_made(make):
    with pytest.raises(ConfigurationError):
        make()


def test_another_rules_memory_is_not_misread():
    with pytest.raises(ConfigurationError, match="remembered by ema"):
        Rank().split(after(Ema(alpha=1), {"a": 1.0}))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"version": 2, "kind": "ema", "kept": {}},
        {"version": 1, "kind": "ema", "kept": {"a": [math.nan]}},
        {"version": 1, "kind": "ema", "kept": {"a": []}},
        {"version": 1, "kind": "ema", "kept": {"a": [True]}},
    ],
)
def test_a_memory_that_does_not_read_back_is_corrupt(data):
    with pytest.raises(StateCorrupt):
        read_memory(data)
