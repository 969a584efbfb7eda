import asyncio

import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet import within
from taokit.errors import TimedOut


async def test_async_heads_are_the_blocks_from_now_on():
    devnet = funded()
    devnet.mine()
    heads = devnet.async_chain().heads()
    devnet.mine()
    assert await anext(heads) == devnet.head
    waiting = asyncio.create_task(anext(heads))
    await asyncio.sleep(0)
    assert not waiting.done()
    devnet.mine()
    assert await waiting == devnet.head


async def test_an_async_submission_is_told_when_a_block_takes_it():
    devnet = funded(auto=False)
    chain = devnet.async_chain()
    task = asyncio.create_task(chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait="finalized"))
    while not devnet.waiting:
        await asyncio.sleep(0)
    devnet.mine()
    assert (await task).block == 1


async def test_followers_that_submit_and_wait_stay_in_step():
    devnet = funded(auto=False)
    devnet.fund(BOB, 100 * TAO)
    seen = []

    async def neuron(me, other):
        chain = devnet.async_chain()
        async for head in chain.heads():
            seen.append(head.number)
            await chain.submit(calls.transfer_keep_alive(other.ss58, TAO), me)

    tasks = [asyncio.create_task(neuron(ALICE, BOB)), asyncio.create_task(neuron(BOB, ALICE))]
    await asyncio.sleep(0)
    for _ in range(6):
        devnet.mine()
        assert await devnet.settled(5.0)
    for task in tasks:
        task.cancel()
    assert await devnet.async_chain().read(reads.nonce(ALICE.ss58)) == 5
    assert len(seen) >= 6


async def test_reads_of_one_question_come_from_one_block():
    devnet = funded()

    def twice():
        before = yield from reads.block_number()
        devnet.mine(3)
        after = yield from reads.block_number()
        return before, after

    assert await devnet.async_chain().read(twice()) == (0, 0)


async def test_within_gives_up_at_its_deadline():
    with pytest.raises(TimedOut, match=r"0\.01 s"):
        await within(asyncio.Event().wait(), 0.01)


async def test_within_passes_on_a_timeout_of_somebody_else():
    async def fail():
        raise TimeoutError("theirs")

    with pytest.raises(TimeoutError, match="theirs"):
        await within(fail(), 5.0)


def test_blocking_heads_end_where_there_is_no_new_one():
    devnet = funded()
    heads = devnet.backend().heads()
    devnet.mine(2)
    assert [head.number for head in heads] == [2]
