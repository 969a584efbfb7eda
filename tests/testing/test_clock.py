import asyncio

import pytest

import taokit
from taokit.errors import TimedOut
from taokit.testing import Clock

pytestmark = pytest.mark.devnet(miners=1, validators=1, auto=False, Tempo=20)


class Notes(taokit.Validator):
    rounds_per_epoch = 1
    seen = ()

    async def run_round(self, round):
        await asyncio.sleep(0)
        Notes.seen += (round.epoch,)
        return {1: 1.0}


async def test_every_neuron_has_acted_on_a_block_when_it_is_there(clock, neuron):
    Notes.seen = ()
    async with neuron(Notes):
        first = clock.epoch()
        await clock.epochs(2)
    assert clock.epoch() == first + 2
    assert Notes.seen[-2:] == (first, first + 1)


async def test_blocks_take_twelve_seconds(clock):
    block, seconds = clock.block, clock.seconds
    head = await clock.blocks(5)
    assert (clock.block, head.number, clock.seconds) == (block + 5, block + 5, seconds + 60)


async def test_what_does_not_come_is_told(clock):
    with pytest.raises(TimedOut, match="did not come in 7 blocks"):
        await clock.until(lambda: False, most=7)


class Hangs(Notes):
    async def run_round(self, round):
        await asyncio.Event().wait()


async def test_a_neuron_that_hangs_is_told_of(devnet, neuron):
    async with neuron(Hangs):
        with pytest.raises(TimedOut, match="still busy with block"):
            await Clock(devnet, step_s=0.05).epochs(2)
