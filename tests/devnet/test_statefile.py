import json

import pytest

from chains import ALICE, BOB, TAO
from taokit.chain import calls, reads
from taokit.devnet import Devnet
from taokit.errors import StateCorrupt, UnknownBlock


@pytest.fixture(scope="module")
def text():
    devnet = Devnet.demo(miners=2, validators=2, Tempo=20)
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait=None)
    devnet.mine(3)
    return devnet.dump()


def test_a_chain_goes_on_where_it_was_written_down(text):
    one, other = Devnet.loaded(text), Devnet.loaded(text)
    assert one.dump() == text
    assert one.chain().genesis() == Devnet.demo(miners=2, validators=2, Tempo=20).chain().genesis()
    one.next_epoch(), other.next_epoch()
    assert (one.head, one.state_root()) == (other.head, other.state_root())


def test_a_loaded_chain_equals_the_one_that_went_on():
    devnet = Devnet.subnet(miners=2, validators=2, Tempo=20)
    copy = Devnet.loaded(devnet.dump())
    assert copy.state_root() == devnet.state_root()
    for chain in (devnet, copy):
        chain.run_epochs(2)
    assert (copy.head, copy.state_root()) == (devnet.head, devnet.state_root())


def test_its_last_block_can_be_read_and_extrinsics_signed_before_still_count(text):
    devnet = Devnet.loaded(text)
    chain, block = devnet.chain(), devnet.backend().block(devnet.head.hash)
    assert len(block.extrinsics) == 1
    assert len(chain.read(reads.named("System.Events"))) == 1
    before = chain.read(reads.balance(BOB.ss58)).rao
    chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE)
    assert chain.read(reads.balance(BOB.ss58)).rao == before + TAO
    with pytest.raises(UnknownBlock):
        devnet.set_head(devnet.head.number - 2)


def test_loading_into_a_chain_that_runs_is_another_branch(text):
    devnet = Devnet.loaded(text)
    abandoned = devnet.mine(2)
    devnet.load(text)
    assert devnet.head.number == abandoned.number - 2
    assert devnet.mine(2).hash != abandoned.hash
    assert devnet.reset().number == abandoned.number - 2


def lines_of(text):
    return text.splitlines(keepends=True)


def refused(text, at, match):
    devnet = Devnet.subnet(miners=1, validators=1)
    root = devnet.state_root()
    with pytest.raises(StateCorrupt, match=rf"^that\.jsonl, line {at}: .*{match}"):
        devnet.load(text, name="that.jsonl")
    assert devnet.state_root() == root


def test_a_file_that_was_cut_is_refused_whole(text):
    lines = lines_of(text)
    refused("", 1, "no JSON")
    refused("".join(lines[:1]), 2, "was cut")
    refused("".join(lines[:40]), 41, "was cut")
    refused("".join(lines[:-1]), len(lines), "was cut")
    refused("".join(lines[:40]) + lines[40][:30], 41, "no JSON")
    refused("".join(lines[:40] + lines[41:]), len(lines) - 1, "entries were written")
    refused(text + text, len(lines), "follows")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"format": "other"}, "no chain that"),
        ({"version": 2}, "version 2"),
        ({"spec": "node-subtensor/424"}, "424"),
        ({"metadata": "0x00"}, "other metadata"),
        ({"block": "1"}, "whole numbers"),
    ],
)
def test_a_file_of_another_version(text, change, match):
    first, *rest = lines_of(text)
    refused(json.dumps(json.loads(first) | change) + "\n" + "".join(rest), 1, match)


def entry(text, name):
    """The line of an entry, and the entry."""
    for number, line in enumerate(lines_of(text), 1):
        if (found := json.loads(line)).get("entry") == name:
            return number, found
    raise AssertionError(name)


def with_line(text, number, found):
    lines = lines_of(text)
    lines[number - 1] = json.dumps(found) + "\n"
    return "".join(lines)


def test_a_value_may_be_edited_where_the_raw_pair_is_left_out(text):
    number, found = entry(text, "SubtensorModule.Tempo")
    assert found["keys"] == [0]
    plain = {name: found[name] for name in ("entry", "keys")} | {"value": 77}
    devnet = Devnet.loaded(with_line(text, number, plain))
    assert devnet.chain().read(reads.schedule(0)).tempo == 77
    refused(with_line(text, number, found | {"value": 77}), number, "not what the raw pair says")
    refused(with_line(text, number, plain | {"value": "x"}), number, "no u16")
    refused(with_line(text, number, plain | {"entry": "SubtensorModule.Temp"}), number, "no storage entry")
    refused(with_line(text, number, plain | {"keys": []}), number, "1 keys")
    refused(with_line(text, number, {"entry": 5}), number, "")
    key, value = found["raw"]
    refused(with_line(text, number, {"entry": found["entry"], "raw": [key, value + "00"]}), number, "no u16")
    refused(with_line(text, number, {"entry": found["entry"], "raw": [key[:-2], value]}), number, "none of")


def test_accounts_are_told_by_address(text):
    found = [json.loads(line) for line in lines_of(text)]
    holders = [line["keys"][0] for line in found if line.get("entry") == "System.Account"]
    assert ALICE.ss58 in holders
