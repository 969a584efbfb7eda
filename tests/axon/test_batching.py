import asyncio
import math

import pytest

from taokit.axon import Batch, Caller
from taokit.axon.batching import Batcher
from taokit.errors import Busy, ConfigurationError, Forbidden


def of(hotkey):
    return Caller(hotkey, "btauth", "127.0.0.1", 0, "r-1")


def asking(batcher, *items):
    """A task for each (hotkey, message), in line in this order."""
    return [asyncio.create_task(batcher(message, of(hotkey))) for hotkey, message in items]


def doubling(calls):
    async def call(messages):
        calls.append(list(messages))
        return [2 * message for message in messages]

    return call


async def test_a_full_batch_goes_at_once_and_answers_find_their_callers():
    calls = []
    tasks = asking(Batcher(doubling(calls), Batch(size=3, wait_ms=60_000)), ("a", 1), ("b", 2), ("c", 3))
    assert await asyncio.gather(*tasks) == [2, 4, 6]
    assert calls == [[1, 2, 3]]


async def test_what_does_not_fill_a_batch_goes_when_its_time_is_over():
    calls = []
    tasks = asking(Batcher(doubling(calls), Batch(size=16, wait_ms=1)), ("a", 1), ("b", 2))
    assert await asyncio.gather(*tasks) == [2, 4]
    assert calls == [[1, 2]]


async def test_what_comes_during_a_call_makes_the_next_one_without_another_wait():
    calls, held = [], asyncio.Event()

    async def call(messages):
        calls.append(messages)
        await held.wait()
        return messages

    batcher = Batcher(call, Batch(size=2, wait_ms=1))
    tasks = asking(batcher, *((str(n), n) for n in range(5)))
    await asyncio.sleep(0.01)
    held.set()
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert calls == [[0, 1], [2, 3], [4]]


async def test_one_hotkey_does_not_fill_a_batch_while_others_wait():
    calls = []
    greedy = [("greedy", n) for n in range(10)]
    tasks = asking(Batcher(doubling(calls), Batch(size=4, wait_ms=1)), *greedy, ("b", 100), ("c", 200))
    await asyncio.gather(*tasks)
    assert sorted(calls[0]) == [0, 1, 100, 200]


async def test_a_batch_takes_the_highest_priority_first():
    stake = {"low": 1.0, "high": 3.0, "middle": 2.0}
    calls = []
    batcher = Batcher(doubling(calls), Batch(size=2, wait_ms=1), priority=lambda caller: stake[caller.hotkey])
    await asyncio.gather(*asking(batcher, ("low", 1), ("middle", 2), ("high", 3)))
    assert calls == [[3, 2], [1]]


async def test_a_bad_item_among_the_results_spoils_no_other():
    async def call(messages):
        return [Forbidden("not this one") if message == 2 else message for message in messages]

    tasks = asking(Batcher(call, Batch(size=3)), ("a", 1), ("b", 2), ("c", 3))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert (results[0], type(results[1]), results[2]) == (1, Forbidden, 3)


async def test_when_a_call_raises_each_message_is_tried_alone():
    calls = []

    async def call(messages):
        calls.append(messages)
        if 2 in messages:
            raise ValueError("two")
        return messages

    tasks = asking(Batcher(call, Batch(size=3)), ("a", 1), ("b", 2), ("c", 3))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert (results[0], type(results[1]), results[2]) == (1, ValueError, 3)
    assert calls == [[1, 2, 3], [1], [2], [3]]


async def test_without_retries_a_call_that_raises_fails_all_of_its_messages():
    async def call(messages):
        raise ValueError("all")

    tasks = asking(Batcher(call, Batch(size=2, retry_alone=False)), ("a", 1), ("b", 2))
    assert [type(e) for e in await asyncio.gather(*tasks, return_exceptions=True)] == [ValueError, ValueError]


@pytest.mark.parametrize("wrong", [[], [1], [1, 2, 3], None, 7])
async def test_anything_but_one_result_each_fails_all_without_another_try(wrong):
    calls = []

    async def call(messages):
        calls.append(messages)
        return wrong

    tasks = asking(Batcher(call, Batch(size=2)), ("a", 1), ("b", 2))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all("a batch of 2 messages was answered with" in str(error) for error in results)
    assert len(calls) == 1


async def test_a_stop_iteration_among_the_results_is_a_failure_like_any_other():
    async def call(messages):
        return [StopIteration()]

    (error,) = await asyncio.gather(*asking(Batcher(call, Batch(size=1)), ("a", 1)), return_exceptions=True)
    assert isinstance(error, RuntimeError)


async def test_what_was_cancelled_before_its_batch_is_not_passed_on():
    calls = []
    tasks = asking(Batcher(doubling(calls), Batch(size=3, wait_ms=20)), ("a", 1), ("b", 2))
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await tasks[1] == 4
    assert calls == [[2]]


async def test_a_call_that_nobody_waits_for_is_cancelled():
    begun, ended = asyncio.Event(), asyncio.Event()

    async def call(messages):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    batcher = Batcher(call, Batch(size=2))
    tasks = asking(batcher, ("a", 1), ("b", 2))
    await begun.wait()
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert not ended.is_set()
    tasks[1].cancel()
    async with asyncio.timeout(5):
        await ended.wait()
        while not batcher._task.done():
            await asyncio.sleep(0)


async def test_the_line_is_bounded_and_the_lowest_priority_is_dropped():
    batcher = Batcher(doubling([]), Batch(size=99, wait_ms=60_000, waiting=2), priority=lambda c: float(c.hotkey))
    tasks = asking(batcher, ("5", 1), ("1", 2), ("3", 3), ("2", 4))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)
    assert [isinstance(task.exception(), Busy) if task.done() else None for task in tasks] == [None, True, None, True]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.wait([batcher._task], timeout=0)
    batcher._task.cancel()


async def test_a_priority_that_fails_is_the_lowest(caplog):
    def priority(caller):
        if caller.hotkey == "broken":
            raise LookupError("no stake")
        return math.nan if caller.hotkey == "nan" else 0.0

    calls = []
    batcher = Batcher(doubling(calls), Batch(size=3), priority=priority)
    await asyncio.gather(*asking(batcher, ("broken", 1), ("nan", 2), ("well", 3)))
    assert calls == [[3, 1, 2]]
    assert "the priority failed" in caplog.text


@pytest.mark.parametrize("wrong", [{"size": 0}, {"wait_ms": -1.0}, {"waiting": 0}])
def test_a_batch_that_is_none_is_refused(wrong):
    with pytest.raises(ConfigurationError, match="no batch is possible"):
        Batch(**wrong)
