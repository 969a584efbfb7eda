import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet import Devnet, account, from_uri
from taokit.errors import UnknownBlock


def balance(devnet, who):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def test_the_same_extrinsics_give_the_same_state_root():
    one, other = funded(auto=False), funded(auto=False)
    one.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait=None)
    (sent,) = one._node.pool
    other.backend().submit(sent.extrinsic.data)
    one.mine(3), other.mine(3)
    assert one.state_root() == other.state_root()
    assert one.head.hash == other.head.hash
    other.mine()
    assert one.state_root() != other.state_root()


def test_old_states_are_read_by_hash():
    devnet = funded()
    before, first = devnet.head, devnet.mine()
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE)
    assert devnet.chain().read(reads.balance(BOB.ss58), at=first.hash).rao == 0
    devnet.mine(300)
    with pytest.raises(UnknownBlock):
        devnet.chain().read(reads.balance(BOB.ss58), at=before.hash)


def test_a_preset_subnet_runs_and_its_validators_hold_permits():
    devnet = Devnet.subnet(miners=2, validators=2)
    graph = devnet.chain().read(reads.metagraph(1, weights=True, bonds=True))
    addresses = [from_uri(f"//{name}").ss58 for name in ("owner", "miner/0", "miner/1", "validator/0", "validator/1")]
    assert list(graph.hotkeys) == addresses
    assert graph.validator_permit.tolist()[3:] == [True, True]
    assert not graph.parameters.commit_reveal
    assert devnet.auto


def test_the_demo_hides_weights_for_an_epoch_and_waits_for_blocks():
    devnet = Devnet.demo(miners=[ALICE], validators=[(BOB, 5 * TAO)], seed=1, Tempo=20)
    graph = devnet.chain().read(reads.metagraph(1))
    assert graph.hotkeys[1:] == (ALICE.ss58, BOB.ss58)
    assert graph.alpha_stake[2] >= 5 * TAO
    assert (graph.parameters.commit_reveal, graph.parameters.reveal_period, graph.parameters.tempo) == (True, 1, 20)
    assert not devnet.auto


def test_a_preset_is_the_same_chain_each_time():
    assert Devnet.demo(miners=1, validators=1, seed=3).head == Devnet.demo(miners=1, validators=1, seed=3).head
    assert Devnet.demo(miners=1, validators=1, seed=3).head != Devnet.demo(miners=1, validators=1, seed=4).head


def test_an_empty_chain_has_money_and_no_subnet_but_root():
    chain = Devnet.empty().chain()
    assert chain.read(reads.netuids()) == [0]
    assert chain.read(reads.balance(account("Ferdie").ss58)).rao == 10**6 * TAO
    chain.submit(calls.sudo(calls.admin("sudo_set_stake_threshold", min_stake=5)), ALICE)
    assert chain.read(reads.stake_threshold()) == 5
