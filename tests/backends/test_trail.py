import asyncio
from contextlib import aclosing, asynccontextmanager

import pytest

from backends.fake_node import SILENCE, Subscription, serving
from backends.scripted_chain import METADATA, WATCH, Chain
from chains import ALICE, BOB
from taokit.backends import Limits, NativeBackend, codec_of
from taokit.backends.trail import Trail, end_of
from taokit.chain import Head, Runtime, Status, calls
from taokit.chain.extrinsic import Terms, sign
from taokit.errors import PoolRefused, TimedOut

LIMITS = Limits(connect_s=1, call_s=0.5, read_s=2, close_s=0.1, quiet_s=0.1, pause_s=0.01, status_s=5)
CODEC = codec_of(Runtime(METADATA, "fake", 1, 1))


def signed(number, period=64):
    """A transfer that is valid from this block on."""
    call = CODEC.compose(calls.transfer_keep_alive(BOB.ss58, 5))
    return sign(CODEC, call, ALICE, Terms(bytes(32), Head(number, bytes(32), bytes(32)), 0, period))


@asynccontextmanager
async def backend_of(*nodes, limits=LIMITS):
    backend = NativeBackend([node.url for node in nodes], limits=limits)
    try:
        yield backend
    finally:
        await backend.close()


@asynccontextmanager
async def lost(chain, extrinsic, *told, limits=LIMITS):
    """A submission whose node told so much and was then lost; another node goes on with the same chain."""
    watched = Subscription(*told)
    one, other = chain.node(**{WATCH: watched}), chain.node(**{WATCH: SILENCE})
    async with serving(one), serving(other), backend_of(one, other, limits=limits) as backend:
        async with aclosing(backend.submit(extrinsic)) as statuses:
            for _ in told:
                await anext(statuses)
            going_on = asyncio.ensure_future(_rest(statuses))
            while watched.socket is None:
                await asyncio.sleep(0)
            one.cut()
            async with asyncio.timeout(5):
                while not other.count("chain_getFinalizedHead"):
                    await asyncio.sleep(0.01)
            yield going_on
            going_on.cancel()
            await asyncio.gather(going_on, return_exceptions=True)
        assert (one.count(WATCH), other.count(WATCH)) == (1, 0)


async def _rest(statuses):
    return [status async for status in statuses]


async def test_an_included_extrinsic_is_found_after_its_node_was_lost():
    chain = Chain(5)
    extrinsic = signed(5)
    async with lost(chain, extrinsic, "ready") as going_on:
        chain.grow(2, extrinsic)
        block = chain.head.hash
        await chain.tell()
        chain.grow(3)
        chain.final = 7
        await chain.tell()
        assert await going_on == [Status("in_block", block), Status("finalized", block)]


async def test_it_is_found_though_its_block_came_before_the_look():
    chain = Chain(5)
    extrinsic = signed(5)
    chain.grow(1, extrinsic)
    chain.final = 6
    async with lost(chain, extrinsic) as going_on:
        assert [status.kind for status in await going_on] == ["in_block", "finalized"]


async def test_included_in_a_fork_that_loses_and_then_in_the_other():
    chain = Chain(5)
    extrinsic = signed(5)
    async with lost(chain, extrinsic, "ready") as going_on:
        chain.grow(1, extrinsic)
        losing = chain.head.hash
        await chain.tell()
        await asyncio.sleep(0.05)
        chain.cut(5)
        chain.grow(2, fork=b"\x44")
        await chain.tell()
        await asyncio.sleep(0.05)
        chain.grow(1, extrinsic)
        chain.final = 8
        await chain.tell()
        told = await going_on
    kinds = [(status.kind, status.block) for status in told]
    assert kinds == [
        ("in_block", losing),
        ("retracted", losing),
        ("in_block", chain.head.hash),
        ("finalized", chain.head.hash),
    ]


@pytest.mark.parametrize("told", [[], ["ready"], ["ready", "broadcast"]], ids=len)
async def test_accepted_and_never_included_ends_with_its_era(told):
    chain = Chain(5)
    async with lost(chain, signed(5, period=4), *told) as going_on:
        chain.grow(6)
        chain.final = 7
        await chain.tell()
        await asyncio.sleep(0.05)
        assert not going_on.done()  # block 8 could hold it, and is not final
        chain.grow(1)
        chain.final = 8
        await chain.tell()
        with pytest.raises(PoolRefused, match="since block 9") as caught:
            await going_on
    assert caught.value.name == "Expired"
    assert "send it again" in caught.value.hint


async def test_a_node_that_says_nothing_of_it_any_more_is_not_waited_for():
    chain = Chain(5)
    limits = Limits(connect_s=1, call_s=0.5, read_s=2, close_s=0.1, quiet_s=5, status_s=0.2)
    extrinsic = signed(5)
    node = chain.node(**{WATCH: Subscription("ready")})
    async with serving(node), backend_of(node, limits=limits) as backend:
        chain.grow(1, extrinsic)
        chain.final = 6
        told = [status.kind async for status in backend.submit(extrinsic)]
    assert told == ["ready", "in_block", "finalized"]
    assert node.count(WATCH) == 1


async def test_what_has_no_era_is_given_up_when_nothing_is_found():
    chain = Chain(5)
    limits = Limits(connect_s=1, call_s=0.5, read_s=2, close_s=0.1, quiet_s=0.1, pause_s=0.01, status_s=0.3)
    async with lost(chain, b"\1\2", limits=limits) as going_on:
        with pytest.raises(TimedOut) as caught:
            await going_on
    assert "may have been taken" in caught.value.hint


@pytest.mark.parametrize(("number", "period"), [(0, 4), (5, 4), (63, 64), (64, 64), (1000, 64), (70_001, 4096)])
def test_the_end_of_an_era_is_its_birth_and_its_period(number, period):
    extrinsic = signed(number, period)
    assert end_of(CODEC, extrinsic, number) == number + period
    assert end_of(CODEC, extrinsic, number + period - 1) == number + period


@pytest.mark.parametrize("extrinsic", [b"", b"\1\2", bytes(200)])
def test_what_cannot_be_read_has_no_end(extrinsic):
    assert end_of(CODEC, extrinsic, 5) is None


class Read:
    """A chain that counts which blocks are read of it."""

    def __init__(self, chain):
        self.chain, self.read = chain, []

    async def block(self, at):
        from taokit.backends.answers import block

        found = block(at)(self.chain.block("0x" + at.hex()))
        self.read.append(found.head.number)
        return found


async def test_each_block_is_read_once_and_no_block_before_the_submission():
    chain = Chain(10)
    reading = Read(chain)
    trail = Trail(reading, b"\1", above=7, expires=None)
    await trail.follow(chain.head)
    assert sorted(reading.read) == [8, 9, 10]
    chain.grow(2)
    await trail.follow(chain.head)
    assert sorted(reading.read) == [8, 9, 10, 11, 12]
    chain.cut(9)
    chain.grow(1, fork=b"\x44")
    await trail.follow(chain.head)
    assert reading.read[5:] == [10]
