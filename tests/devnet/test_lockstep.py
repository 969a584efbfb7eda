import asyncio
import gc

import pytest

from taokit.chain import Head, Status
from taokit.devnet.lockstep import Lockstep

SOON = 5.0  # seconds, never reached


def head(number):
    return Head(number, bytes([number]) * 32, bytes(32))


@pytest.fixture
def lockstep():
    return Lockstep()


async def started(lockstep, body):
    """A follower that handles each head with `body`, once it waits for the first."""
    ready = asyncio.Event()

    async def follow():
        heads = lockstep.subscribe()
        ready.set()
        async for found in heads:
            await body(found)

    task = asyncio.create_task(follow())
    await ready.wait()
    return task


async def test_nobody_follows(lockstep):
    lockstep.publish(head(1))
    assert await lockstep.settled(SOON)


async def test_it_settles_when_everybody_asks_for_the_next_head(lockstep):
    done = []

    async def slowly(found):
        for _ in range(5):
            await asyncio.sleep(0)
        done.append(found.number)

    tasks = [await started(lockstep, slowly) for _ in range(3)]
    for number in (1, 2, 3):
        lockstep.publish(head(number))
        assert await lockstep.settled(SOON)
        assert done == [each for each in range(1, number + 1) for _ in range(3)]
    for task in tasks:
        task.cancel()


async def test_a_follower_that_hangs_costs_the_deadline_only(lockstep):
    task = await started(lockstep, lambda _: asyncio.Event().wait())
    lockstep.publish(head(1))
    assert not await lockstep.settled(0.01)
    task.cancel()
    assert await lockstep.settled(SOON)


async def test_a_follower_that_fails_no_longer_counts(lockstep):
    async def fail(_):
        raise ValueError

    task = await started(lockstep, fail)
    lockstep.publish(head(1))
    assert await lockstep.settled(SOON)
    assert isinstance(task.exception(), ValueError)


async def test_a_slow_follower_gets_the_newest_head_only(lockstep):
    heads = lockstep.subscribe()
    for number in (1, 2, 3):
        lockstep.publish(head(number))
    assert (await anext(heads)).number == 3
    assert not await lockstep.settled(0.01)


async def test_a_closed_follower_ends(lockstep):
    heads = lockstep.subscribe()
    lockstep.publish(head(1))
    await heads.aclose()
    assert await lockstep.settled(SOON)
    assert [found async for found in heads] == []


async def test_closing_wakes_one_who_waits(lockstep):
    heads = lockstep.subscribe()
    waiting = asyncio.create_task(anext(heads, None))
    await asyncio.sleep(0)
    await heads.aclose()
    assert await waiting is None


async def test_a_follower_that_nobody_holds_is_gone(lockstep):
    lockstep.subscribe()
    gc.collect()
    lockstep.publish(head(1))
    assert await lockstep.settled(SOON)


async def test_asking_under_a_deadline_loses_no_head(lockstep):
    heads = lockstep.subscribe()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await anext(heads)
    assert await lockstep.settled(SOON)
    lockstep.publish(head(1))
    assert (await anext(heads)).number == 1


async def test_one_who_waits_for_a_block_does_not_hold_up_the_next(lockstep):
    from taokit.devnet.pool import Submission

    submission = Submission(None, None)
    statuses = []

    async def submit(_):
        statuses.extend([status.kind async for status in submission.watch(lockstep)])

    task = await started(lockstep, submit)
    lockstep.publish(head(1))
    assert await lockstep.settled(SOON)  # it waits for inclusion
    submission.say(Status("in_block", bytes(32)), Status("finalized", bytes(32)))
    assert await lockstep.settled(SOON)
    assert statuses == ["in_block", "finalized"]  # once it has what it waits for, it counts again
    task.cancel()
