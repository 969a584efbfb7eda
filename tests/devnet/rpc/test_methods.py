from hashlib import blake2b

import bittensor_core
import pytest

from chains import ALICE, BOB
from rpc_client import transfer
from taokit.chain import reads
from taokit.devnet.rpc.dispatch import NAMES
from taokit.devnet.runtime.xxhash import twox128

KEYS = "0x658faa385070e074c85bf6b568cf0555"  # twox128 of SubtensorModule, from recorded traffic
TEMPO = KEYS + "7641384bb339f3758acddfd7053d3317"
ABSENT = "0x" + "11" * 32


async def test_who_it_is(client):
    assert await client.result("system_chain") == "taokit devnet"
    assert await client.result("system_properties") == {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}
    assert (await client.result("system_health"))["isSyncing"] is False
    assert (await client.result("rpc_methods"))["methods"] == NAMES
    version = await client.result("state_getRuntimeVersion", None)
    assert (version["specName"], version["specVersion"], version["transactionVersion"]) == ("node-subtensor", 425, 1)
    assert ["0xdf6acb689907609b", 5] in version["apis"]  # Core, as the real chain has it
    assert await client.result("chain_getRuntimeVersion") == version


async def test_every_method_answers_something_to_nothing(client):
    for name in NAMES:
        if not name.startswith("dev_") and "ubscribe" not in name:
            said = await client.ask(name)
            assert "result" in said or said["error"]["code"] == -32602, (name, said)


async def test_both_versions_of_metadata_and_none_other(client):
    parent = (await client.result("chain_getHeader"))["parentHash"]
    assert (await client.result("state_getMetadata", parent)).startswith("0x6d6574610e")
    assert await client.result("state_call", "Metadata_metadata_versions", "0x") == "0x080e0000000f000000"
    told = await client.result("state_call", "Metadata_metadata_at_version", "0x0f000000", None)
    assert "6d6574610f" in told[:32]
    assert await client.result("state_call", "Metadata_metadata_at_version", "0x10000000", None) == "0x00"


async def test_blocks_by_height_and_by_hash(client, devnet):
    head = "0x" + devnet.head.hash.hex()
    assert await client.result("chain_getBlockHash") == await client.result("chain_getHead") == head
    assert await client.result("chain_getBlockHash", devnet.head.number) == head
    assert await client.result("chain_getBlockHash", hex(devnet.head.number)) == head
    assert await client.result("chain_getBlockHash", [devnet.head.number, 10**6]) == [head, None]
    assert await client.result("chain_getBlockHash", 10**6) is None
    assert await client.result("chain_getFinalizedHead") == await client.result("chain_getFinalisedHead") == head
    header = await client.result("chain_getHeader", head)
    assert int(header["number"], 16) == devnet.head.number
    block = await client.result("chain_getBlock", head)
    assert block["block"]["header"] == header
    assert len(block["block"]["extrinsics"]) == 1


async def test_storage(client):
    assert await client.result("state_getStorage", TEMPO + "0100") == "0x6801"  # 360
    assert await client.result("state_getStorageAt", TEMPO + "0900") is None
    assert await client.result("state_getStorageSize", TEMPO + "0100") == 2
    digest = blake2b(bytes.fromhex("6801"), digest_size=32).hexdigest()
    assert await client.result("state_getStorageHash", TEMPO + "0100") == "0x" + digest


async def test_a_query_answers_every_key_in_one_set(client):
    head = await client.result("chain_getHead")
    ((told),) = await client.result("state_queryStorageAt", [TEMPO + "0100", TEMPO + "0900", "0xff"])
    assert told == {"block": head, "changes": [[TEMPO + "0100", "0x6801"], [TEMPO + "0900", None], ["0xff", None]]}


async def test_a_query_over_a_range_tells_changes_only(client, devnet):
    first = await client.result("chain_getHead")
    devnet.set_hyperparameter(1, "Tempo", 10)
    devnet.mine(3)
    sets = await client.result("state_queryStorage", [TEMPO + "0100"], first)
    assert [one["changes"][0][1] for one in sets] == ["0x6801", "0x0a00"]
    assert (await client.error("state_queryStorage", [], await client.result("chain_getHead"), first))["code"] == 4001


async def test_pages_of_keys_begin_after_the_start_key(client):
    every = await client.result("state_getKeys", TEMPO)
    assert every == sorted(every) == [TEMPO + "0000", TEMPO + "0100"]
    assert await client.result("state_getKeysPaged", TEMPO, 1, TEMPO, None) == every[:1]
    assert await client.result("state_getKeysPaged", TEMPO, 1, None) == every[:1]
    assert await client.result("state_getKeysPagedAt", TEMPO, 100, every[0]) == every[1:]
    assert await client.result("state_getKeysPaged", TEMPO, 100, every[1]) == []
    assert (await client.error("state_getKeysPaged", TEMPO, 1001))["code"] == 4002


async def test_arguments_of_runtime_calls_with_and_without_prefix(client):
    plain = await client.result("state_call", "SubnetInfoRuntimeApi_get_metagraph", "0100", None)
    head = await client.result("chain_getHead")
    assert plain == await client.result("state_call", "SubnetInfoRuntimeApi_get_metagraph", "0x0100", head)
    assert len(plain) > 1000


async def test_nonces_count_what_waits(client, devnet):
    devnet.auto = False
    await client.result("author_submitExtrinsic", "0x" + transfer(devnet).hex())
    assert await client.result("system_accountNextIndex", ALICE.ss58) == 1
    assert await client.result("account_nextIndex", BOB.ss58) == 0
    assert len(await client.result("author_pendingExtrinsics")) == 1


async def test_a_submission_is_named_by_its_hash_and_found_in_its_block(client, devnet):
    raw = transfer(devnet)
    name = await client.result("author_submitExtrinsic", "0x" + raw.hex())
    assert name == "0x" + blake2b(raw, digest_size=32).hexdigest()
    block = await client.result("chain_getBlock")
    assert block["block"]["extrinsics"][1] == "0x" + raw.hex()


async def test_a_dry_run_changes_nothing(client, devnet):
    before = devnet.state_root()
    assert await client.result("system_dryRun", "0x" + transfer(devnet).hex()) == "0x0000"
    too_much = transfer(devnet, rao=10**18)
    assert (await client.result("system_dryRun", "0x" + too_much.hex())).startswith("0x0001")
    assert devnet.state_root() == before


@pytest.mark.parametrize(
    ("method", "params", "code", "words"),
    [
        ("no_such", [], -32601, "Method not found"),
        ("chain_getHeader", [ABSENT], 4003, "UnknownBlock"),
        ("chain_getBlock", [ABSENT], 4003, "UnknownBlock"),
        ("state_getStorage", [TEMPO, ABSENT], 4003, "UnknownBlock"),
        ("state_getRuntimeVersion", [ABSENT], 4003, "UnknownBlock"),
        ("state_call", ["Core_version", "0x", ABSENT], 4003, "UnknownBlock"),
        ("state_call", ["No_such", "0x"], 4003, "Exported method No_such is not found"),
        ("state_call", ["SubnetInfoRuntimeApi_get_metagraph", "0x01"], 4003, "Execution failed"),
        ("state_getStorage", [7], -32602, "Invalid params"),
        ("state_getStorage", ["0xabc"], -32602, "Invalid params"),
        ("state_getStorage", [TEMPO, "0x11"], -32602, "Invalid params"),
        ("state_getStorage", ["0xé"], -32602, "Invalid params"),
        ("chain_getBlockHash", [-1], -32602, "Invalid params"),
        ("chain_getBlockHash", [1.5], -32602, "Invalid params"),
        ("chain_getBlockHash", ["zz"], -32602, "Invalid params"),
        ("system_accountNextIndex", ["5Grw"], -32602, "Invalid params"),
        ("author_submitExtrinsic", ["0x"], 1001, "invalid format"),
        ("author_submitExtrinsic", ["0x0484"], 1002, "Verification Error"),
    ],
)
async def test_errors(client, method, params, code, words):
    said = await client.error(method, *params)
    assert said["code"] == code
    assert words in said["message"]


async def test_refusals_of_the_pool(client, devnet):
    raw = "0x" + transfer(devnet).hex()
    await client.result("author_submitExtrinsic", raw)
    again = await client.error("author_submitExtrinsic", raw)
    assert again == {"code": 1010, "message": "Invalid Transaction", "data": "Transaction is outdated"}
    forged = bytearray(transfer(devnet, nonce=1))
    forged[60] ^= 1  # inside the signature
    assert (await client.error("author_submitExtrinsic", "0x" + forged.hex()))[
        "data"
    ] == "Transaction has a bad signature"


async def test_a_state_that_is_not_kept_any_more(client, devnet):
    old = "0x" + devnet.head.hash.hex()
    devnet.mine(300)
    said = await client.error("state_getStorage", TEMPO + "0100", old)
    assert (said["code"], said["message"].rpartition(" ")[2]) == (4003, old)
    assert "State already discarded for" in said["message"]


async def test_a_state_that_a_client_was_told_of_is_kept(client, devnet):
    for method in ("chain_getHead", "chain_getFinalizedHead", "chain_getBlockHash"):
        told = await client.result(method)
        tempo = await client.result("state_getStorage", TEMPO + "0100", told)
        devnet.mine(300)
        assert await client.result("state_getStorage", TEMPO + "0100", told) == tempo
        devnet.set_hyperparameter(1, "Tempo", devnet.head.number)
        devnet.mine()
    for _ in range(130):
        devnet.mine()
        await client.result("chain_getHead")
    assert "State already discarded for" in (await client.error("state_getStorage", TEMPO + "0100", told))["message"]


async def test_number_time_and_events_outlive_the_state(client, devnet):
    old = "0x" + devnet.head.hash.hex()
    names = [b"Number", b"ParentHash", b"Events"]
    keys = ["0x" + (twox128(b"System") + twox128(name)).hex() for name in names]
    keys.append("0x" + (twox128(b"Timestamp") + twox128(b"Now")).hex())
    before = await client.result("state_queryStorageAt", keys, old)
    assert None not in [value for _, value in before[0]["changes"]]
    devnet.mine(300)
    assert await client.result("state_queryStorageAt", keys, old) == before
    assert "error" in await client.ask("state_queryStorageAt", [*keys, TEMPO + "0100"], old)


async def test_the_account_of_another_implementation(client):
    key = bittensor_core.ss58_decode(ALICE.ss58)
    assert await client.result("state_call", "AccountNonceApi_account_nonce", "0x" + bytes(key).hex()) == "0x00000000"


async def test_fees_are_those_that_the_block_takes(client, devnet):
    raw = transfer(devnet)
    told = await client.result("payment_queryInfo", "0x" + raw.hex())
    parts = (await client.result("payment_queryFeeDetails", "0x" + raw.hex()))["inclusionFee"]
    assert sum(int(part, 16) for part in parts.values()) == int(told["partialFee"])
    assert int(parts["lenFee"], 16) == len(raw)  # a rao a byte
    before = devnet.chain().read(reads.balance(ALICE.ss58)).rao
    await client.result("author_submitExtrinsic", "0x" + raw.hex())
    assert before - devnet.chain().read(reads.balance(ALICE.ss58)).rao == 5 + int(told["partialFee"])
    for method in ("payment_queryInfo", "payment_queryFeeDetails"):
        assert "error" in await client.ask(method, "0x00")
