from itertools import pairwise

import pytest

from chains import ALICE, BOB, GENESIS_MS, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet import account
from taokit.errors import PoolRefused


def pay(rao=TAO, to=BOB):
    return calls.transfer_keep_alive(to.ss58, rao)


def test_the_first_extrinsic_of_each_block_is_its_time(client):
    devnet = funded()
    devnet.mine(2)
    (inherent,) = devnet.backend().block().extrinsics
    told = client.decode_extrinsic(inherent)["call"]
    assert (told["call_module"], told["call_function"]) == ("Timestamp", "set")
    assert (
        told["call_args"][0]["value"] == GENESIS_MS + 24_000 == devnet.now_ms == devnet.chain().read(reads.timestamp())
    )


def test_each_block_names_its_parent():
    devnet = funded()
    heads = [devnet.head, *(devnet.mine() for _ in range(5))]
    assert [head.number for head in heads] == list(range(6))
    assert all(later.parent == earlier.hash for earlier, later in pairwise(heads))


def test_with_auto_each_extrinsic_gets_its_block():
    devnet = funded()
    receipt = devnet.chain().submit(pay(), ALICE)
    assert (receipt.block, receipt.index, devnet.head.number) == (1, 1, 1)
    assert receipt.block_hash == devnet.head.hash


def test_without_auto_they_wait_and_go_in_by_signer_and_nonce():
    devnet = funded(auto=False)
    devnet.fund(BOB, 10 * TAO)
    chain = devnet.chain()
    sent = [chain.submit(pay(to=ALICE), BOB, wait=None), *(chain.submit(pay(), ALICE, wait=None) for _ in range(3))]
    assert devnet.waiting == 4
    head = devnet.mine()
    assert devnet.waiting == 0
    block = devnet.backend().block(head.hash)
    assert len(block.extrinsics) == 5
    order = [ALICE, ALICE, ALICE, BOB] if ALICE.public_key < BOB.public_key else [BOB, ALICE, ALICE, ALICE]
    assert [signer.public_key in raw for signer, raw in zip(order, block.extrinsics[1:], strict=True)] == [True] * 4
    assert len({receipt.extrinsic for receipt in sent}) == 4


def test_a_gap_in_the_nonces_is_waited_for():
    devnet = funded(auto=False)
    chain = devnet.chain()
    chain.submit(pay(), ALICE, wait=None, nonce=1)
    devnet.mine()
    assert devnet.waiting == 1
    chain.submit(pay(), ALICE, wait=None, nonce=0)
    devnet.mine()
    assert (devnet.waiting, chain.read(reads.nonce(ALICE.ss58))) == (0, 2)


def test_one_whose_era_ends_before_its_turn_is_given_up():
    devnet = funded(auto=False)
    devnet.chain().submit(pay(), ALICE, wait=None, nonce=7, period=4)
    devnet.mine(3)
    assert devnet.waiting == 1
    devnet.mine()
    assert devnet.waiting == 0


def test_a_failed_call_costs_its_nonce_and_its_fee_and_changes_nothing_else():
    devnet = funded()
    chain = devnet.chain()
    with pytest.raises(Exception, match=r"Token\.FundsUnavailable"):
        chain.submit(pay(10**9 * TAO), ALICE)
    assert chain.read(reads.nonce(ALICE.ss58)) == 1
    (fee,) = [fields[1] for _, _, name, fields in devnet.node.history.best.events if name == "TransactionFeePaid"]
    assert chain.read(reads.balance(ALICE.ss58)).rao == 1000 * TAO - fee


def test_the_pool_refuses_before_anything_happens():
    devnet = funded()
    stranger = account("stranger", 1)
    with pytest.raises(PoolRefused) as caught:
        devnet.chain().submit(calls.serve_axon(1, "1.2.3.4", 8091), stranger)
    assert caught.value.custom == 10  # the number for a hotkey that is not registered
    assert devnet.head.number == 0
    assert devnet.chain().read(reads.nonce(stranger.ss58)) == 0


def test_the_genesis_hash_follows_from_time_and_state():
    assert funded().head == funded().head
    assert len({funded().head.hash, funded(genesis_ms=GENESIS_MS + 12_000).head.hash}) == 2
