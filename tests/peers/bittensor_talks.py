"""Run in an environment that has bittensor 11.3: what it does with a devnet, as JSON. Argument: its address."""

import asyncio
import json
import sys

import bittensor
from bittensor_core import Keypair

ALICE, BOB, OWNER = map(Keypair.from_uri, ("//Alice", "//Bob", "//owner"))


async def talk(url):
    async with bittensor.Subtensor(url) as client:
        told = {"block": await client.block()}
        told["account"] = (await client.balances.get(ALICE.ss58_address)).rao
        graph = await client.subnets.metagraph(1)
        told["uids"] = len(graph.neurons) if hasattr(graph, "neurons") else len(graph.uids)
        told["hotkeys"] = len(await client.query_map(bittensor.storage.SubtensorModule.Keys, [1]))
        before = (await client.balances.get(BOB.ss58_address)).rao
        call = bittensor.calls.Balances.transfer_keep_alive(dest=BOB.ss58_address, value=7)
        result = await client.submit_call(call, ALICE)
        told["success"] = result.success
        told["moved"] = (await client.balances.get(BOB.ss58_address)).rao - before
        async for header in client.blocks():
            told["head"] = header.number
            break
        return told


sys.stdout.write(json.dumps(asyncio.run(talk(sys.argv[1]))))
