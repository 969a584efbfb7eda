"""A follower over a node's websocket: what a reconnect does to it, and how it ends."""

import asyncio
from contextlib import aclosing

from taokit.backends import NativeBackend, codec_of, within
from taokit.chain import AsyncChain, calls
from taokit.devnet import Devnet, from_uri
from taokit.devnet.rpc import Server
from taokit.follow import follow
from taokit.metagraph import Moved


def chain_of(port):
    return AsyncChain(NativeBackend([f"ws://127.0.0.1:{port}"]), codec_of, within)


async def moved(devnet, port):
    served = calls.serve_axon(1, "203.0.113.9", port)
    await devnet.async_chain().submit(served, from_uri("//miner/0"), wait=None)
    devnet.mine()


async def test_a_connection_that_is_lost_costs_nothing_but_the_blocks_meanwhile(caplog):
    devnet = Devnet.subnet(miners=2, validators=2, auto=False)
    async with (
        Server(devnet, port=0) as server,
        chain_of(server.port) as chain,
        aclosing(follow(chain, 1, every="change", stall_s=20)) as updates,
    ):
        await anext(updates)
        waiting = asyncio.create_task(anext(updates))
        await asyncio.sleep(0.05)  # it listens
        server.drop()
        await moved(devnet, 8091)
        update = await waiting
    assert update.head == devnet.head
    assert [type(event) for event in update.events] == [Moved]
    assert "ended the connection" in caplog.text


async def test_closing_ends_the_subscription_and_the_chain_goes_on():
    devnet = Devnet.subnet(miners=2, validators=2, auto=False)
    async with Server(devnet, port=0) as server, chain_of(server.port) as chain:
        for _ in range(3):
            async with aclosing(follow(chain, 1)) as updates:
                assert (await anext(updates)).head == devnet.head
        assert (await chain.head()) == devnet.head
        assert server.clients == 1
