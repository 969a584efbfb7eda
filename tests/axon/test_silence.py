import asyncio
import gc
import weakref

import pytest

from taokit.axon.silence import Silence


class Clock:
    """A loop that is at a moment of our choice, and has timers."""

    def __init__(self):
        self.now, self.timers, self.made = 0.0, [], 0

    def time(self):
        return self.now

    def call_at(self, when, call):
        self.made += 1
        timer = asyncio.TimerHandle(when, call, (), self)
        self.timers.append(timer)
        return timer

    def get_debug(self):
        return False

    def _timer_handle_cancelled(self, timer):
        self.timers.remove(timer)

    def go_to(self, moment):
        while due := [timer for timer in self.timers if timer.when() <= moment]:
            first = min(due, key=asyncio.TimerHandle.when)
            self.timers.remove(first)
            self.now = first.when()
            first._run()
        self.now = moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def silence(clock, heard):
    return Silence(clock, lambda: heard.append(clock.now))


def test_a_silence_that_lasts_too_long_is_over(clock, silence, heard):
    silence.begin(10)
    clock.go_to(9.9)
    assert heard == []
    clock.go_to(100)
    assert heard == [10]


def test_a_later_silence_takes_the_place_of_the_first(clock, silence, heard):
    silence.begin(10)
    clock.go_to(5)
    silence.begin(10)
    clock.go_to(100)
    assert heard == [15]


def test_a_shorter_one_is_not_missed(clock, silence, heard):
    silence.begin(60)
    silence.begin(2)
    clock.go_to(100)
    assert heard == [2]


def test_what_is_heard_ends_it(clock, silence, heard):
    silence.begin(10)
    silence.end()
    clock.go_to(100)
    assert heard == []
    silence.begin(10)
    clock.go_to(200)
    assert heard == [110]


@pytest.mark.parametrize(("first", "then", "at"), [(60, 10, 10), (5, 10, 5)])
def test_it_can_be_made_shorter_and_not_longer(clock, silence, heard, first, then, at):
    silence.begin(first)
    silence.shorten(then)
    clock.go_to(100)
    assert heard == [at]


def test_many_silences_cost_one_timer(clock, silence, heard):
    for moment in range(100):
        clock.go_to(moment / 100)
        silence.begin(10)
        silence.end()
    assert clock.made == 1


def test_who_stops_is_not_called_and_not_held(clock):
    class Owner:
        def __init__(self):
            self.silence = Silence(clock, self.over)

        def over(self):
            raise AssertionError("it was stopped")

    owner = Owner()
    owner.silence.begin(1)
    owner.silence.stop()
    owner.silence.begin(1)
    clock.go_to(100)
    there = weakref.ref(owner)
    gc.disable()
    try:
        del owner
        assert there() is None
    finally:
        gc.enable()
