import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet import Devnet, account, from_uri
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.errors import ConfigurationError, DispatchFailed, UnknownBlock, UnknownName


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


def test_travel_moves_the_clock_and_makes_blocks():
    devnet = funded()
    start = devnet.now_ms
    devnet.travel(seconds=3600)
    assert devnet.now_ms == start + 3_600_000 + 12_000
    assert devnet.travel(blocks=10).number == 11


def test_money_and_settings_show_at_once():
    devnet = funded()
    devnet.fund(BOB, 5 * TAO)
    devnet.fund(BOB.ss58, TAO)
    assert balance(devnet, BOB) == 6 * TAO
    devnet.set_hyperparameter(1, "weights_set_rate_limit", 7)
    devnet.set_hyperparameter(1, "Tempo", 20)
    seen = devnet.chain().read(reads.hyperparameters(1))
    assert (seen.weights_rate_limit, seen.tempo) == (7, 20)
    with pytest.raises(UnknownName, match="Nonsense"):
        devnet.set_hyperparameter(1, "nonsense", 1)


def test_sudo_acts_as_root_and_says_why_not():
    devnet = funded()
    devnet.sudo(calls.Call("Balances", "force_set_balance", {"who": BOB.ss58, "new_free": 7 * TAO}))
    assert balance(devnet, BOB) == 7 * TAO
    with pytest.raises(DispatchFailed) as caught:
        devnet.sudo(calls.transfer_keep_alive(BOB.ss58, TAO))
    assert caught.value.name == "BadOrigin"


def test_the_sudo_key_makes_root_calls_and_learns_of_their_failure():
    devnet = funded()
    devnet.state[SUDO_KEY] = ALICE.public_key
    chain = devnet.chain()
    set_balance = calls.Call("Balances", "force_set_balance", {"who": BOB.ss58, "new_free": TAO})
    chain.submit(calls.sudo(set_balance), ALICE)
    assert balance(devnet, BOB) == TAO
    with pytest.raises(DispatchFailed, match="BadOrigin"):
        chain.submit(calls.sudo(calls.transfer_keep_alive(BOB.ss58, TAO)), ALICE)


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


def test_blocks_are_cheap_enough_to_run_epochs_one_by_one():
    assert funded().mine(1000).number == 1000


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


def test_the_next_epoch_is_one_tempo_away():
    devnet = Devnet.subnet(miners=1, validators=1, Tempo=10)
    before = devnet.chain().read(reads.schedule(1))
    assert devnet.next_epoch().number == before.next_epoch
    assert devnet.chain().read(reads.schedule(1)).epoch_index == before.epoch_index + 1
    with pytest.raises(ConfigurationError, match="no epochs"):
        devnet.next_epoch(9)


def test_an_empty_chain_has_money_and_no_subnet_but_root():
    chain = Devnet.empty().chain()
    assert chain.read(reads.netuids()) == [0]
    assert chain.read(reads.balance(account("Ferdie").ss58)).rao == 10**6 * TAO
    chain.submit(calls.sudo(calls.admin("sudo_set_stake_threshold", min_stake=5)), ALICE)
    assert chain.read(reads.stake_threshold()) == 5
