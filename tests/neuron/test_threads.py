import asyncio
import contextvars
import threading

import pytest

from taokit.neuron.threads import in_thread

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
