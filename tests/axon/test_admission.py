import asyncio

import pytest

from taokit.axon import Caller
from taokit.axon.admission import Admission
from taokit.errors import Busy

STAKE = {"low": 1.0, "middle": 2.0, "high": 3.0}


def of(hotkey):
    return Caller(hotkey, "btauth", "127.0.0.1", 0, "r-1")


def soon(seconds=60.0):
    return asyncio.get_running_loop().time() + seconds


async def visitors(queue, order, *hotkeys):
    """A task for each hotkey, that notes its turn and gives its place back."""

    async def visit(hotkey):
        if not queue.enter_now(hotkey):
            await queue.wait(of(hotkey), ends_at=soon())
        order.append(hotkey)
        queue.leave(hotkey)

    tasks = [asyncio.create_task(visit(hotkey)) for hotkey in hotkeys]
    await asyncio.sleep(0)
    return tasks


async def test_who_waits_is_called_by_priority():
    queue, order = Admission(1, waiting=9, priority=lambda caller: STAKE[caller.hotkey]), []
    assert queue.enter_now("first")
    tasks = await visitors(queue, order, "low", "high", "middle", "high")
    assert (queue.running, queue.waiting) == (1, 4)
    queue.leave("first")
    await asyncio.gather(*tasks)
    assert order == ["high", "high", "middle", "low"]
    assert (queue.running, queue.waiting) == (0, 0)


async def test_without_priorities_the_first_comes_first():
    queue, order = Admission(1, waiting=9), []
    queue.enter_now("x")
    tasks = await visitors(queue, order, "c", "a", "b")
    queue.leave("x")
    await asyncio.gather(*tasks)
    assert order == ["c", "a", "b"]


async def test_nobody_overtakes_who_waits():
    queue, order = Admission(1, waiting=9), []
    queue.enter_now("x")
    tasks = await visitors(queue, order, "a")
    assert not queue.enter_now("late")
    queue.leave("x")
    await asyncio.gather(*tasks)


async def test_a_full_line_sends_the_lowest_priority_away():
    queue, order = Admission(1, waiting=2, priority=lambda caller: STAKE[caller.hotkey]), []
    queue.enter_now("x")
    tasks = await visitors(queue, order, "low", "middle", "high")
    queue.leave("x")
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], Busy)
    assert order == ["high", "middle"]


async def test_who_waits_past_its_deadline_is_refused_without_running():
    queue = Admission(1, waiting=2)
    queue.enter_now("x")
    with pytest.raises(Busy, match="deadline"):
        await queue.wait(of("a"), ends_at=soon(0.001))
    assert queue.waiting == 0
    queue.leave("x")
    await queue.idle()


async def test_a_place_that_was_given_to_somebody_who_left_goes_to_the_next():
    queue, order = Admission(1, waiting=9), []
    queue.enter_now("x")
    gone, stays = await visitors(queue, order, "gone", "stays")
    queue.leave("x")  # gives the place to `gone`, which is cancelled before it runs again
    gone.cancel()
    await stays
    await asyncio.wait([gone])
    assert order == ["stays"]
    assert queue.running == 0


async def test_a_hotkey_with_half_of_the_places_waits_for_others():
    queue, order = Admission(2, waiting=9, priority=lambda caller: STAKE[caller.hotkey]), []
    queue.enter_now("high")
    queue.enter_now("low")
    tasks = await visitors(queue, order, "high", "low")
    queue.leave("low")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert order[0] == "low"
    queue.leave("high")
    await asyncio.gather(*tasks)


async def test_it_is_idle_when_nothing_runs():
    queue = Admission(2, waiting=0)
    queue.enter_now("a")
    waiting = asyncio.create_task(queue.idle())
    await asyncio.sleep(0)
    assert not waiting.done()
    queue.leave("a")
    await waiting
