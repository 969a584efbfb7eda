import asyncio
import threading

import pytest

from taokit.blocking import Portal
from taokit.errors import Disconnected, TimedOut


async def add(one, other):
    await asyncio.sleep(0)
    return one + other


def test_blocking_code_calls_async_code():
    with Portal() as portal:
        assert portal.call(add(1, 2)) == 3
        assert portal.call(add("a", "b")) == "ab"


def test_errors_come_through():
    async def fail():
        raise KeyError("theirs")

    with Portal() as portal, pytest.raises(KeyError, match="theirs"):
        portal.call(fail())


def test_a_deadline_ends_the_wait_and_the_work():
    ended = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with Portal() as portal:
        with pytest.raises(TimedOut):
            portal.call(forever(), seconds=0.01)
        assert ended.wait(5)


def test_an_async_iterator_is_walked():
    async def count():
        for number in range(3):
            yield number

    with Portal() as portal:
        assert list(portal.iterate(count())) == [0, 1, 2]


def test_leaving_cancels_what_still_runs_and_ends_the_thread():
    ended = []

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def start():
        started.append(asyncio.create_task(forever()))
        await asyncio.sleep(0)

    started = []
    with Portal("one of ours") as portal:
        portal.call(start())
    assert ended == [True]
    assert "one of ours" not in [thread.name for thread in threading.enumerate()]


def test_a_closed_portal_says_so():
    with Portal() as portal:
        pass
    coroutine = add(1, 2)
    with pytest.raises(Disconnected):
        portal.call(coroutine)
    coroutine.close()
