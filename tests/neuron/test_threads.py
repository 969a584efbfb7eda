import asyncio
import contextvars
import threading

import pytest

from taokit.neuron.threads import OneThread, in_thread

NAME = contextvars.ContextVar("name", default="unset")


async def test_it_returns_what_the_function_returns_from_another_thread():
    NAME.set("here")
    assert await in_thread(lambda a, b: (a + b, NAME.get()), 1, 2) == (3, "here")
    assert await in_thread(threading.get_ident) != threading.get_ident()


@pytest.mark.parametrize(("raised", "seen"), [(ZeroDivisionError, ZeroDivisionError), (StopIteration, RuntimeError)])
async def test_it_raises_what_the_function_raises(raised, seen):
    def fails():
        raise raised("no")

    with pytest.raises(seen):
        await in_thread(fails)


async def test_a_result_that_nobody_waits_for_any_more_is_dropped():
    go, gone = threading.Event(), threading.Event()

    def waits():
        go.wait()
        gone.set()

    call = asyncio.create_task(in_thread(waits))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    go.set()
    assert gone.wait(5)
    await asyncio.sleep(0.01)


async def test_one_thread_runs_everything_in_the_same_thread_one_after_the_other():
    worker, running, seen = OneThread(), [], []

    def work(number):
        running.append(number)
        assert len(running) == 1
        seen.append(threading.get_ident())
        running.remove(number)
        return number

    assert await asyncio.gather(*(worker.run(work, n) for n in range(8))) == list(range(8))
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()


async def test_one_thread_passes_on_what_is_raised():
    def fails():
        raise LookupError("x")

    with pytest.raises(LookupError):
        await OneThread().run(fails)


async def test_one_thread_does_not_begin_what_nobody_waits_for():
    worker, held, seen = OneThread(), threading.Event(), []
    first = asyncio.create_task(worker.run(held.wait))
    gone = asyncio.create_task(worker.run(seen.append, "gone"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    held.set()
    await first
    await worker.run(seen.append, "after")
    assert seen == ["after"]
