"""Run where async-substrate-interface is installed: what it does with a devnet, as JSON. Argument: its address."""

import asyncio
import json
import sys

from async_substrate_interface import AsyncSubstrateInterface
from bittensor_wallet import Keypair


async def talk(url):
    alice, bob = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Bob")
    async with AsyncSubstrateInterface(url, ss58_format=42) as chain:
        told = {"chain": chain.chain}
        told["account"] = free(await chain.query("System", "Account", [alice.ss58_address]))
        rows = await chain.query_map("SubtensorModule", "Keys", [1], page_size=5)
        told["keys"] = [uid async for uid, _ in rows]
        found = await chain.runtime_call("SubnetInfoRuntimeApi", "get_metagraph", [1])
        told["uids"] = plain(found)["num_uids"]
        before = free(await chain.query("System", "Account", [bob.ss58_address]))
        call = await chain.compose_call("Balances", "transfer_keep_alive", {"dest": bob.ss58_address, "value": 7})
        signed = await chain.create_signed_extrinsic(call, alice, era={"period": 64})
        receipt = await chain.submit_extrinsic(signed, wait_for_finalization=True)
        told["success"] = await receipt.is_success
        told["moved"] = free(await chain.query("System", "Account", [bob.ss58_address])) - before
        told["number"] = await chain.get_block_number(None)
        return told


def plain(found):
    return getattr(found, "value", found)


def free(found):
    return plain(found)["data"]["free"]


sys.stdout.write(json.dumps(asyncio.run(talk(sys.argv[1]))))
