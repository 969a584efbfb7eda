"""async-substrate-interface 2.2.1 at a devnet: what it reads, submits and is told. Argument: the devnet's address."""

import asyncio

from async_substrate_interface import AsyncSubstrateInterface
from async_substrate_interface.errors import SubstrateRequestException
from bittensor_wallet import Keypair
from devnet_steps import URL, Steps, control, equal, true

step = Steps()
ALICE, BOB = Keypair.create_from_uri("//Alice"), Keypair.create_from_uri("//Bob")
TAO = 10**9


def plain(found):
    return getattr(found, "value", found)


async def free(chain, address):
    return plain(await chain.query("System", "Account", [address]))["data"]["free"]


async def give(chain, rao=TAO, **kept):
    """A transfer from //Alice to //Bob, in a block that is final: its receipt."""
    call = await chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": rao})
    signed = await chain.create_signed_extrinsic(call, ALICE, **kept)
    return await chain.submit_extrinsic(signed, wait_for_finalization=True)


@step("connect")
async def connect(chain):
    equal(chain.chain, "taokit devnet")
    true(await chain.get_block_number(None) >= 1, "no block yet")
    equal((await chain.init_runtime()).runtime_version, 425)


@step("balance")
async def balance(chain):
    true(await free(chain, ALICE.ss58_address) > 900_000 * TAO, "too little")
    equal(plain(await chain.get_constant("Balances", "ExistentialDeposit")), 500)


@step("transfer")
async def transfer(chain):
    before = await free(chain, BOB.ss58_address)
    call = await chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": TAO})
    fee = (await chain.get_payment_info(call, ALICE))["partial_fee"]
    receipt = await give(chain, era={"period": 64})
    true(await receipt.is_success, await receipt.error_message)
    equal(await free(chain, BOB.ss58_address) - before, TAO)
    paid = await receipt.total_fee_amount
    true(abs(paid - fee) <= 2, f"another fee: {paid} {fee}")


@step("refusals")
async def refusals(chain):
    call = await chain.compose_call("SubtensorModule", "start_call", {"netuid": 1})
    signed = await chain.create_signed_extrinsic(call, ALICE)
    receipt = await chain.submit_extrinsic(signed, wait_for_inclusion=True)
    true(not await receipt.is_success, "it was not refused")
    equal((await receipt.error_message)["name"], "BadOrigin")
    nonce = await chain.get_account_nonce(ALICE.ss58_address) - 1
    try:
        await give(chain, nonce=nonce)
    except SubstrateRequestException as error:
        true("1010" in str(error) or "outdated" in str(error), str(error))
    else:
        raise AssertionError("a spent nonce was taken")


@step("map pages")
async def map_pages(chain):
    rows = await chain.query_map("SubtensorModule", "Keys", [1], page_size=5)
    equal([uid async for uid, _ in rows], list(range(12)))
    rows = await chain.query_map("SubtensorModule", "Keys", [1], page_size=5, fully_exhaust=True)
    equal([uid async for uid, _ in rows], list(range(12)))
    names = ("Tempo", "SubnetworkN")
    keys = [await chain.create_storage_key("SubtensorModule", name, [1]) for name in names]
    equal([plain(found) for _, found in await chain.query_multi(keys)], [360, 12])


@step("events decoded")
async def events(chain):
    receipt = await give(chain)
    found = await receipt.triggered_events
    names = [event["event"]["event_id"] for event in found]
    equal(names, ["Withdraw", "Transfer", "TransactionFeePaid", "ExtrinsicSuccess"])
    moved = found[1]["event"]["attributes"]
    equal((moved["from"], moved["to"], moved["amount"]), (ALICE.ss58_address, BOB.ss58_address, TAO))
    block = await chain.get_block(receipt.block_hash)
    calls = [plain(one)["call"]["call_function"] for one in block["extrinsics"]]
    equal([plain(one) for one in calls], ["set", "transfer_keep_alive"])


@step("runtime call")
async def runtime_call(chain):
    equal(plain(await chain.runtime_call("SubnetInfoRuntimeApi", "get_metagraph", [1]))["num_uids"], 12)
    equal(len(plain(await chain.runtime_call("NeuronInfoRuntimeApi", "get_neurons_lite", [1]))), 12)
    equal(len(plain(await chain.runtime_call("SubnetInfoRuntimeApi", "get_all_dynamic_info", []))), 2)


@step("serve axon")
async def serve_axon(chain):
    miner = Keypair.create_from_uri("//miner/0")
    given = {
        "netuid": 1, "version": 1, "ip": 2130706433, "port": 8091, "ip_type": 4, "protocol": 4,
        "placeholder1": 0, "placeholder2": 0,
    }  # fmt: skip
    call = await chain.compose_call("SubtensorModule", "serve_axon", given)
    signed = await chain.create_signed_extrinsic(call, miner)
    receipt = await chain.submit_extrinsic(signed, wait_for_finalization=True)
    true(await receipt.is_success, await receipt.error_message)
    equal(plain(await chain.query("SubtensorModule", "Axons", [1, miner.ss58_address]))["port"], 8091)


@step("batch and sudo")
async def batch_and_sudo(chain):
    inner = await chain.compose_call("AdminUtils", "sudo_set_tempo", {"netuid": 1, "tempo": 300})
    sudo = await chain.compose_call("Sudo", "sudo", {"call": inner})
    gift = await chain.compose_call("Balances", "transfer_keep_alive", {"dest": BOB.ss58_address, "value": TAO})
    call = await chain.compose_call("Utility", "batch_all", {"calls": [sudo, gift]})
    signed = await chain.create_signed_extrinsic(call, ALICE)
    receipt = await chain.submit_extrinsic(signed, wait_for_finalization=True)
    true(await receipt.is_success, await receipt.error_message)
    equal(plain(await chain.query("SubtensorModule", "Tempo", [1])), 300)


@step("heads")
async def heads(chain):
    start = await chain.get_block_number(None)
    seen = []

    async def on_head(head):
        seen.append(head["header"]["number"])
        if len(seen) == 1:
            await asyncio.to_thread(control, "dev_newBlock", {"count": 2})
        return seen if len(seen) == 3 else None

    async with asyncio.timeout(30):
        await chain.subscribe_block_headers(on_head)
    equal(seen, [start, start + 1, start + 2])


@step("storage told of")
async def storage_told(chain):
    key = await chain.create_storage_key("System", "Account", [BOB.ss58_address])
    seen = []

    async def on_value(_, value, __):
        seen.append(plain(value)["data"]["free"])
        if len(seen) == 1:
            await asyncio.to_thread(control, "dev_fund", BOB.ss58_address, 5)
        elif not told.done():
            told.set_result(None)

    told = asyncio.get_running_loop().create_future()
    asked = asyncio.create_task(chain.subscribe_storage([key], on_value))
    async with asyncio.timeout(30):
        await told
    asked.cancel()
    equal(seen[1] - seen[0], 5)


@step("revert")
async def revert(chain):
    """Everybody is disconnected. The old client reads on; a new one submits."""
    saved = control("dev_snapshot")
    before, height = await free(chain, BOB.ss58_address), await chain.get_block_number(None) + 1
    abandoned = (await give(chain)).block_hash
    await asyncio.to_thread(control, "dev_revert", saved)
    equal(await free(chain, BOB.ss58_address), before)
    async with AsyncSubstrateInterface(URL, ss58_format=42) as fresh:
        receipt = await give(fresh)
        true(await receipt.is_success, await receipt.error_message)
        equal(await fresh.get_block_number(receipt.block_hash), height)
        true(receipt.block_hash != abandoned, "the same hash")
    equal(await free(chain, BOB.ss58_address), before + TAO)


async def main():
    async with AsyncSubstrateInterface(URL, ss58_format=42) as client:
        await step.go_async(client)


asyncio.run(main())
