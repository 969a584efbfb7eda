import pytest

from chains import ALICE, BOB, TAO
from taokit.chain import calls, reads
from taokit.devnet import Devnet, account
from taokit.devnet.runtime.subtensor import storage
from taokit.errors import ConfigurationError, NoSuchSubnet, PoolRefused

pytestmark = pytest.mark.devnet(miners=2, validators=2, Tempo=20)


def graph(devnet, netuid=1):
    return devnet.chain().read(reads.metagraph(netuid))


def test_neurons_come_at_once_and_for_free(devnet):
    before = graph(devnet).n
    burn = devnet.chain().read(reads.burn(1))
    new = [account(name, seed=9) for name in "abc"]
    assert devnet.register_all(1, new) == [before, before + 1, before + 2]
    assert devnet.register_all(1, [new[2].ss58, ALICE.ss58], coldkey=BOB) == [before + 2, before + 3]
    assert graph(devnet).hotkeys[-4:] == tuple(one.ss58 for one in (*new, ALICE))
    assert devnet.chain().read(reads.owner_of(ALICE.ss58)) == BOB.ss58
    assert devnet.chain().read(reads.burn(1)) == burn
    devnet.next_epoch()


def test_no_more_neurons_than_there_is_room_for(devnet):
    devnet.set_hyperparameter(1, "MaxAllowedUids", graph(devnet).n + 1)
    root = devnet.state_root()
    with pytest.raises(ConfigurationError, match="room for 1"):
        devnet.register_all(1, [ALICE, BOB])
    assert devnet.state_root() == root
    with pytest.raises(NoSuchSubnet):
        devnet.register_all(7, [ALICE])


def test_stake_is_set_up_and_down_and_the_sums_stay_true(devnet):
    key = account("staker", seed=1)
    devnet.register_all(1, [key])
    out = devnet.state[storage.SUBNET_ALPHA_OUT, 1]
    assert devnet.set_stake(1, key, 500 * TAO) == 500 * TAO
    assert devnet.state[storage.SUBNET_ALPHA_OUT, 1] == out + 500 * TAO
    assert devnet.set_stake(1, key, 20 * TAO, coldkey=BOB) == 20 * TAO
    assert devnet.set_stake(1, key, 3 * TAO) in (3 * TAO, 3 * TAO - 1)
    assert abs(devnet.state[storage.SUBNET_ALPHA_OUT, 1] - (out + 23 * TAO)) <= 1
    assert graph(devnet).alpha_stake[-1] in range(23 * TAO - 2, 23 * TAO + 1)


def test_stake_on_root_is_tao_that_exists(devnet):
    total = devnet.state[storage.TOTAL_STAKE]
    devnet.set_stake(0, ALICE, 50 * TAO)
    assert devnet.state[storage.TOTAL_STAKE] == total + 50 * TAO
    devnet.set_stake(0, ALICE, 0)
    assert devnet.state[storage.TOTAL_STAKE] == total


def test_a_uid_is_taken_away(devnet):
    old = graph(devnet)
    newcomer = devnet.deregister(1, 1)
    new = graph(devnet)
    assert new.hotkeys == (old.hotkeys[0], newcomer, *old.hotkeys[2:])
    assert not devnet.chain().read(reads.registered(1, old.hotkeys[1]))
    for uid, said in ((0, "owner"), (99, "no uid 99")):
        with pytest.raises(ConfigurationError, match=said):
            devnet.deregister(1, uid)


def test_levers_leave_no_event_behind(devnet):
    devnet.set_stake(0, account("new", seed=1), TAO)
    assert devnet.state.events == []


def test_impersonation_signs_for_whom_nobody_can(devnet):
    stranger = devnet.deregister(1, 1)
    devnet.fund(stranger, 5 * TAO)
    mock = devnet.impersonate(stranger)
    chain = devnet.chain()
    chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), mock)
    devnet.stop_impersonating(stranger)
    with pytest.raises(PoolRefused, match="bad signature"):
        chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), mock)
    devnet.auto_impersonate = True
    chain.submit(calls.transfer_keep_alive(BOB.ss58, TAO), mock)


def test_a_dry_run_changes_nothing(devnet):
    root = devnet.state_root()
    call = devnet.natives.call("Balances", "transfer_keep_alive", {"dest": BOB.ss58, "value": TAO})
    made = devnet.dry_run_call(call, ALICE.public_key)
    assert made.result == b"\0\0"
    assert "Transfer" in [name for _, _, name, _ in made.events]
    assert len(made.changes) >= 2
    assert devnet.state_root() == root


def test_waiting_commits_are_waited_for():
    devnet = Devnet.demo(miners=1, validators=1, Tempo=20)
    validator = graph(devnet).hotkeys[-1]
    signer = devnet.impersonate(validator)
    start = devnet.head.number
    assert devnet.until_revealed().number == start
    commit = calls.Call("SubtensorModule", "commit_weights", {"netuid": 1, "commit_hash": bytes(32)})
    devnet.chain().submit(commit, signer, wait=None)
    devnet.mine()
    end = devnet.until_revealed().number
    assert 20 <= end - start <= 61  # nobody reveals it: it expires after the epoch in which it could have been
    with pytest.raises(ConfigurationError):
        devnet.until_revealed(5)


def test_a_subnet_begins_with_nobody_on_it():
    devnet = Devnet.empty()
    devnet.add_subnet(3, BOB)
    assert graph(devnet, 3).n == 0
    assert graph(devnet, 3).owner_hotkey == BOB.ss58
    assert devnet.register_all(3, [ALICE.ss58]) == [0]
    devnet.set_stake(3, ALICE.ss58, TAO)
    devnet.next_epoch(3)
    assert graph(devnet, 3).validator_permit.tolist() == [True]
    with pytest.raises(ConfigurationError, match="there already"):
        devnet.add_subnet(3, BOB)
