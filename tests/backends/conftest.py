import asyncio

import pytest


@pytest.fixture(autouse=True)
async def no_task_is_left():
    """Whatever a node did, nothing of the client goes on afterwards."""
    before = asyncio.all_tasks()
    yield
    for _ in range(100):
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        if not left:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(left)
