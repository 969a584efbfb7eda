import pytest

from chains import ALICE, BOB, TAO
from taokit.chain import Storage, calls, reads, run
from taokit.devnet import Devnet
from taokit.units import Rao

SUBNETS = "SubtensorModule"


@pytest.fixture
def chain():
    chain = Devnet.subnet(miners=1, validators=1).chain()
    chain.submit(calls.burned_register(1, BOB.ss58), ALICE)
    chain.submit(calls.add_stake(BOB.ss58, 1, Rao(10 * TAO)), ALICE)
    return chain


def test_a_position_is_in_the_subnet_s_own_alpha(chain):
    (position,) = chain.read(reads.stakes(ALICE.ss58))
    assert (position.hotkey, position.netuid, position.registered) == (BOB.ss58, 1, True)
    assert position.stake.netuid == 1
    assert position.stake == chain.read(reads.stake(BOB.ss58, ALICE.ss58, 1))
    with pytest.raises(TypeError, match="cannot mix"):
        position.stake + Rao(1)
    available = chain.read(reads.stake_available(ALICE.ss58))
    assert available[1].total == available[1].available == position.stake
    assert available[1].locked == Rao(0, 1)


def test_all_that_is_staked_to_a_hotkey(chain):
    before = chain.read(reads.hotkey_stake(BOB.ss58, 1))
    chain.submit(calls.add_stake(BOB.ss58, 1, Rao(TAO)), BOB)
    assert chain.read(reads.hotkey_stake(BOB.ss58, 1)) > before
    assert chain.read(reads.stake(BOB.ss58, BOB.ss58, 1)) + before == chain.read(reads.hotkey_stake(BOB.ss58, 1))


def test_nothing_staked(chain):
    assert chain.read(reads.stakes(BOB.ss58)) == ()
    assert chain.read(reads.stake(ALICE.ss58, BOB.ss58, 1)) == Rao(0, 1)


def test_children_and_parents():
    kin = [(reads.WHOLE // 2, BOB.ss58)]
    answers = {
        Storage(SUBNETS, "ChildKeys", (ALICE.ss58, 1)): kin,
        Storage(SUBNETS, "ParentKeys", (ALICE.ss58, 1)): [],
        Storage(SUBNETS, "PendingChildKeys", (1, ALICE.ss58)): (kin, 7200),
        Storage(SUBNETS, "PendingChildKeys", (1, BOB.ss58)): ([], 0),
    }
    (child,) = run(reads.children(ALICE.ss58, 1), answers.__getitem__)
    assert (child.hotkey, child.share) == (BOB.ss58, pytest.approx(0.5))
    assert run(reads.parents(ALICE.ss58, 1), answers.__getitem__) == ()
    assert run(reads.pending_children(ALICE.ss58, 1), answers.__getitem__) == reads.PendingChildren((child,), 7200)
    assert run(reads.pending_children(BOB.ss58, 1), answers.__getitem__) is None
