import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet import Devnet
from taokit.devnet.past import MOST
from taokit.errors import ConfigurationError, UnknownBlock


def balance(devnet, who=BOB):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def transfer(devnet, rao=TAO):
    return devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, rao), ALICE, wait=None)


def test_a_reset_goes_back_to_the_beginning():
    devnet = Devnet.subnet(miners=1, validators=1)
    head, root = devnet.head, devnet.state_root()
    devnet.snapshot()
    devnet.fund(BOB, 5)
    devnet.mine(5)
    assert (devnet.reset(), devnet.state_root()) == (head, root)
    with pytest.raises(ConfigurationError):
        devnet.revert(0)
    assert devnet.mine().parent == head.hash


def test_the_same_extrinsics_after_a_revert_give_the_same_digest():
    devnet = funded(auto=False)
    transfer(devnet)
    (sent,) = devnet.node.pool
    saved, roots = devnet.snapshot(), []
    for _ in range(2):
        devnet.revert(saved)
        devnet.backend().submit(sent.extrinsic.data)
        devnet.mine(3)
        roots.append(devnet.state_root())
    assert roots[0] == roots[1]


def test_snapshots_are_bounded():
    devnet = funded()
    for _ in range(MOST):
        devnet.snapshot()
    with pytest.raises(ConfigurationError, match="snapshots"):
        devnet.snapshot()


def test_a_reorganisation_keeps_the_extrinsics_under_other_hashes():
    devnet = funded()
    transfer(devnet)
    devnet.mine(2)
    before, held = devnet.head, balance(devnet)
    saved = devnet.snapshot()
    after = devnet.reorganise(3)
    assert after.number == before.number + 1
    assert devnet.backend().block_hash(before.number) != before.hash
    assert (balance(devnet), devnet.waiting) == (held, 0)
    assert balance_at(devnet, before.hash) == held  # stale hashes read old state for a while
    with pytest.raises(ConfigurationError):
        devnet.revert(saved)


def balance_at(devnet, at):
    return devnet.chain().read(reads.balance(BOB.ss58), at=at).rao


def test_what_was_written_without_a_block_survives_a_reorganisation():
    devnet = funded(auto=False)
    devnet.mine()
    devnet.fund(BOB, 5 * TAO)
    devnet.mine()
    devnet.fund(BOB, 2 * TAO)
    devnet.reorganise(2)
    assert balance(devnet) == 7 * TAO
    assert balance(devnet, ALICE) == 1000 * TAO


def test_an_extrinsic_whose_era_begins_in_an_abandoned_block_is_lost():
    devnet = funded(auto=False)
    devnet.mine(2)
    transfer(devnet)  # signed under the best block's hash
    devnet.mine()
    assert balance(devnet) == TAO
    devnet.reorganise(2)
    assert balance(devnet) == 0


def test_what_cannot_be_made_again():
    devnet = funded()
    for depth in (0, 1):
        with pytest.raises(ConfigurationError):
            devnet.reorganise(depth)
    devnet.mine(300)
    with pytest.raises(UnknownBlock):
        devnet.reorganise(299)


def statuses(devnet):
    (sent,) = devnet.node.pool
    return lambda: [status.kind for status in sent.told()]


def test_finality_waits_for_blocks_on_top():
    devnet = funded(auto=False)
    devnet.delay_finality(2)
    transfer(devnet)
    told = statuses(devnet)
    devnet.mine(2)
    assert told() == ["ready", "in_block"]
    assert devnet.node.history.final.number == 0
    devnet.mine()
    assert told() == ["ready", "in_block", "finalized"]
    devnet.mine()
    devnet.delay_finality(0)
    assert devnet.node.history.final == devnet.head
    for wrong in (-1, 10**6):
        with pytest.raises(ConfigurationError):
            devnet.delay_finality(wrong)


def test_what_was_not_final_is_told_that_its_block_is_gone():
    devnet = funded(auto=False)
    devnet.delay_finality(10)
    transfer(devnet)
    told = statuses(devnet)
    devnet.mine()
    devnet.reorganise()
    assert told() == ["ready", "in_block", "retracted", "in_block"]
    devnet.reset()
    assert told()[-2:] == ["retracted", "dropped"]
