"""What holds an event loop is named by its line, once."""

import asyncio
import gc
import sys
import sysconfig
import time

import pytest

from taokit.run.holding import users_place, watching

HELD_S = 0.2


def sleeps(seconds):
    time.sleep(seconds)


async def holds(seconds=4 * HELD_S):
    sleeps(seconds)


@pytest.fixture
async def told():
    sentences = []
    async with watching(sentences.append, held_s=HELD_S) as watch:
        sentences.append(watch)
        yield sentences


async def heard(told, count):
    """What was told, once there are so many sentences."""
    async with asyncio.timeout(10):
        while len(told) <= count:
            await asyncio.sleep(0.01)
    return told[1:]


async def test_the_outermost_function_of_the_users_is_named_and_when_it_let_go(told):
    await asyncio.create_task(holds())
    held, gone_on = await heard(told, 2)
    line = holds.__code__.co_firstlineno + 1
    assert f"test_holding.py:{line} holds() has held the event loop for 0 s: use await, or" in held
    assert f"test_holding.py:{line} holds() let go of the event loop after " in gone_on


async def test_a_plain_function_is_told_what_it_can_do(told):
    asyncio.get_running_loop().call_soon(sleeps, 4 * HELD_S)
    held, _ = await heard(told, 2)
    assert "sleeps() has held" in held
    assert "run_round()" in held


async def test_the_same_function_is_told_again_only_when_it_has_changed(told):
    for _ in range(2):
        await asyncio.create_task(holds())
        await heard(told, 2)
    assert len(told) == 3
    told[0].forget()
    await asyncio.create_task(holds())
    assert len(await heard(told, 4)) == 4


async def test_a_loop_that_turns_is_left_alone(told):
    until = time.monotonic() + 3 * HELD_S
    while time.monotonic() < until:
        sleeps(HELD_S / 20)
        await asyncio.sleep(0)
    await asyncio.sleep(3 * HELD_S)
    assert told[1:] == []


async def test_no_garbage_is_collected_while_the_frames_are_looked_at(told, monkeypatch):
    """Before Python 3.11.9 that can lock up the interpreter."""
    collecting, frames = [], sys._current_frames

    def noted():
        collecting.append(gc.isenabled())
        return frames()

    monkeypatch.setattr(sys, "_current_frames", noted)
    await asyncio.create_task(holds())
    await heard(told, 2)
    assert collecting
    assert not any(collecting)
    assert gc.isenabled()


def test_outside_a_loop_there_is_no_place():
    assert users_place(sys._getframe()) is None
    assert users_place(None) is None


async def test_a_package_among_the_libraries_is_the_users_where_taokit_calls_it():
    where = asyncio.get_running_loop().create_future()
    theirs = {"__name__": "their_subnet.miner", "where": where, "users_place": users_place, "sys": sys}
    text = "def forward():\n    where.set_result(users_place(sys._getframe()))"
    exec(compile(text, f"{sysconfig.get_path('purelib')}/their_subnet/miner.py", "exec"), theirs)
    ours = {"__name__": "taokit.neuron.calling", "forward": theirs["forward"]}
    exec(compile("def call():\n    forward()", "calling.py", "exec"), ours)
    asyncio.get_running_loop().call_soon(ours["call"])
    place = await where
    assert (place.function, place.line, place.file.endswith("their_subnet/miner.py")) == ("forward", 2, True)
