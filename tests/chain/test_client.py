import asyncio
from hashlib import blake2b

import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import Call, calls, reads
from taokit.devnet import account
from taokit.errors import DispatchFailed, PoolRefused, TimedOut

PAY = calls.transfer_keep_alive(BOB.ss58, TAO)


def test_a_blocking_client_from_reading_to_a_receipt():
    devnet = funded()
    with devnet.chain() as chain:
        assert chain.read(reads.balance(BOB.ss58)).rao == 0
        receipt = chain.submit(PAY, ALICE)
        assert chain.read(reads.balance(BOB.ss58)).rao == TAO
        assert receipt.block_hash == chain.head().hash
        assert ("Balances", "Transfer") in [(event.pallet, event.name) for event in receipt.events]
        assert {event.extrinsic for event in receipt.events} == {receipt.index}
        assert receipt.extrinsic == blake2b(devnet.backend().block().extrinsics[receipt.index], digest_size=32).digest()
        assert chain.genesis() != chain.head().hash
        assert chain.read(reads.balance(BOB.ss58), at=chain.genesis()).rao == 0


async def test_an_async_client_from_reading_to_a_receipt():
    async with funded().async_chain() as chain:
        receipt = await chain.submit(PAY, ALICE, wait="finalized")
        assert (await chain.read(reads.balance(BOB.ss58))).rao == TAO
        assert receipt.block_hash == (await chain.head()).hash
        assert (await chain.read(reads.balance(BOB.ss58), at=await chain.genesis())).rao == 0


async def test_both_raise_the_same_with_a_hint():
    devnet = funded()
    poor = account("poor", 1)
    for submit in (devnet.async_chain().submit, _awaitable(devnet.chain().submit)):
        with pytest.raises(DispatchFailed, match="FundsUnavailable") as failed:
            await submit(calls.transfer_keep_alive(BOB.ss58, 10**6 * TAO), ALICE)
        assert failed.value.hint
        with pytest.raises(PoolRefused) as refused:
            await submit(calls.serve_axon(1, "1.2.3.4", 8091), poor)
        assert refused.value.hint
        assert refused.value.custom == 10


def _awaitable(function):
    async def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


def test_without_waiting_the_pool_s_word_is_enough():
    devnet = funded(auto=False)
    receipt = devnet.chain().submit(PAY, ALICE, wait=None)
    assert (receipt.block, receipt.block_hash, receipt.events) == (None, None, ())
    assert devnet.waiting == 1


def test_blocking_code_cannot_wait_for_a_block_that_nobody_makes():
    devnet = funded(auto=False)
    with pytest.raises(TimedOut, match="waits in the pool"):
        devnet.chain().submit(PAY, ALICE)


async def test_an_async_wait_ends_at_its_deadline():
    devnet = funded(auto=False)
    with pytest.raises(TimedOut):
        await devnet.async_chain().submit(PAY, ALICE, seconds=0.01)
    assert devnet.waiting == 1


async def test_one_client_sends_many_at_once():
    devnet = funded(auto=False)
    chain = devnet.async_chain()
    tasks = [asyncio.create_task(chain.submit(PAY, ALICE)) for _ in range(5)]
    while devnet.waiting < 5:
        await asyncio.sleep(0)
    devnet.mine()
    receipts = await asyncio.gather(*tasks)
    assert {receipt.block for receipt in receipts} == {1}
    assert sorted(receipt.index for receipt in receipts) == [1, 2, 3, 4, 5]


def test_an_extrinsic_that_is_given_up_is_told_so():
    devnet = funded(auto=False)
    chain = devnet.chain()
    saved = devnet.snapshot()
    real = chain._backend.submit

    def submit(data):
        statuses = real(data)
        devnet.revert(saved)  # which empties the pool
        return statuses

    chain._backend.submit = submit
    with pytest.raises(PoolRefused) as caught:
        chain.submit(PAY, ALICE)
    assert caught.value.name == "Dropped"


def test_a_batch_is_one_extrinsic():
    devnet = funded()
    both = calls.batch_all(PAY, Call("System", "remark", {"remark": b"x"}))
    assert devnet.chain().submit(both, ALICE).block == 1


async def test_an_extrinsic_lives_from_the_block_that_it_is_born_at():
    devnet = funded(auto=False)
    chain, birth = devnet.async_chain(), devnet.mine().hash
    devnet.mine(2)
    await chain.submit(PAY, ALICE, wait=None, period=4, birth=birth)
    devnet.mine()
    assert (await chain.read(reads.balance(BOB.ss58))).rao == TAO
    with pytest.raises(PoolRefused):
        await chain.submit(PAY, ALICE, wait=None, period=4, birth=birth)
