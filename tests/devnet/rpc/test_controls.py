import asyncio

import pytest
from aiohttp import WSMsgType

from chains import ALICE, BOB, TAO
from rpc_client import connected, transfer
from taokit.chain import reads
from taokit.devnet.rpc import producer
from taokit.errors import ConfigurationError

TEMPO_OF_1 = "0x658faa385070e074c85bf6b568cf05557641384bb339f3758acddfd7053d33170100"


async def closed(client):
    """The code with which the server closed."""
    while (said := await client.socket.receive(timeout=5)).type == WSMsgType.TEXT:
        pass
    return client.socket.close_code if said.type != WSMsgType.CLOSE else said.data


async def test_blocks_on_demand(client, devnet):
    first = devnet.head.number
    assert await client.result("dev_newBlock") == "0x" + devnet.head.hash.hex()
    await client.result("dev_newBlock", {"count": 3})
    assert devnet.head.number == first + 4
    await client.result("dev_newBlock", {"to": first + 10})
    assert devnet.head.number == first + 10
    assert (await client.error("dev_newBlock", {"to": first}))["code"] == -32602
    assert (await client.error("dev_newBlock", {"count": "many"}))["code"] == -32602
    assert (await client.error("dev_newBlock", [1]))["code"] == -32602


async def test_others_are_answered_while_many_blocks_are_made(client, devnet):
    await client.send({"jsonrpc": "2.0", "id": "slow", "method": "dev_newBlock", "params": [{"count": 2000}]})
    await client.result("system_health")  # its answer comes before the other one, which `ask` would have kept
    assert client.told == []
    assert (await client.receive())["id"] == "slow"


async def test_epochs(client, devnet):
    chain = devnet.chain()
    before = devnet.head.number
    await client.result("dev_nextEpoch", 1, 2)
    assert devnet.head.number - before in (720, 722)
    assert chain.read(reads.balance(ALICE.ss58)).rao == 10**6 * TAO
    assert "runs no epochs" in (await client.error("dev_nextEpoch", 9))["message"]


async def test_followers_are_told_of_the_last_of_many_blocks(client, devnet, monkeypatch):
    monkeypatch.setattr(producer, "TURN_S", -1.0)  # so that everybody else has a turn after each block
    name = await client.result("chain_subscribeNewHeads")
    await client.result("dev_newBlock", {"count": 3})
    async with asyncio.timeout(5):
        while int((await client.next(name))["number"], 16) != devnet.head.number:
            pass


async def test_epochs_asked_for_at_once_come_one_after_the_other(client, devnet):
    before = devnet.chain().read(reads.schedule(1)).epoch_index
    for number in (1, 2):
        await client.send({"jsonrpc": "2.0", "id": f"epoch {number}", "method": "dev_nextEpoch", "params": []})
    answers = [await client.receive() for _ in range(2)]
    assert {answer["id"] for answer in answers} == {"epoch 1", "epoch 2"}
    assert devnet.chain().read(reads.schedule(1)).epoch_index == before + 2
    assert "at most 1000 epochs" in (await client.error("dev_nextEpoch", 1, 1001))["data"]


async def test_modes_of_building(client, devnet):
    info = await client.result("dev_info")
    assert (info["buildMode"], info["interval"], info["blockNumber"]) == ("Instant", None, devnet.head.number)
    await client.result("dev_setBlockBuildMode", "Manual")
    assert (devnet.auto, (await client.result("dev_info"))["buildMode"]) == (False, "Manual")
    await client.result("dev_setBlockBuildMode", "batch")
    assert (await client.result("dev_info"))["buildMode"] == "Batch"
    await client.result("dev_setBlockBuildMode", "Instant")
    assert devnet.auto
    assert (await client.error("dev_setBlockBuildMode", "Fast"))["code"] == -32602


async def test_blocks_by_the_clock(client, devnet):
    name = await client.result("chain_subscribeNewHeads")
    await client.result("dev_setInterval", 0.01)
    numbers = [int((await client.next(name))["number"], 16) for _ in range(4)]
    assert numbers == [*range(numbers[0], numbers[0] + 4)]
    await client.result("dev_setInterval", None)
    assert (await client.result("dev_info"))["interval"] is None
    for wrong in (0, -1, "1", True, 1e9):
        assert (await client.error("dev_setInterval", wrong))["code"] == -32602


async def test_time_travel(client, devnet):
    later = devnet.now_ms + 86_400_000
    assert await client.result("dev_timeTravel", later) == later == devnet.now_ms
    assert await client.result("dev_timeTravel", "2030-01-01T00:00:00Z") == 1_893_456_000_000 == devnet.now_ms
    assert (await client.error("dev_timeTravel", later))["code"] == -32602
    assert (await client.error("dev_timeTravel", "soon"))["code"] == -32602


async def test_going_back_drops_everybody_after_the_answer(client, url, session, devnet):
    snapshot = await client.result("dev_snapshot")
    before = devnet.head
    await client.result("dev_newBlock", {"count": 3})
    abandoned = devnet.head
    async with session.ws_connect(url) as other:
        assert await client.result("dev_revert", snapshot) == "0x" + before.hash.hex()
        assert await closed(client) == 1012
        assert (await other.receive(timeout=5)).data == 1012
    devnet.mine(3)
    assert devnet.head.number == abandoned.number
    assert devnet.head.hash != abandoned.hash


async def test_an_older_block_becomes_the_head(client, url, session, devnet):
    number, root = devnet.head.number, devnet.state_root()
    devnet.fund(BOB, 5)
    devnet.mine(4)
    abandoned = "0x" + devnet.head.hash.hex()
    await client.result("dev_setHead", number)
    assert (devnet.head.number, devnet.state_root()) == (number, root)
    async with connected(session, url) as again:
        header = await again.result("chain_getHeader", abandoned)  # for clients with stale facts
        assert int(header["number"], 16) == number + 4
        assert await again.result("state_getStorage", TEMPO_OF_1, abandoned) == "0x6801"
        for wrong in (None, 10**6, -(10**6), "0x11"):
            assert "error" in await again.ask("dev_setHead", wrong)


async def test_the_shapes_of_chopsticks(client, devnet):
    first = devnet.head
    head = await client.result("dev_newBlock", {"count": None, "to": None, "transactions": None})
    assert head == "0x" + devnet.head.hash.hex()
    assert devnet.head.number == first.number + 1
    for wrong in ({"transactions": "0x00"}, {"count": 10**9}, {"to": 10**9}):
        assert (await client.error("dev_newBlock", wrong))["code"] == -32602
    remark = {"call": "0x00000400", "address": BOB.ss58}
    assert (await client.result("dev_dryRun", {"extrinsic": remark, "at": head}))["result"] == "0x0000"
    assert "error" in await client.ask("dev_dryRun", {"extrinsic": remark, "at": "0x" + first.hash.hex()})
    assert await client.result("dev_setHead", -1) == "0x" + first.hash.hex()


async def test_what_no_entry_holds_is_refused_and_changes_nothing(client, devnet):
    before = devnet.state_root()
    for name, *params in (
        ("dev_fund", BOB.ss58, 1 << 70),
        ("dev_setStake", 1, BOB.ss58, (1 << 64) - 1),
        ("dev_setHyperparameter", 9, "Tempo", 10),
    ):
        assert (await client.error(name, *params))["code"] == -32000
    with pytest.raises(ConfigurationError, match="Tempo is u16"):
        devnet.set_hyperparameter(1, "Tempo", 70_000)
    assert devnet.state_root() == before
    devnet.next_epoch()


async def test_a_revert_from_within_drops_everybody_too(client, devnet):
    with devnet.anchor():
        devnet.mine()
    assert await closed(client) == 1012


async def test_storage_raw_and_named(client, devnet):
    head = await client.result("dev_setStorage", [[TEMPO_OF_1, "0x0a00"]])
    assert head == "0x" + devnet.head.hash.hex()
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0a00"
    named = {"System": {"Account": [[[BOB.ss58], {"providers": 1, "data": {"free": "7"}}]]}, "Timestamp": {"Now": 5}}
    await client.result("dev_setStorage", named | {"SubtensorModule": {"Tempo": [[[1], 11]]}})
    assert devnet.chain().read(reads.balance(BOB.ss58)).rao == 7
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0b00"
    await client.result("dev_setStorage", [[TEMPO_OF_1, None]])
    assert await client.result("state_getStorage", TEMPO_OF_1) is None
    await client.result("dev_setStorage", {"subtensorModule": {"$removePrefix": ["tempo"], "tempo": [[[1], 12]]}})
    assert await client.result("state_getKeysPaged", TEMPO_OF_1[:66], 10) == [TEMPO_OF_1]
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0c00"
    encoded = {"Sudo": {"Key": "0x" + BOB.public_key.hex()}, "SubtensorModule": {"Tempo": [[[1], "0x0d00"]]}}
    await client.result("dev_setStorage", encoded, head)
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0d00"
    assert "error" in await client.ask("dev_setStorage", encoded, await client.result("chain_getBlockHash", 1))


@pytest.mark.parametrize(
    "wrong",
    [
        [["0x11", "0x00"]],
        [[TEMPO_OF_1, "0x0a"]],
        [[TEMPO_OF_1]],
        [TEMPO_OF_1],
        7,
        {"No": {"Such": 1}},
        {"System": {"Such": 1}},
        {"System": 1},
        {"SubtensorModule": {"Tempo": 5}},
        {"SubtensorModule": {"Tempo": [[[1, 2], 5]]}},
        {"SubtensorModule": {"Tempo": [[[1], 70_000]]}},
        {"SubtensorModule": {"Tempo": [[["x"], 5]]}},
        {"System": {"Account": [[[BOB.ss58], {"data": {"no": 1}}]]}},
        {"System": {"Account": [[["5Grw"], {}]]}},
        {"System": {"$removePrefix": "Account"}},
        {"System": {"$removePrefix": ["Such"]}},
        {"$removePrefix": ["System"]},
    ],
)
async def test_storage_that_does_not_fit_changes_nothing(client, devnet, wrong):
    before = devnet.state_root()
    assert (await client.error("dev_setStorage", wrong))["code"] == -32602
    assert devnet.state_root() == before


async def test_funds_and_settings(client, devnet):
    had = devnet.chain().read(reads.balance(BOB.ss58)).rao
    assert await client.result("dev_fund", BOB.ss58, 5) == str(had + 5)
    await client.result("dev_setHyperparameter", 1, "tempo", 10)
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0a00"
    assert "no setting" in (await client.error("dev_setHyperparameter", 1, "no_such", 10))["message"]
    assert (await client.error("dev_setHyperparameter", 1, "tempo", "x"))["code"] == -32602


async def test_a_rehearsal_tells_the_storage_that_would_change(client, devnet):
    told = await client.result("dev_dryRun", "0x" + transfer(devnet).hex())
    assert told["result"] == "0x0000"
    assert {"pallet": "Balances", "name": "Transfer"} in told["events"]
    assert len(told["storageDiff"]) == 2  # both accounts


async def test_the_pool_can_be_cleared(client, devnet):
    devnet.auto = False
    name = await client.result("author_submitAndWatchExtrinsic", "0x" + transfer(devnet).hex())
    assert await client.next(name) == "ready"
    assert await client.result("dev_clearPool") == 1
    assert await client.next(name) == "dropped"


async def test_a_batch_of_submissions_shares_a_block(client, devnet):
    await client.result("dev_setBlockBuildMode", "Batch")
    raws = [transfer(devnet, nonce=k) for k in range(3)]
    names = [await client.result("author_submitAndWatchExtrinsic", "0x" + raw.hex()) for raw in raws]
    blocks = set()
    for name in names:
        while not isinstance(told := await client.next(name), dict):
            await asyncio.sleep(0)
        blocks.add(told["inBlock"])
    assert len(blocks) == 1


async def test_neurons_stake_and_uids(client, devnet):
    before = devnet.chain().read(reads.metagraph(1))
    assert await client.result("dev_registerAll", 1, [ALICE.ss58], BOB.ss58) == [before.n]
    assert await client.result("dev_setStake", 1, ALICE.ss58, 7 * TAO, BOB.ss58) == str(7 * TAO)
    newcomer = await client.result("dev_deregister", 1, 1)
    after = devnet.chain().read(reads.metagraph(1))
    assert after.hotkeys == (before.hotkeys[0], newcomer, *before.hotkeys[2:], ALICE.ss58)
    assert after.alpha_stake[-1] == 7 * TAO
    assert "owner" in (await client.error("dev_deregister", 1, 0))["message"]
    for wrong in ((1, "x"), (1, ["x"]), (1, [5]), ("1", [])):
        assert (await client.error("dev_registerAll", *wrong))["code"] == -32602


async def test_root_calls_by_name_and_in_hex(client, devnet):
    call = {"pallet": "AdminUtils", "call": "sudo_set_tempo", "args": {"netuid": 1, "tempo": 10}}
    assert await client.result("dev_sudo", call) == "0x" + devnet.head.hash.hex()
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0a00"
    raw = devnet.node.coders("RuntimeCall").encode(devnet.natives.call(*call.values()))
    await client.result("dev_setHyperparameter", 1, "Tempo", 20)
    await client.result("dev_sudo", "0x" + raw.hex())
    assert await client.result("state_getStorage", TEMPO_OF_1) == "0x0a00"
    refused = {"pallet": "Balances", "call": "transfer_keep_alive", "args": {"dest": BOB.ss58, "value": 1}}
    assert "BadOrigin" in (await client.error("dev_sudo", refused))["message"]
    for wrong in (
        "0x00",
        5,
        {},
        call | {"call": "no"},
        call | {"args": {}},
        call | {"args": {"netuid": 1, "tempo": -1}},
    ):
        assert (await client.error("dev_sudo", wrong))["code"] == -32602


async def test_a_call_is_rehearsed_in_the_shape_of_chopsticks(client, devnet):
    call = devnet.natives.call("Balances", "transfer_keep_alive", {"dest": BOB.ss58, "value": 5})
    raw = "0x" + devnet.node.coders("RuntimeCall").encode(call).hex()
    told = await client.result("dev_dryRun", {"extrinsic": {"call": raw, "address": ALICE.ss58}})
    assert told["result"] == "0x0000"
    assert told == await client.result("dev_dryRun", {"extrinsic": "0x" + transfer(devnet).hex()})
    assert (await client.error("dev_dryRun", {"extrinsic": {"call": raw}}))["code"] == -32602


async def test_the_mock_signature_counts_for_whom_it_should(client, devnet):
    signature = await client.result("dev_impersonate", BOB.ss58)
    assert bytes.fromhex(signature[2:]) == bytes.fromhex("deadbeef") + b"\xcd" * 60
    mocked = "0x" + transfer(devnet, signer=devnet.impersonate(BOB)).hex()
    await client.result("dev_stopImpersonating", BOB.ss58)
    assert (await client.error("author_submitExtrinsic", mocked))["data"] == "Transaction has a bad signature"
    await client.result("dev_autoImpersonate", True)
    await client.result("author_submitExtrinsic", mocked)
    assert (await client.error("dev_autoImpersonate", 1))["code"] == -32602


async def test_given_transactions_share_the_block_that_is_made(client, devnet):
    raws = ["0x" + transfer(devnet, nonce=k).hex() for k in range(2)]
    number = devnet.head.number
    block = await client.result("dev_newBlock", {"transactions": raws})
    assert devnet.head.number == number + 1
    assert (await client.result("chain_getBlock", block))["block"]["extrinsics"][1:] == raws


async def test_nothing_waits_to_be_revealed(client, devnet):
    assert await client.result("dev_untilRevealed") == "0x" + devnet.head.hash.hex()
    assert "runs no epochs" in (await client.error("dev_untilRevealed", 9))["message"]


async def test_what_the_chain_began_as(client, devnet):
    info = await client.result("dev_info")
    assert (info["preset"], info["settings"], info["clients"]) == ("subnet", {}, 1)
