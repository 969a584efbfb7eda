import asyncio
from hashlib import blake2b

import bittensor_core

from chains import ALICE, BOB
from rpc_client import connected, transfer
from taokit.chain import calls
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import codec_of

TEMPO_OF_1 = "0x658faa385070e074c85bf6b568cf05557641384bb339f3758acddfd7053d33170100"
EVENTS = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7"


def numbers(headers):
    return [int(header["number"], 16) for header in headers]


async def test_heads_begin_with_the_best_one_and_miss_none(client, devnet):
    for method, ending in (
        ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads"),
        ("chain_subscribeAllHeads", "chain_unsubscribeAllHeads"),
        ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads"),
    ):
        name = await client.result(method)
        first = devnet.head.number
        devnet.mine(5)
        heads = [await client.next(name) for _ in range(6)]
        assert numbers(heads) in ([*range(first, first + 6)], [first + 5])
        assert await client.result(ending, name) is True
        assert await client.result(ending, name) is False


async def test_all_blocks_of_one_go_are_told(client, devnet):
    name = await client.result("chain_subscribeNewHeads")
    (first,) = numbers([await client.next(name)])
    devnet.mine(20)
    assert numbers([await client.next(name) for _ in range(20)]) == [*range(first + 1, first + 21)]


async def test_a_follower_reads_what_it_is_told_of_while_many_blocks_are_made(client, url, session):
    name = await client.result("chain_subscribeNewHeads")
    async with connected(session, url) as other:
        mining = asyncio.create_task(other.result("dev_newBlock", {"count": 2000}))
        told, last = [], 360 + 2000
        while not told or told[-1] != last:
            header = await client.next(name)
            told.append(int(header["number"], 16))
            block = await client.result("chain_getBlockHash", told[-1])
            await asyncio.sleep(0.05)  # as long as a client decodes
            assert await client.result("state_getStorage", TEMPO_OF_1, block) == "0x6801"
            assert await client.result("state_getStorage", EVENTS, block) is not None
        assert await mining == block
    assert told == sorted(set(told))
    assert len(told) < 200


async def test_storage_tells_the_values_and_then_the_changes(client, devnet):
    name = await client.result("state_subscribeStorage", [TEMPO_OF_1])
    assert (await client.next(name))["changes"] == [[TEMPO_OF_1, "0x6801"]]
    devnet.mine()
    devnet.set_hyperparameter(1, "Tempo", 10)
    devnet.mine()
    told = await client.next(name)
    assert told == {"block": "0x" + devnet.head.hash.hex(), "changes": [[TEMPO_OF_1, "0x0a00"]]}
    assert await client.result("state_unsubscribeStorage", name) is True


async def test_the_runtime_version_is_told_once(client):
    name = await client.result("state_subscribeRuntimeVersion")
    assert (await client.next(name))["specVersion"] == 425


async def test_a_signed_extrinsic_watched_to_its_end_and_found_by_its_hash(client, devnet):
    codec = codec_of(devnet.backend().runtime())
    genesis = bytes.fromhex((await client.result("chain_getBlockHash", 0))[2:])
    nonce = await client.result("account_nextIndex", ALICE.ss58)
    call = codec.compose(calls.transfer_keep_alive(BOB.ss58, 5))
    raw = sign(codec, call, ALICE, Terms(genesis, devnet.head, nonce))

    name = await client.result("author_submitAndWatchExtrinsic", "0x" + raw.hex())
    ready, included, final = [await client.next(name) for _ in range(3)]
    assert (ready, list(included), list(final)) == ("ready", ["inBlock"], ["finalized"])
    assert await client.result("author_unwatchExtrinsic", name) is False  # it is over

    block = (await client.result("chain_getBlock", final["finalized"]))["block"]
    digests = [blake2b(bytes.fromhex(one[2:]), digest_size=32).digest() for one in block["extrinsics"]]
    index = digests.index(blake2b(raw, digest_size=32).digest())
    metadata = bytes.fromhex((await client.result("state_call", "Metadata_metadata_at_version", "0f000000"))[2:])
    _, at = _compact(metadata, 1)
    reader = bittensor_core.Runtime(metadata[at:], 425, 1)
    kind = reader.storage_entry("System", "Events").value_type
    events = reader.decode(kind, bytes.fromhex((await client.result("state_getStorage", EVENTS))[2:]))
    mine = [(one["module_id"], one["event_id"]) for one in events if one.get("extrinsic_idx") == index]
    assert ("Balances", "Transfer") in mine
    assert mine[-1] == ("System", "ExtrinsicSuccess")


def _compact(raw, at):
    size = (1, 2, 4)[raw[at] & 3]
    return int.from_bytes(raw[at : at + size], "little") >> 2, at + size


async def test_without_auto_a_watcher_waits_for_the_block(client, devnet):
    devnet.auto = False
    name = await client.result("author_submitAndWatchExtrinsic", "0x" + transfer(devnet).hex())
    assert await client.next(name) == "ready"
    head = await client.result("dev_newBlock")
    assert await client.next(name) == {"inBlock": head}


async def test_there_can_be_too_many(client):
    names = [await client.result("chain_subscribeNewHeads") for _ in range(8)]
    assert (await client.error("chain_subscribeNewHeads"))["code"] == -32006
    await client.result("chain_unsubscribeNewHeads", names[0])
    await client.result("chain_subscribeNewHeads")


async def test_a_subscription_of_a_batch_begins_after_its_answer(client):
    batch = [{"jsonrpc": "2.0", "id": k, "method": "chain_subscribeNewHeads", "params": []} for k in range(3)]
    await client.send(batch)
    names = [one["result"] for one in await client.receive()]
    told = [(await client.receive())["params"]["subscription"] for _ in names]
    assert told == names
