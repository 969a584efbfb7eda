import asyncio

import pytest

from taokit.dendrite import Hedge, Retry
from taokit.dendrite.again import may_pass, staggered
from taokit.errors import BadAnswer, ConfigurationError, Disconnected, LocalError, NotServed, TimedOut, Unreachable


@pytest.mark.parametrize("error", [Unreachable(), Disconnected(), *(NotServed(status=s) for s in (429, 502, 503, 504))])
def test_what_may_pass_is_tried_again(error):
    assert may_pass(error)


@pytest.mark.parametrize(
    "error",
    [TimedOut(), BadAnswer(), LocalError(), *(NotServed(status=s) for s in (200, 307, 400, 401, 403, 404, 500))],
)
def test_what_stays_is_not(error):
    assert not may_pass(error)


def test_each_pause_is_twice_as_long():
    assert [Retry(3, pause_s=0.5).pause(number) for number in range(3)] == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("pause_s", [0, 0.25])
def test_there_may_be_any_number_of_pauses(pause_s):
    pauses = [Retry(5000, pause_s=pause_s).pause(number) for number in range(5000)]
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("make", [lambda: Retry(-1), lambda: Retry(1, pause_s=-1), lambda: Hedge(0)])
def test_settings_that_cannot_work_are_refused(make):
    with pytest.raises(ConfigurationError):
        make()


class Tries:
    """Tries that end when they are told to."""

    def __init__(self):
        self.begun, self.cancelled, self.ends = [], [], {}

    def start(self, name):
        async def one():
            self.begun.append(name)
            self.ends[name] = asyncio.get_running_loop().create_future()
            try:
                return await self.ends[name]
            except asyncio.CancelledError:
                self.cancelled.append(name)
                raise

        return one

    async def until(self, number):
        while len(self.begun) < number:
            await asyncio.sleep(0)


async def test_the_first_result_ends_it_and_the_others_are_cancelled():
    tries = Tries()
    task = asyncio.create_task(staggered(map(tries.start, "abc"), after_s=0.01, eager=False))
    await tries.until(2)
    tries.ends["b"].set_result("second")
    assert await task == "second"
    assert (tries.begun, tries.cancelled) == (["a", "b"], ["a"])


@pytest.mark.parametrize(("eager", "begun"), [(True, ["a", "b"]), (False, ["a"])])
async def test_after_a_failure_the_next_begins_only_when_eager(eager, begun):
    tries = Tries()
    task = asyncio.create_task(staggered(map(tries.start, "ab"), after_s=60, eager=eager))
    await tries.until(1)
    tries.ends["a"].set_exception(LocalError("first"))
    if eager:
        await tries.until(2)
        tries.ends["b"].set_exception(LocalError("second"))
    with pytest.raises(LocalError, match="first"):
        await task
    assert tries.begun == begun


async def test_a_result_that_is_not_good_is_kept_for_the_end():
    tries = Tries()
    task = asyncio.create_task(staggered(map(tries.start, "ab"), after_s=60, eager=True, good=lambda one: one > 0))
    await tries.until(1)
    tries.ends["a"].set_result(-1)
    await tries.until(2)
    tries.ends["b"].set_result(-2)
    assert await task == -1


async def test_cancelling_it_cancels_every_try():
    tries = Tries()
    task = asyncio.create_task(staggered(map(tries.start, "ab"), after_s=0.01, eager=False))
    await tries.until(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(tries.cancelled) == ["a", "b"]
