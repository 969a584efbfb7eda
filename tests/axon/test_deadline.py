"""User code and its deadline: whatever it does while it waits, it ends as if it had been awaited plainly."""

import asyncio

import pytest

from taokit.axon.deadline import by
from taokit.errors import HandlerTimeout


def soon(seconds=10.0):
    return asyncio.get_running_loop().time() + seconds


async def test_a_step_that_never_waits_is_done_whatever_the_time():
    async def step():
        return 7

    assert await by(soon(-1), step()) == 7


async def test_a_step_may_wait_often_and_catch_what_it_waits_for():
    async def failing():
        await asyncio.sleep(0)
        raise KeyError("inner")

    async def step():
        await asyncio.sleep(0)
        try:
            await asyncio.create_task(failing())
        except KeyError as error:
            await asyncio.sleep(0.001)
            return error.args

    assert await by(soon(), step()) == ("inner",)


@pytest.mark.parametrize("waits", [0, 2])
async def test_an_error_of_the_step_is_its_own(waits):
    async def step():
        for _ in range(waits):
            await asyncio.sleep(0)
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await by(soon(), step())


async def test_a_late_step_is_cancelled_where_it_waits_and_may_clean_up():
    seen = []

    async def step():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            seen.append("cleaned up")

    with pytest.raises(HandlerTimeout):
        await by(soon(0.01), step())
    assert seen == ["cleaned up"]
    assert not asyncio.current_task().cancelling()


async def test_a_cancelled_task_stays_cancelled():
    begun = asyncio.Event()

    async def step():
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(by(soon(), step()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_step_sees_the_task_that_it_runs_in_and_may_set_its_own_deadline():
    async def step():
        async with asyncio.timeout(10):
            here = asyncio.current_task()
            await asyncio.sleep(0)
            return here is asyncio.current_task()

    assert await asyncio.create_task(by(soon(), step()))


async def test_what_is_no_coroutine_is_awaited_too():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, 3)
    assert await by(soon(), future) == 3
    with pytest.raises(HandlerTimeout):
        await by(soon(0.01), asyncio.get_running_loop().create_future())
