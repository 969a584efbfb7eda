import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from counted import Counted
from taokit.chain import calls, reads
from taokit.devnet import account, from_uri
from taokit.errors import ConfigurationError, Disconnected, NoSuchSubnet, TimedOut
from taokit.follow import Dissolved, Reorganised, Shelf, follow
from taokit.follow import glimpse as looking
from taokit.metagraph import Endpoint, EpochRan, HandedOver, Joined, Moved, WeightsChanged
from taokit.units import Rao

MINER, VALIDATOR, RICH = from_uri("//miner/0"), from_uri("//validator/0"), account("Alice")


pytestmark = pytest.mark.devnet(miners=2, validators=2, auto=False)


def following(chain, netuid, *, stall_s=10.0, **options):
    return aclosing(follow(chain, netuid, stall_s=stall_s, **options))


async def mined_until_told(devnet, updates):
    """The next update; a block each time the follower has nothing left to do."""
    told = asyncio.create_task(anext(updates))
    while True:
        for _ in range(50):
            await asyncio.sleep(0)
        if told.done():
            return told.result()
        devnet.mine()


def dissolution(netuid):
    return calls.Call("SubtensorModule", "root_dissolve_network", {"netuid": netuid})


async def submitted(devnet, call, signer):
    """In the next block."""
    async with devnet.async_chain() as chain:
        await chain.submit(call, signer, wait=None)
    return devnet.mine()


def second_subnet(devnet):
    """A subnet 2 beside the first one."""
    devnet.chain().submit(calls.register_network(account("Bob").ss58), RICH, wait=None)
    devnet.mine()
    assert devnet.chain().read(reads.netuids()) == [0, 1, 2]


async def test_each_block_tells_and_only_one_that_changed_something_is_read(devnet):
    backend = Counted(devnet)
    async with following(backend.chain(), 1) as updates:
        first = await anext(updates)
        assert (first.head, first.fresh, bool(first.diff)) == (devnet.head, True, False)
        for _ in range(5):
            devnet.mine()
            update = await anext(updates)
            assert (update.head, update.fresh, update.metagraph is first.metagraph) == (devnet.head, False, True)
        assert backend.metagraphs[1] == 1
        await submitted(devnet, calls.serve_axon(1, "203.0.113.9", 8091), MINER)
        update = await anext(updates)
    assert backend.metagraphs[1] == 2
    assert update.metagraph == await devnet.async_chain().read(reads.metagraph(1))
    (moved,) = update.events
    assert isinstance(moved, Moved)
    assert (moved.uid, moved.hotkey, moved.before.serving) == (1, MINER.ss58, False)
    assert replace(moved.after, block=0) == Endpoint("203.0.113.9", 8091)


async def test_a_block_costs_one_look_and_one_request_for_each_subnet_that_changed(devnet):
    second_subnet(devnet)
    backend = Counted(devnet)
    async with following(backend.chain(), [1, 2], every="change") as updates:
        assert [(await anext(updates)).netuid for _ in range(2)] == [1, 2]
        backend.asked.clear()
        await submitted(devnet, calls.set_weights(1, [1, 2], [1, 1]), VALIDATOR)
        update = await anext(updates)
    assert dict(backend.asked) == {"runtime": 1, "storage": 1, "call": 1}
    assert update.events == (WeightsChanged(3, VALIDATOR.ss58, devnet.head.number, shown=False),)


async def test_rows_come_along_and_tell_what_was_shown(devnet):
    async with following(devnet.async_chain(), 1, every="change", rows=True) as updates:
        await anext(updates)
        await submitted(devnet, calls.set_weights(1, [1, 2], [1, 3]), VALIDATOR)
        update = await anext(updates)
    assert update.events == (WeightsChanged(3, VALIDATOR.ss58, devnet.head.number, shown=True),)
    assert update.metagraph.weights[3].tolist() == [[1, 21845], [2, 65535]]


async def test_who_joins_and_whose_uid_is_handed_over(devnet):
    async with following(devnet.async_chain(), 1, every="change") as updates:
        await anext(updates)
        await submitted(devnet, calls.burned_register(1, account("Bob").ss58), RICH)
        joined = await anext(updates)
        await submitted(devnet, calls.swap_hotkey(MINER.ss58, account("Eve").ss58), MINER)
        swapped = await anext(updates)
    assert joined.events == (Joined(5, account("Bob").ss58, RICH.ss58),)
    (event,) = swapped.events
    assert isinstance(event, HandedOver)
    assert (event.uid, event.before, event.after) == (1, MINER.ss58, account("Eve").ss58)
    assert not event.registered


async def test_stake_moves_untold_until_the_refresh(devnet):
    backend = Counted(devnet)
    async with following(backend.chain(), 1, every="change", refresh=20) as updates:
        first = await anext(updates)
        await submitted(devnet, calls.add_stake(VALIDATOR.ss58, 1, Rao(10**9)), RICH)
        update = await mined_until_told(devnet, updates)
    assert backend.metagraphs[1] == 2
    assert update.head.number == first.head.number + 20
    assert update.metagraph.alpha_stake[3] > first.metagraph.alpha_stake[3]


async def test_each_epoch_once(devnet):
    devnet.set_hyperparameter(1, "Tempo", 10)
    backend = Counted(devnet)
    async with following(backend.chain(), 1, every="epoch") as updates:
        seen = [await anext(updates)]
        while len(seen) < 4:
            seen.append(await mined_until_told(devnet, updates))
    blocks = [update.head.number for update in seen[1:]]
    assert [update.events for update in seen[1:]] == [(EpochRan(block),) for block in blocks]
    assert len({later - block for block, later in pairwise(blocks)}) == 1
    assert backend.metagraphs[1] == 4


async def test_a_slow_reader_gets_the_newest_and_misses_nothing_that_lasts(devnet):
    async with following(devnet.async_chain(), 1) as updates:
        await anext(updates)
        await submitted(devnet, calls.serve_axon(1, "203.0.113.9", 8091), MINER)
        devnet.mine(5)
        update = await anext(updates)
    assert update.head == devnet.head
    assert update.fresh
    assert [type(event) for event in update.events] == [Moved]


async def test_a_block_that_the_chain_leaves_is_told_and_read_again(devnet):
    async with following(devnet.async_chain(), 1) as updates:
        await anext(updates)
        left = devnet.mine()
        await anext(updates)
        devnet.reorganise(1)
        update = await anext(updates)
    assert update.events == (Reorganised(left, devnet.head),)
    assert update.fresh
    assert update.metagraph.block_hash == devnet.head.hash


async def test_another_block_of_the_same_height_is_told_too(devnet):
    saved = devnet.snapshot()
    async with following(devnet.async_chain(), 1) as updates:
        await anext(updates)
        left = await submitted(devnet, calls.serve_axon(1, "203.0.113.9", 8091), MINER)
        assert (await anext(updates)).metagraph.endpoints[1].serving
        devnet.revert(saved)
        devnet.travel(seconds=24)
        assert devnet.head.number == left.number
        update = await anext(updates)
    assert update.events[0] == Reorganised(left, devnet.head)
    assert [type(event) for event in update.events[1:]] == [Moved]
    assert not update.metagraph.endpoints[1].serving


async def test_a_subnet_that_is_dissolved_is_told_and_the_last_ends_it(devnet):
    second_subnet(devnet)
    async with following(devnet.async_chain(), [1, 2], every="change") as updates:
        one, two = await anext(updates), await anext(updates)
        await submitted(devnet, calls.sudo(dissolution(2)), RICH)
        gone = await anext(updates)
        assert (gone.metagraph, gone.events) == (two.metagraph, (Dissolved(2),))
        await submitted(devnet, calls.sudo(dissolution(1)), RICH)
        assert (await anext(updates)).events == (Dissolved(one.netuid),)
        with pytest.raises(NoSuchSubnet, match="every subnet that was followed has been dissolved"):
            await anext(updates)


async def test_a_node_that_fails_for_a_block_is_asked_at_the_next(devnet, caplog):
    backend = Counted(devnet)
    async with following(backend.chain(), 1) as updates:
        await anext(updates)
        backend.fails = lambda method: Disconnected("the node hung up") if backend.asked[method] < 3 else None
        backend.asked.clear()
        await submitted(devnet, calls.serve_axon(1, "203.0.113.9", 8091), MINER)
        update = await mined_until_told(devnet, updates)
    assert "the node hung up" in caplog.text
    assert [type(event) for event in update.events] == [Moved]


async def test_one_subnet_that_cannot_be_read_holds_up_no_other(devnet, caplog):
    second_subnet(devnet)
    backend = Counted(devnet)
    async with following(backend.chain(), [1, 2], every="change") as updates:
        assert [(await anext(updates)).netuid for _ in range(2)] == [1, 2]
        backend.asked.clear()
        backend.fails = lambda method: (
            Disconnected("the node hung up") if method == "call" and backend.asked[method] == 1 else None
        )
        devnet.mine(2)  # one went by unseen, so both are read
        told = await anext(updates)
        late = await mined_until_told(devnet, updates)
    assert (told.netuid, late.netuid) == (2, 1)
    assert late.head.number == told.head.number + 1
    assert "the node hung up" in caplog.text


async def test_a_chain_that_stands_still_ends_it_by_the_deadline(devnet):
    async with following(devnet.async_chain(), 1, stall_s=0.05) as updates:
        await anext(updates)
        with pytest.raises(TimedOut, match=r"no block that could be read for 0\.05 s after block"):
            await anext(updates)


async def test_a_node_that_tells_heads_and_answers_nothing_ends_it_too(devnet):
    backend = Counted(devnet)
    async with following(backend.chain(), 1, stall_s=0.2) as updates:
        await anext(updates)
        backend.fails = lambda method: Disconnected("the node hung up")
        clock = asyncio.create_task(devnet.tick(0.01))
        with pytest.raises(TimedOut):
            await anext(updates)
        clock.cancel()


async def test_what_fails_at_first_is_told_at_once(devnet):
    with pytest.raises(NoSuchSubnet, match="no subnet 9"):
        await anext(follow(devnet.async_chain(), [1, 9]))
    with pytest.raises(ConfigurationError, match="no subnet to follow"):
        await anext(follow(devnet.async_chain(), []))
    backend = Counted(devnet)
    backend.fails = lambda method: Disconnected("the node hung up")
    with pytest.raises(Disconnected):
        await anext(follow(backend.chain(), 1))


async def test_a_chain_without_the_clock_is_read_at_every_block(devnet, caplog, monkeypatch):
    backend = Counted(devnet)
    monkeypatch.setattr(looking, "CLOCK", "LastStepOfLongAgo")
    async with following(backend.chain(), 1) as updates:
        for _ in range(3):
            assert (await anext(updates)).fresh
            devnet.mine()
    assert backend.metagraphs[1] == 3
    assert caplog.text.count("each is read at every block") == 1


async def test_a_restart_tells_what_changed_since_the_shelf(devnet, tmp_path):
    shelf = Shelf(tmp_path)
    async with following(devnet.async_chain(), 1, shelf=shelf) as updates:
        first = await anext(updates)
    assert shelf.newest(1) == first.metagraph
    await submitted(devnet, calls.serve_axon(1, "203.0.113.9", 8091), MINER)
    devnet.next_epoch()
    async with following(devnet.async_chain(), 1, shelf=shelf) as updates:
        again = await anext(updates)
    assert {type(event) for event in again.events} == {Moved, EpochRan}
    assert shelf.newest(1) == again.metagraph


async def test_a_shelf_that_cannot_be_written_stops_nothing(devnet, tmp_path, caplog):
    (tmp_path / "shelf").write_text("a file in its place")
    async with following(devnet.async_chain(), 1, shelf=Shelf(tmp_path / "shelf")) as updates:
        assert (await anext(updates)).fresh
    assert "cannot keep" in caplog.text


async def test_closing_while_it_waits_is_prompt(devnet):
    updates = follow(devnet.async_chain(), 1)
    await anext(updates)
    waiting = asyncio.create_task(anext(updates))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await updates.aclose()
    assert await devnet.settled(0)
