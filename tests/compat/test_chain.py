import asyncio
import copy

import numpy as np
import pytest

from taokit import compat as bt
from taokit.chain import reads
from taokit.compat.wallets import Key
from taokit.devnet import account
from taokit.errors import ChainRefused, ConfigurationError, NoSuchSubnet, TimedOut
from taokit.keys import from_uri

MINER, VALIDATOR = (from_uri(uri) for uri in ("//miner/0", "//validator/0"))


def held(signer):
    made = bt.Wallet(name="test")
    made.__dict__ |= {"hotkey": Key(signer.ss58, signer), "coldkey": Key(signer.ss58, signer)}
    return made


@pytest.fixture
def subtensor(devnet_url):
    with bt.Subtensor(network=devnet_url) as made:
        yield made


def test_settings_of_a_subnet(subtensor):
    told = subtensor.read(reads.hyperparameters(1))
    assert subtensor.tempo(1) == told.tempo
    assert subtensor.weights_rate_limit(netuid=1) == told.weights_rate_limit
    assert subtensor.min_allowed_weights(netuid=1) == told.min_allowed_weights
    assert subtensor.max_weight_limit(1) == told.max_weights_limit / 65535
    assert subtensor.immunity_period(1) == told.immunity_period
    assert subtensor.recycle(1).rao == told.burn
    assert subtensor.commit_reveal_enabled(1) is False
    assert subtensor.tempo(77) is None
    assert not subtensor.subnet_exists(77)
    assert subtensor.get_all_subnets_netuid() == [0, 1]
    ahead = subtensor.get_next_epoch_start_block(1) - subtensor.block
    assert 0 < ahead == subtensor.blocks_until_next_epoch(1) <= told.tempo
    for netuid in (0, 9):  # root has no epochs, and there is no 9
        assert subtensor.blocks_until_next_epoch(netuid) is None
        assert subtensor.get_next_epoch_start_block(netuid) is None


def test_who_is_registered(subtensor):
    uid = subtensor.get_uid_for_hotkey_on_subnet(MINER.ss58, 1)
    assert uid == 1  # after the owner
    assert subtensor.is_hotkey_registered(hotkey_ss58=MINER.ss58, netuid=1)
    assert subtensor.is_hotkey_registered_any(MINER.ss58)
    assert subtensor.get_netuids_for_hotkey(MINER.ss58) == [1]
    assert not subtensor.is_hotkey_registered(account("nobody").ss58)
    assert subtensor.get_uid_for_hotkey_on_subnet(account("nobody").ss58, 1) is None
    assert subtensor.get_hotkey_owner(MINER.ss58) == MINER.ss58


def test_weights_are_set_and_read_back(subtensor, devnet_url):
    devnet_url.ask("dev_newBlock", {"count": 200})
    uid = subtensor.get_uid_for_hotkey_on_subnet(VALIDATOR.ss58, 1)
    assert subtensor.blocks_since_last_update(1, uid) > subtensor.weights_rate_limit(1)
    answer = subtensor.set_weights(held(VALIDATOR), 1, np.array([2, 1]), np.array([0.25, 0.75]))
    success, message = answer
    assert success is True, message
    assert dict(subtensor.weights(1))[uid] == [(1, 65535), (2, 21845)]
    whole = subtensor.metagraph(1, lite=False)
    assert whole.W[uid][[1, 2]] == pytest.approx([0.75, 0.25], abs=1e-4)
    assert subtensor.blocks_since_last_update(1, uid) == 0


@pytest.mark.devnet(WeightsSetRateLimit=100)
def test_weights_too_soon_are_no_success(subtensor, devnet_url):
    devnet_url.ask("dev_newBlock", {"count": 200})
    assert subtensor.set_weights(held(VALIDATOR), 1, [1], [1.0])[0]
    answer = subtensor.set_weights(held(VALIDATOR), 1, [1], [1.0])
    assert not answer.success
    assert "in 100 blocks" in answer.message or "in 99 blocks" in answer.message
    with pytest.raises(ChainRefused):
        subtensor.set_weights(held(VALIDATOR), 1, [1], [1.0], raise_error=True)


def test_weights_of_a_stranger_and_of_nothing_are_no_success(subtensor):
    assert "not registered" in subtensor.set_weights(held(account("nobody")), 1, [1], [1.0]).message
    assert "every weight is 0" in subtensor.set_weights(held(VALIDATOR), 1, [1], [0.0]).message
    with pytest.raises(NoSuchSubnet):
        subtensor.set_weights(held(VALIDATOR), 77, [1], [1.0])


@pytest.mark.devnet("demo", miners=1, validators=1)
def test_a_subnet_of_hash_commits_is_refused_with_a_way_out(subtensor):
    answer = subtensor.set_weights(held(VALIDATOR), 1, [1], [1.0])
    assert not answer
    assert "taokit.Validator" in answer.message


@pytest.mark.devnet(CommitRevealWeightsEnabled=True, CommitRevealWeightsVersion=0, RevealPeriodEpochs=1, Tempo=20)
def test_a_commit_by_hash_is_revealed_an_epoch_later(subtensor, devnet_url):
    wallet, salt = held(VALIDATOR), [1, 2, 3, 65535]
    assert subtensor.commit_weights(wallet, 1, salt, [1, 2], [1.0, 0.5]).success
    assert not subtensor.reveal_weights(wallet, 1, [1, 2], [1.0, 0.5], salt).success  # too early
    devnet_url.ask("dev_newBlock", {"count": 20})
    other = subtensor.reveal_weights(wallet, 1, [1, 2], [0.5, 1.0], salt)
    assert not other.success  # of another vector
    assert subtensor.reveal_weights(wallet, 1, [1, 2], [1.0, 0.5], salt).success
    uid = subtensor.get_uid_for_hotkey_on_subnet(VALIDATOR.ss58, 1)
    assert dict(subtensor.weights(1))[uid] == [(1, 65535), (2, 32768)]
    with pytest.raises(ConfigurationError, match="salt"):
        subtensor.commit_weights(wallet, 1, [1 << 16], [1], [1.0])


@pytest.mark.devnet("faithful", miners=1, validators=1, WeightsSetRateLimit=0)
def test_a_subnet_of_timelocked_commits_gets_one(subtensor):
    answer = subtensor.set_weights(held(VALIDATOR), 1, [1], [1.0])
    assert answer.success, answer.message
    assert "timelock" in answer.message
    assert any(event.name == "TimelockedWeightsCommitted" for event in answer.extrinsic_receipt.events)


def test_commitments_are_text(subtensor):
    uid = subtensor.get_uid_for_hotkey_on_subnet(MINER.ss58, 1)
    assert subtensor.get_commitment(1, uid) == ""
    assert subtensor.set_commitment(held(MINER), 1, "model@abc").success
    assert subtensor.get_commitment(1, uid) == "model@abc"
    assert subtensor.get_commitment(1, uid - subtensor.subnetwork_n(1)) == ""  # a uid never counts from the end
    assert subtensor.get_all_commitments(1) == {MINER.ss58: "model@abc"}
    assert subtensor.get_commitment(1, 4000) == ""


def test_a_stranger_registers(subtensor):
    fresh = account("Alice")
    assert subtensor.burned_register(held(fresh), 1).success
    assert subtensor.is_hotkey_registered_on_subnet(fresh.ss58, 1)
    assert subtensor.get_balance(fresh.ss58) > 1


def test_the_chain_has_blocks(subtensor, devnet_url):
    before = subtensor.get_current_block()
    devnet_url.ask("dev_newBlock", {"count": 3})
    assert subtensor.wait_for_block(before + 3)
    with pytest.raises(TimedOut, match="did not come within 0 s"):
        subtensor.wait_for_block(before + 1000, seconds=0)
    assert subtensor.get_block_hash(before).startswith("0x")
    assert subtensor.get_timestamp(before) < subtensor.get_timestamp()
    assert subtensor.metagraph(1, block=before).block == before


def test_async_code_awaits_the_same_calls(devnet_url):
    async def asked():
        async with bt.AsyncSubtensor(network=devnet_url) as made:
            return await asyncio.gather(made.tempo(1), made.block, made.is_hotkey_registered(MINER.ss58, 1))

    tempo, block, registered = asyncio.run(asked())
    assert tempo > 0
    assert block > 0
    assert registered


def test_the_network_comes_from_the_configuration():
    config = bt.Config()
    config.put("subtensor.chain_endpoint", "ws://127.0.0.1:1")
    assert bt.Subtensor(config=config).network == "ws://127.0.0.1:1"
    with pytest.raises(ConfigurationError, match="nakamoto"):
        bt.Subtensor(network="nakamoto")


def test_a_metagraph_in_arrays(subtensor):
    graph, told = subtensor.metagraph(1), subtensor.snapshot(1)
    assert (graph.n.item(), graph.block.item()) == (told.n, told.block)
    assert graph.uids.tolist() == list(told.uids)
    assert graph.hotkeys == list(told.hotkeys)
    assert np.array_equal(graph.S, (told.stake / 1e9).astype(np.float32))
    assert np.array_equal(graph.validator_permit, told.validator_permit)
    for name in ("I", "D", "C", "TV", "E", "AS", "TS", "last_update", "active"):
        assert len(getattr(graph, name)) == told.n, name
    assert graph.I.dtype == np.float32
    graph.S[0] = 1  # what it gives belongs to the caller
    assert graph.axons[1].hotkey == MINER.ss58
    assert not graph.axons[1].public_only


def test_rank_and_trust_are_said_to_be_gone(subtensor):
    graph = subtensor.metagraph(1)
    with pytest.warns(bt.CompatWarning, match="rank-and-trust"):
        assert np.array_equal(graph.R, graph.I)
    assert not graph.T.any()


def test_a_metagraph_is_saved_and_loaded(subtensor, tmp_path):
    graph = subtensor.metagraph(1, lite=False).save([str(tmp_path)])
    other = bt.Metagraph(1, network=subtensor.network, sync=False)
    other.load([str(tmp_path)])
    assert other.graph == graph.graph
    with pytest.raises(ConfigurationError, match="no metagraph is saved"):
        bt.Metagraph(2, network="finney", sync=False).load([str(tmp_path)])


def test_a_copy_stays_behind(subtensor, devnet_url):
    graph = subtensor.metagraph(1)
    before = copy.deepcopy(graph)
    devnet_url.ask("dev_newBlock", {"count": 2})
    graph.sync(subtensor=subtensor)
    assert graph.block == before.block + 2
    assert before.axons == graph.axons


def test_an_unread_metagraph_says_so():
    graph = bt.Metagraph(1, network="finney", sync=False)
    assert (int(graph.n), graph.hotkeys) == (0, [])
    with pytest.raises(ConfigurationError, match="never read"):
        graph.S  # noqa: B018
