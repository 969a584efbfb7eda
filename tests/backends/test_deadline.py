import asyncio

import pytest

from taokit.backends import within
from taokit.errors import TimedOut


async def test_a_wait_ends_at_its_deadline():
    with pytest.raises(TimedOut, match=r"the node did not answer within 0\.01 s"):
        await within(asyncio.Event().wait(), 0.01, what="the node did not answer")


async def test_what_comes_in_time_comes():
    assert await within(asyncio.sleep(0, "answer"), 5) == "answer"


async def test_a_timeout_of_somebody_else_is_passed_on():
    async def fail():
        raise TimeoutError("theirs")

    with pytest.raises(TimeoutError, match="theirs"):
        await within(fail(), 5)
