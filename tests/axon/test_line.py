import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from taokit.axon.line import Line
from taokit.errors import Busy


async def joined(line, *who):
    return [line.join(hotkey, priority) for hotkey, priority in who]


async def test_the_next_is_the_highest_priority_and_among_equals_the_first():
    line = Line(10)
    waiters = await joined(line, ("a", 1.0), ("b", 2.0), ("c", 2.0), ("d", 0.0))
    order = [line.one(Counter(), 1) for _ in range(4)]
    assert order == [waiters[1], waiters[2], waiters[0], waiters[3]]
    assert line.one(Counter(), 1) is None


async def test_a_hotkey_that_runs_its_share_lets_others_pass():
    line = Line(10)
    rich, poor = await joined(line, ("rich", 9.0), ("poor", 1.0))
    assert line.one(Counter(rich=2), 2) is poor
    assert line.one(Counter(rich=2), 2) is rich


async def test_a_full_line_drops_its_lowest_priority():
    line = Line(2)
    low, high, middle = await joined(line, ("low", 1.0), ("high", 3.0), ("middle", 2.0))
    assert isinstance(low.called.exception(), Busy)
    assert list(line) == [high, middle]


async def test_a_full_line_drops_the_newcomer_among_equals():
    line = Line(2)
    *first, last = await joined(line, ("a", 1.0), ("b", 1.0), ("c", 1.0))
    assert list(line) == first
    assert last.called.exception().retry_after == 1.0


async def test_a_hotkey_that_holds_more_than_half_makes_room_whatever_its_priority():
    line = Line(4)
    rich = await joined(line, *[("rich", 9.0)] * 4)
    (poor,) = await joined(line, ("poor", 1.0))
    assert list(line) == [*rich[:3], poor]
    assert rich[3].called.exception() is not None


async def test_who_left_is_not_called():
    line = Line(4)
    first, second = await joined(line, ("a", 1.0), ("b", 1.0))
    line.leave(first)
    line.leave(first)
    assert line.one(Counter(), 1) is second


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=40), st.integers(1, 8), st.integers(1, 9)
)
def test_a_line_is_sorted_and_bounded_and_a_batch_gives_each_its_turn(who, limit, count):
    async def check():
        line = Line(limit)
        waiters = await joined(line, *((hotkey, float(priority)) for hotkey, priority in who))
        assert len(line) == min(limit, len(who))
        assert [w for w in waiters if not w.called.done()] == sorted(line, key=lambda w: w.number)
        assert list(line) == sorted(line, key=lambda w: (-w.priority, w.number))
        held = Counter(waiter.hotkey for waiter in line)
        taken = Counter(waiter.hotkey for waiter in line.several(count))
        assert taken.total() == min(count, held.total())
        for hotkey, number in taken.items():  # nobody got two more than another who had more to give
            assert all(number - taken[other] <= 1 or taken[other] == held[other] for other in held), hotkey
        for waiter in waiters:
            waiter.called.cancelled() or (waiter.called.done() and waiter.called.exception())

    asyncio.run(check())
