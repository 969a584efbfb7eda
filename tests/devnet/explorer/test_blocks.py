import pytest

from chains import ALICE, BOB, TAO
from taokit.chain import calls, reads
from taokit.devnet import Devnet, history
from taokit.devnet.explorer.blocks import MOST, Blocks
from taokit.devnet.explorer.calls import Phrases
from taokit.devnet.runtime.table import DecodedCall
from taokit.errors import UnknownBlock


@pytest.fixture(scope="module")
def blocks(scene):
    return Blocks(scene)


def test_the_latest_come_first(scene, blocks):
    told = blocks.latest(5)
    best = scene.head.number
    assert [one["number"] for one in told] == [best - k for k in range(5)]
    assert told[0]["hash"] == "0x" + scene.head.hash.hex()
    assert [one["number"] for one in blocks.latest(3, best - 1)] == [best - 2, best - 3, best - 4]
    assert [one["number"] for one in blocks.latest(5, 2)] == [1, 0]
    assert blocks.latest(5, 0) == []
    assert len(blocks.latest(10**6)) == MOST


def test_a_block_by_height_and_by_hash(scene, blocks):
    record = blocks.named(str(scene.head.number))
    assert record.head == scene.head
    assert blocks.named("0x" + scene.head.hash.hex()).head == scene.head
    assert blocks.named("0").head.number == 0


@pytest.mark.parametrize("name", ["", "-1", "9999999", "0x", "0x12", "zebra", "٣", "9" * 30, "0x" + "00" * 32])
def test_blocks_that_are_not_there(blocks, name):
    with pytest.raises(UnknownBlock):
        blocks.named(name)


def test_of_a_block_that_is_kept_no_more_that_is_said(monkeypatch):
    monkeypatch.setattr(history, "BODIES", 10)
    devnet = Devnet.demo(miners=1, validators=1)
    devnet.mine(20)
    old = devnet.head.number - 15
    for name in (str(old), "0x" + devnet.node.history.hash_of(old).hex()):
        with pytest.raises(UnknownBlock, match=rf"^block {name} is none of the last "):
            Blocks(devnet).named(name)


def test_a_transfer_is_told_as_it_was_signed(scene, blocks):
    transfers = [
        (record, one)
        for number in range(scene.head.number, 360, -1)
        for record in [blocks.block(blocks.named(str(number)))]
        for one in record["extrinsics"]
        if one["pallet"] == "Balances"
    ]
    ((_, told),) = transfers
    assert told["args"] == {"dest": {"Id": BOB.ss58}, "value": 3 * TAO}
    assert (told["signer"], told["nonce"], told["ok"], told["error"]) == (ALICE.ss58, 0, True, None)
    (event,) = [event for event in told["events"] if event["event"] == "Transfer"]
    assert {field["name"]: field["value"] for field in event["fields"]} == {
        "from": ALICE.ss58,
        "to": BOB.ss58,
        "amount": 3 * TAO,
    }
    spent = 1_000_000 * TAO - int(scene.chain().read(reads.balance(ALICE.ss58)).rao)
    assert 0 < told["fee"] <= spent - 3 * TAO


def test_a_call_that_failed_says_why(scene, blocks):
    failed = [one for one in blocks.latest(60) if one["failed"]]
    (block,) = failed
    told = blocks.block(blocks.named(str(block["number"])))["extrinsics"][1]
    assert (told["pallet"], told["call"], told["ok"]) == ("SubtensorModule", "set_weights", False)
    assert told["error"].startswith("SubtensorModule.")


def test_epochs_and_the_inherent(blocks):
    told = blocks.block(blocks.named("360"))
    assert told["epochs"] == [1]
    assert [event["event"] for event in told["otherEvents"]] == ["IncentiveAlphaEmittedToMiners"]
    (inherent,) = told["extrinsics"]
    assert (inherent["call"], inherent["args"], inherent["signer"]) == ("set", {"now": told["time"]}, None)


def test_what_waits_is_listed():
    devnet = Devnet.empty(auto=False)
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait=None)
    (told,) = Blocks(devnet).waiting()
    assert (told["signer"], told["call"]) == (ALICE.ss58, "transfer_keep_alive")


def test_calls_inside_calls_are_told_by_name(scene):
    phrases = Phrases(scene.node.table, scene.natives)
    inner = scene.natives.call("System", "remark", {"remark": "0x01"})
    batch = DecodedCall("Utility", "batch", {"calls": (inner, inner)})
    told = phrases.call(DecodedCall("Sudo", "sudo", {"call": batch}))
    assert (
        told["args"]["call"]["args"]["calls"]
        == [{"pallet": "System", "call": "remark", "args": {"remark": "0x01"}}] * 2
    )
    deep = inner
    for _ in range(40):
        deep = DecodedCall("Sudo", "sudo", {"call": deep})
    depth, told = 0, phrases.call(deep)
    while isinstance(told, dict):
        depth, told = depth + 1, told["args"]["call"]
    assert depth < 40
    assert told.startswith("0x")


def test_errors_by_name(scene):
    phrases = Phrases(scene.node.table, scene.natives)
    assert phrases.error("BadOrigin") == "BadOrigin"
    assert phrases.error(("Token", "FundsUnavailable")) == "Token.FundsUnavailable"
    assert phrases.error(("Module", (250, bytes(4)))) == "error 0 of pallet 250"
