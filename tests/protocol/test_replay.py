from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.errors import Busy, Replayed, Stale
from taokit.protocol import Replay

SECOND = 1_000_000_000


def key(nonce, format="btauth", sender="5A", uuid=""):
    return (format, sender, uuid, nonce)


def test_the_same_request_is_accepted_once():
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=10)
    with pytest.raises(Replayed):
        replay.accept(key(1), now_ns=10, until_ns=10)


@pytest.mark.parametrize("other", [key(2), key(1, format="legacy"), key(1, sender="5B"), key(1, uuid="u")])
def test_anything_that_differs_is_another_request(other):
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=10)
    replay.accept(other, now_ns=0, until_ns=10)
    assert len(replay) == 2


def test_what_is_stale_is_forgotten_soon():
    replay = Replay(limit=2)
    replay.accept(key(1), now_ns=0, until_ns=SECOND // 2)
    replay.accept(key(2), now_ns=0, until_ns=SECOND)
    with pytest.raises(Busy):
        replay.accept(key(3), now_ns=SECOND // 2, until_ns=2 * SECOND)
    replay.accept(key(3), now_ns=SECOND // 2 + SECOND // 10, until_ns=2 * SECOND)
    assert len(replay) == 2


@given(st.lists(st.tuples(st.integers(0, SECOND // 20), st.integers(0, 3 * SECOND)), max_size=60))
def test_what_is_fresh_is_never_forgotten(steps):
    replay, now, fresh = Replay(), 0, {}
    for nonce, (pause, age) in enumerate(steps):
        now += pause
        replay.accept(key(nonce), now_ns=now, until_ns=now + age)
        fresh = {one: until for one, until in fresh.items() if until >= now} | {nonce: now + age}
        for one, until in fresh.items():
            with pytest.raises(Replayed):
                replay.accept(key(one), now_ns=now, until_ns=until)


def test_a_clock_that_goes_back_reopens_nothing():
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=SECOND)
    replay.accept(key(2), now_ns=10 * SECOND, until_ns=11 * SECOND)
    with pytest.raises(Stale):
        replay.accept(key(1), now_ns=5, until_ns=SECOND)


@pytest.mark.parametrize(
    ("one", "said"),
    [(key(7), "sent nonce 7 "), (key(0, uuid="u-1"), "uuid u-1 "), (key(7, uuid="u"), "uuid u, nonce 7 ")],
)
def test_a_log_names_a_replay_by_what_its_format_has(one, said):
    replay = Replay()
    replay.accept(one, now_ns=0, until_ns=10)
    with pytest.raises(Replayed, match=said):
        replay.accept(one, now_ns=0, until_ns=10)


def test_a_clock_that_jumped_ahead_costs_no_more_than_what_it_forgot():
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=SECOND)
    replay.accept(key(2), now_ns=10**6 * SECOND, until_ns=(10**6 + 1) * SECOND)
    replay.accept(key(3), now_ns=2 * SECOND, until_ns=3 * SECOND)
    for known, until in ((1, SECOND), (3, 3 * SECOND)):
        with pytest.raises((Replayed, Stale)):
            replay.accept(key(known), now_ns=SECOND // 2, until_ns=until)


def test_what_came_too_late_is_stale():
    replay = Replay()
    replay.accept(key(1), now_ns=SECOND, until_ns=SECOND)
    with pytest.raises(Stale, match="too long"):
        replay.accept(key(2), now_ns=SECOND + 1, until_ns=SECOND)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8 * SECOND)), max_size=60))
def test_however_the_clock_jumps_nothing_is_accepted_twice(steps):
    replay, accepted = Replay(), []
    for nonce, now in steps:
        until = (nonce + 2) * SECOND
        with suppress(Replayed, Stale):
            replay.accept(key(nonce), now_ns=now, until_ns=until)
            accepted.append(nonce)
            assert until >= now
    assert len(accepted) == len(set(accepted))
