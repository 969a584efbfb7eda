"""A validator stops at a random await, without any of its clean-up, and is made again from its files."""

import asyncio
import random
import types
from collections import Counter

import taokit
from shouting import Shout, Shouts
from worlds import World

ABANDONED = []
"""Coroutines that are never resumed; kept, because collecting one would run its `finally` blocks."""


class Died(Exception):
    pass


class Asks(taokit.Validator):
    rounds_per_epoch = 2
    deadline = 5.0

    async def query(self, round):
        return Shout(text="x" * round.random.randrange(1, 50))

    def score(self, round, replies):
        return {r.uid: float((r.uid * 7 + round.epoch * 3) % 5 + 1) for r in replies if r.synapse and r.synapse.loud}


class Interruptible:
    """A chain at which one may also stop before and after each call."""

    def __init__(self, chain):
        self.chain, self.genesis, self.heads, self.head = chain, chain.genesis, chain.heads, chain.head

    async def read(self, *args, **options):
        return await self._around(self.chain.read(*args, **options))

    async def submit(self, *args, **options):
        return await self._around(self.chain.submit(*args, **options))

    async def _around(self, awaitable):
        await asyncio.sleep(0)
        value = await awaitable
        await asyncio.sleep(0)
        return value


class Life:
    def __init__(self, awaits):
        self.left = awaits

    @types.coroutine
    def live(self, coroutine):
        """Drive a coroutine; at the last await of this life it is left lying where it is."""
        resume, value = coroutine.send, None
        while True:
            try:
                waits = resume(value)
            except StopIteration:
                return
            self.left -= 1
            if self.left <= 0:
                ABANDONED.append(coroutine)
                raise Died
            try:
                resume, value = coroutine.send, (yield waits)
            except BaseException as error:  # what is thrown at us is thrown at what we drive
                resume, value = coroutine.throw, error


async def test_weights_land_exactly_once_whatever_await_it_stops_at(tmp_path):
    world = World(tmp_path, miners=["a", "b"], validators=["validator"], tempo=120)
    miners = [world.neuron(name, Shouts()) for name in ("a", "b")]
    for miner in miners:
        await miner.start()
    world.chain = Interruptible(world.chain)
    draw, dead, commits, reveals = random.Random(11), [], Counter(), Counter()
    first = await world.epoch()

    async def live(awaits, until):
        neuron = world.neuron("validator", Asks(), port=None)
        await neuron.start()
        life, step = Life(awaits), neuron.step
        neuron.step = lambda head: life.live(step(head))
        while neuron.failed is None and await world.epoch() < until:
            for event in await world.blocks(1):
                commits[await world.epoch()] += "WeightsCommitted" in event
                reveals[await world.epoch()] += "WeightsRevealed" in event
        if neuron.failed is None:
            await neuron.stop()
            return
        assert isinstance(neuron.failed, Died)
        neuron.folder.close()  # as the system does for a process that is gone
        dead.append(neuron)

    try:
        for _ in range(60):
            await live(draw.randrange(1, 80), await world.epoch() + 2)
        last = await world.epoch()
        await live(10**9, last + 3)
    finally:
        for miner in miners:
            await miner.stop()
        for neuron in dead:
            await neuron.dendrite.close()
    assert len(dead) >= 50
    assert last - first >= 4
    for epoch in range(first + 1, last + 2):
        assert commits[epoch] == 1, f"epoch {epoch} of {first} to {last}"
        assert reveals[epoch + 1] == 1, f"epoch {epoch + 1} of {first} to {last}"
    assert max(commits.values()) == max(reveals.values()) == 1
