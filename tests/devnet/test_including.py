import pytest

from chains import ALICE, BOB, TAO, funded
from sealing import carrier, next_key, seal, signed
from taokit.chain import calls
from taokit.devnet import including

GIFT = calls.transfer_keep_alive(BOB.ss58, TAO)


@pytest.fixture
def small(monkeypatch):
    """A chain whose blocks take one extrinsic, and whose blocks wait."""
    monkeypatch.setattr(including, "BLOCK_EXTRINSICS", 1)
    devnet = funded(auto=False)
    devnet.mine(3)
    return devnet


def kinds(submission):
    return [status.kind for status in submission.statuses]


def test_what_has_no_room_waits_for_the_next_block(small):
    first, second = (small.node.submit(signed(small, GIFT, nonce)) for nonce in (0, 1))
    small.mine()
    assert (kinds(first)[-1], kinds(second)) == ("finalized", ["ready"])
    small.mine()
    assert (kinds(second)[-1], small.waiting) == ("finalized", 0)


def test_one_that_loses_its_nonce_to_a_sealed_one_is_told(small):
    sealed = signed(small, calls.transfer_keep_alive(BOB.ss58, 2 * TAO), 1)
    small.node.submit(carrier(small, seal(next_key(small), sealed)))
    open_one = small.node.submit(signed(small, GIFT, 1, signer=ALICE))
    small.mine()
    small.mine()
    assert (kinds(open_one)[-1], small.waiting) == ("invalid", 0)
