import pytest

import taokit.compat as bt
from taokit.chain import reads
from taokit.compat.wallets import Key
from taokit.devnet import account
from taokit.errors import ConfigurationError
from taokit.keys import from_uri

MINER, VALIDATOR = (from_uri(uri) for uri in ("//miner/0", "//validator/0"))


@pytest.fixture
def subtensor(devnet_url):
    with bt.Subtensor(network=devnet_url) as made:
        yield made


def test_neurons_one_by_one(subtensor):
    graph = subtensor.metagraph(1)
    neurons, lite = subtensor.neurons(1), subtensor.neurons_lite(1)
    assert [one.hotkey for one in neurons] == [one.hotkey for one in lite] == graph.hotkeys
    assert [one.uid for one in graph.neurons] == graph.uids.tolist() == list(range(subtensor.subnetwork_n(1)))
    for one, other in zip(lite, graph.neurons, strict=True):
        assert (one.dividends, one.incentive, one.last_update) == (other.dividends, other.incentive, other.last_update)
        assert one.axon_info == graph.axons[one.uid]
        assert one.validator_permit == other.validator_permit
    validator = subtensor.get_neuron_for_pubkey_and_subnet(VALIDATOR.ss58, 1)
    assert validator == subtensor.neuron_for_uid(validator.uid, 1) == neurons[validator.uid]
    assert validator.stake == subtensor.get_stake(VALIDATOR.ss58, VALIDATOR.ss58, 1) > 0
    assert validator.stake_dict == {VALIDATOR.ss58: validator.total_stake}
    assert subtensor.get_subnet_validator_permits(1) == graph.validator_permit.tolist()
    assert subtensor.get_stake_weight(1) == pytest.approx(graph.S.tolist())


def test_what_is_not_there_is_null_or_none(subtensor):
    assert subtensor.neuron_for_uid(4000, 1).is_null
    assert subtensor.neuron_for_uid(None, 1).is_null
    assert subtensor.get_neuron_for_pubkey_and_subnet(account("nobody").ss58, 1).is_null
    assert subtensor.neurons(77) == []
    for method in ("subnet", "get_subnet_hyperparameters", "subnetwork_n", "recycle", "blocks_since_last_step"):
        assert getattr(subtensor, method)(77) is None, method
    assert subtensor.get_subnet_validator_permits(77) is None
    assert subtensor.get_hyperparameter("Tempo", 77) is None
    assert subtensor.get_hotkey_owner(account("nobody").ss58) is None
    assert not subtensor.does_hotkey_exist(account("nobody").ss58)


def test_subnets_and_their_prices(subtensor):
    told = subtensor.read(reads.subnet(1))
    one = subtensor.subnet(1)
    assert (one.netuid, one.owner_hotkey, one.tempo) == (1, told.owner_hotkey, told.tempo)
    assert one.alpha_in.netuid == 1
    assert one.price == subtensor.get_subnet_price(1) == subtensor.get_subnet_prices()[1]
    assert one.tao_to_alpha(one.price) == bt.Balance.from_tao(1, 1)
    assert one.alpha_to_tao(bt.Balance.from_tao(1, 1)) == one.price
    assert [each.netuid for each in subtensor.all_subnets()] == [0, 1]
    assert subtensor.get_total_subnets() == 2
    assert subtensor.is_subnet_active(1)
    assert subtensor.get_mechanism_count(1) == 1
    assert subtensor.get_subnet_burn_cost() > 0
    assert subtensor.get_subnet_reveal_period_epochs(1) == 1
    assert subtensor.get_hyperparameter("Tempo", 1) == one.tempo
    assert subtensor.blocks_since_last_step(1) == subtensor.snapshot(1).blocks_since_last_step


def test_accounts(subtensor):
    assert subtensor.get_owned_hotkeys(MINER.ss58) == [MINER.ss58]
    assert subtensor.does_hotkey_exist(MINER.ss58)
    assert 0 <= subtensor.get_delegate_take(VALIDATOR.ss58) < 1
    assert subtensor.get_existential_deposit() == subtensor.read(reads.existential_deposit()).rao
    assert subtensor.get_all_revealed_commitments(1) == {}
    assert subtensor.get_revealed_commitment(1, 0) is None


def test_a_call_by_its_name(subtensor):
    wallet = bt.MockWallet()
    alice = account("Alice")
    rich = bt.get_mock_wallet(coldkey=Key(alice.ss58, alice))
    call = subtensor.compose_call("System", "remark", {"remark": b"hello"})
    assert not subtensor.sign_and_send_extrinsic(call, wallet).success  # it cannot pay
    assert subtensor.sign_and_send_extrinsic(call, rich).success
    with pytest.raises(ConfigurationError, match="proxy"):
        subtensor.sign_and_send_extrinsic(call, wallet, sign_with="proxy")


def test_an_axon_as_text():
    info = bt.AxonInfo(version=1, ip="203.0.113.7", port=8091, hotkey="5F", coldkey="5G")
    assert bt.AxonInfo.from_string(info.to_string()) == info
    assert "public_only" not in info.to_string()  # as SDK 10 has it


def test_an_axon_of_a_chain_elsewhere_stays_one_as_text():
    info = bt.AxonInfo(ip="10.0.0.1", port=8091, public_only=True, from_chain=True)
    read = bt.AxonInfo.from_string(info.to_string())
    assert (read.public_only, read.from_chain) == (True, True)


def test_a_metagraph_as_a_dictionary(subtensor):
    graph = subtensor.metagraph(1)
    told = graph.state_dict()
    assert told["hotkeys"] == graph.hotkeys
    assert (told["version"], graph.name) == (10_005_000, subtensor.snapshot(1).name)
    assert graph.total_stake.tolist() == graph.S.tolist()
