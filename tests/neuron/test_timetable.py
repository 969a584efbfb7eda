from hypothesis import given
from hypothesis import strategies as st

from taokit.neuron.timetable import MARGIN, timetable


@given(st.integers(2, 50_400), st.integers(1, 40))
def test_rounds_ascend_and_come_before_the_weights_which_come_before_the_epoch(tempo, rounds):
    plan = timetable(tempo, rounds)
    assert len(plan.rounds) == rounds
    assert list(plan.rounds) == sorted(plan.rounds)
    assert plan.rounds[0] >= 1
    assert plan.rounds[-1] <= plan.weights
    assert plan.weights < tempo
    assert tempo <= 2 * MARGIN or plan.weights <= tempo - MARGIN


def test_a_round_is_due_once_and_missed_ones_are_left_out():
    plan = timetable(360, 4)
    first, second, third, _ = plan.rounds
    assert plan.due_round(first - 1, -1) is None
    assert plan.due_round(first, -1) == 0
    assert plan.due_round(first + 1, 0) is None
    assert plan.due_round(third, 0) == 2
    assert second < third


@given(st.integers(10, 1000), st.integers(1, 8), st.integers(0, 2000))
def test_nothing_lies_between_an_offset_and_the_next(tempo, rounds, offset):
    plan = timetable(tempo, rounds)
    following = plan.next_offset(offset, tempo)
    events = (*plan.rounds, plan.weights)
    assert not any(offset < event < following for event in events)
    assert following == tempo or following in events
    assert following > offset or following == tempo


@given(st.integers(2, 1000), st.integers(1, 8), st.integers(0, 1000), st.integers(1, 1000), st.booleans())
def test_what_is_announced_is_the_next_that_is_due(tempo, rounds, offset, left, sent):
    """Against a walk over the blocks of this epoch and the next."""
    plan = timetable(tempo, rounds)
    done, found = plan.due_round(offset, -1), None
    for ahead in range(1, left):
        if plan.due_round(offset + ahead, -1 if done is None else done) is not None:
            found = ("round", ahead)
        elif not sent and offset < plan.weights and plan.open_for_weights(offset + ahead, left - ahead):
            found = ("weights", ahead)
        if found:
            break
    found = found or next(("round", left + at) for at in range(tempo) if plan.due_round(at, -1) is not None)
    assert plan.coming(offset, left, sent=sent) == found


def test_without_a_further_epoch_nothing_comes_after_the_weights():
    plan = timetable(360, 1)
    assert plan.coming(0, None, sent=False) == ("round", plan.rounds[0])
    assert plan.coming(plan.rounds[0], None, sent=False) == ("weights", plan.weights - plan.rounds[0])
    assert plan.coming(plan.rounds[0], None, sent=True) is None
    assert plan.coming(plan.weights, None, sent=False) is None


@given(st.integers(20, 5000), st.floats(0.01, 0.99), st.integers(4, 30))
def test_weights_open_where_the_settings_say_and_close_with_the_margin(tempo, at, margin):
    plan = timetable(tempo, 1, weights_at=at, margin=margin)
    open = [offset for offset in range(tempo) if plan.open_for_weights(offset, tempo - offset)]
    assert open[0] == plan.weights <= max(1, int(tempo * at))
    assert open == list(range(plan.weights, open[-1] + 1))
    assert tempo - open[-1] == min(margin, tempo - plan.weights)
