import asyncio
import os
import pickle
import signal
import subprocess
import sys
from contextlib import aclosing, asynccontextmanager

import pytest

from backends.fake_node import SILENCE, Fail, Subscription, serving
from backends.scripted_chain import WATCH, Chain
from backends.test_trail import signed
from taokit.backends import IsolatedBackend, Limits
from taokit.backends import isolated as module
from taokit.errors import Disconnected, PoolRefused, TimedOut, Unreachable

LIMITS = Limits(connect_s=1, call_s=1, read_s=3, close_s=0.5, ping_s=0.2, quiet_s=0.5, pause_s=0.01, status_s=5)


@asynccontextmanager
async def backend_of(*nodes, limits=LIMITS, **options):
    backend = IsolatedBackend([node.url for node in nodes], limits=limits, **options)
    try:
        yield backend
    finally:
        await backend.close()


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_answers_and_errors_come_through():
    chain = Chain(5)
    node = chain.node(**{WATCH: Fail(1010, "Invalid Transaction", "Custom error: 6")}, state_getStorageAt=SILENCE)
    async with serving(node), backend_of(node) as backend:
        assert (await backend.block(chain.head.hash)).head == chain.head
        assert (await backend.runtime()).spec_version == 1
        with pytest.raises(PoolRefused) as caught:
            await anext(backend.submit(b"\1"))
        assert (caught.value.code, caught.value.custom) == (1010, 6)
        with pytest.raises(TimedOut):
            await backend.storage([b"\1"])


async def test_a_killed_process_is_a_typed_error_and_the_next_question_starts_another():
    chain = Chain(5)
    node = chain.node(state_getStorageAt=SILENCE)
    async with serving(node), backend_of(node) as backend:
        assert await backend.block_hash() == chain.head.hash
        first = backend._process.pid
        waiting = asyncio.ensure_future(backend.storage([b"\1"]))
        while not node.count("state_getStorageAt"):
            await asyncio.sleep(0.01)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(Disconnected, match="ended") as caught:
            await waiting
        assert "starts another process" in caught.value.hint
        assert await backend.block_hash() == chain.head.hash
        assert backend._process.pid != first


async def test_a_process_that_does_not_react_is_given_up():
    chain = Chain(5)
    node = chain.node()
    async with serving(node), backend_of(node) as backend:
        assert await backend.block_hash() == chain.head.hash
        stopped = backend._process.pid
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(Disconnected, match="does not react"):
            await backend.block_hash()
        assert await backend.block_hash() == chain.head.hash
    assert gone(stopped)


async def test_heads_go_on_in_another_process():
    chain = Chain(5)
    node = chain.node()
    async with serving(node), backend_of(node) as backend, aclosing(backend.heads()) as heads:
        assert (await anext(heads)).number == 5
        os.kill(backend._process.pid, signal.SIGKILL)
        going_on = asyncio.ensure_future(anext(heads))
        while len(chain.feeds) < 2:
            await asyncio.sleep(0.01)
        chain.grow()
        await chain.tell()
        assert (await going_on).number == 6


async def test_a_submission_is_looked_for_when_the_process_that_sent_it_is_killed():
    chain = Chain(5)
    extrinsic = signed(5)
    node = chain.node(**{WATCH: Subscription("ready")})
    async with serving(node), backend_of(node) as backend, aclosing(backend.submit(extrinsic)) as statuses:
        assert (await anext(statuses)).kind == "ready"
        os.kill(backend._process.pid, signal.SIGKILL)
        chain.grow(1, extrinsic)
        chain.final = 6
        assert [status.kind async for status in statuses] == ["in_block", "finalized"]
    assert node.count(WATCH) == 1


async def test_closing_is_prompt_and_leaves_no_process():
    node = Chain(5).node(state_getStorageAt=SILENCE)
    async with serving(node), backend_of(node, limits=Limits(close_s=0.2)) as backend:
        await backend.block_hash()
        pid = backend._process.pid
        waiting = asyncio.ensure_future(backend.storage([b"\1"]))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await backend.close()
        with pytest.raises(Disconnected):
            await waiting
        assert gone(pid)
        with pytest.raises(Disconnected, match="closed"):
            await backend.block_hash()


async def test_a_process_that_cannot_start_is_named(monkeypatch):
    def broken(pair):
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], pass_fds=[pair.fileno()])

    monkeypatch.setattr(module, "_spawned", broken)
    backend = IsolatedBackend(["ws://127.0.0.1:9"], limits=LIMITS)
    with pytest.raises(Unreachable, match="did not start"):
        await backend.block_hash()
    await backend.close()


PARENT = """
import asyncio, sys
from taokit.backends import IsolatedBackend
async def main():
    backend = IsolatedBackend([sys.argv[1]])
    await backend.block_hash()
    print(backend._process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_the_process_ends_with_its_parent():
    node = Chain(5).node()
    async with serving(node):
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, node.url, stdout=subprocess.PIPE)
        child = int(await parent.stdout.readline())
        parent.kill()
        await parent.wait()
        async with asyncio.timeout(5):
            while not gone(child):
                await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "error",
    [PoolRefused("no", name="Stale", code=1010, custom=4, hint="x"), Disconnected("lost", hint="y"), TimedOut("late")],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_the_way(error):
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
