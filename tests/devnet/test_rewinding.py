import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.errors import ConfigurationError


def balance(devnet, who):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def test_revert_restores_everything_and_new_blocks_have_new_hashes():
    devnet = funded()
    chain = devnet.chain()
    before, root = devnet.head, devnet.state_root()
    saved = devnet.snapshot()
    chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE)
    abandoned = devnet.mine()
    assert devnet.revert(saved) == before == devnet.head
    assert (balance(devnet, BOB), devnet.now_ms, devnet.state_root()) == (0, devnet.now_ms, root)
    assert chain.read(reads.nonce(ALICE.ss58)) == 0
    again = devnet.mine(2)
    assert again.number == abandoned.number
    assert again.hash != abandoned.hash
    assert chain.read(reads.balance(BOB.ss58), at=abandoned.hash).rao == TAO  # stale hashes read old state for a while


def test_an_empty_block_made_again_has_another_hash_too():
    devnet = funded()
    saved, hashes = devnet.snapshot(), set()
    for _ in range(3):
        hashes.add(devnet.mine().hash)
        devnet.revert(saved)
    assert len(hashes) == 3


def test_a_snapshot_serves_any_number_of_times_and_forgets_later_ones():
    devnet = funded()
    first = devnet.snapshot()
    devnet.mine()
    second = devnet.snapshot()
    for _ in range(2):
        devnet.mine(3)
        assert devnet.revert(first).number == 0
    with pytest.raises(ConfigurationError):
        devnet.revert(second)


def test_what_was_written_on_an_abandoned_branch_is_not_written_again():
    devnet = funded()
    saved = devnet.snapshot()
    devnet.mine(3)
    devnet.fund(BOB, TAO)
    devnet.mine()
    devnet.revert(saved)
    devnet.mine(6)
    devnet.reorganise(5)
    assert balance(devnet, BOB) == 0


def test_what_the_beacon_was_told_ends_with_the_chain():
    devnet = funded()
    text = devnet.dump()
    devnet.drand.delay_rounds(5)
    devnet.load(text)
    assert devnet.drand.status.late == 0


def test_a_revert_empties_the_pool():
    devnet = funded(auto=False)
    saved = devnet.snapshot()
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait=None)
    devnet.revert(saved)
    assert devnet.waiting == 0


def test_an_anchor_holds_when_the_block_fails():
    devnet = funded()
    with pytest.raises(ZeroDivisionError), devnet.anchor():
        devnet.mine(4) and 1 / 0
    assert devnet.head.number == 0
