import pytest

from chains import ALICE
from taokit.chain import PinnedBlock, RuntimeCall, Storage, calls, reads, run
from taokit.devnet import Devnet, from_uri
from taokit.errors import NoSuchSubnet
from taokit.units import Rao

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def test_registered():
    key = Storage(SUBNETS, "Uids", (3, HOTKEY))
    assert read(reads.registered(3, HOTKEY), {key: 0})
    assert not read(reads.registered(3, HOTKEY), {key: None})


def test_last_update_of_a_uid_that_is_not_there():
    answers = {Storage(SUBNETS, "LastUpdate", (3,)): [5, 6]}
    assert [read(reads.last_update(3, uid), answers) for uid in range(3)] == [5, 6, 0]


def test_a_permit():
    answers = {Storage(SUBNETS, "ValidatorPermit", (3,)): [False, True]}
    assert [read(reads.validator_permit(3, uid), answers) for uid in range(3)] == [False, True, False]


def test_a_metagraph_of_a_subnet_that_is_not_there():
    answers = {
        PinnedBlock(): bytes(32),
        RuntimeCall("SubnetInfoRuntimeApi", "get_metagraph", (9,)): None,
        Storage(SUBNETS, "ValidatorTrust", (9,)): [],
    }
    with pytest.raises(NoSuchSubnet, match="subnet 9"):
        read(reads.metagraph(9), answers)


def test_neurons_are_the_metagraph_s_rows():
    chain = Devnet.subnet(miners=2, validators=2).chain()
    found, graph = chain.read(reads.neurons(1)), chain.read(reads.metagraph(1))
    assert [one.hotkey for one in found] == list(graph.hotkeys)
    assert [one.emission for one in found] == [Rao(int(rao), 1) for rao in graph.emission]
    assert [one.validator_permit for one in found] == graph.validator_permit.tolist()
    assert chain.read(reads.neuron(1, 2)) == found[2]
    assert chain.read(reads.neuron(1, 99)) is None
    assert chain.read(reads.neurons(9)) == ()


def test_where_hotkeys_serve():
    devnet = Devnet.subnet(miners=1, validators=1)
    chain = devnet.chain()
    chain.submit(calls.burned_register(1, ALICE.ss58), ALICE)
    chain.submit(calls.serve_axon(1, "1.2.3.4", 80), ALICE)
    assert chain.read(reads.prometheus(1, ALICE.ss58)) is None
    chain.submit(calls.serve_prometheus(1, "2001:db8::1", 81), ALICE)
    assert chain.read(reads.axons(1))[ALICE.ss58] == chain.read(reads.axon(1, ALICE.ss58))
    there = chain.read(reads.prometheus(1, ALICE.ss58))
    assert (there.ip, there.port, there.protocol) == ("2001:db8::1", 81, 0)
    found = next(one for one in chain.read(reads.neurons(1)) if one.hotkey == ALICE.ss58)
    assert (found.endpoint.ip, found.prometheus.port) == ("1.2.3.4", 81)


def test_the_metagraph_of_one_mechanism_holds_its_own_rows():
    chain, validator = Devnet.subnet(miners=2, validators=2, MaxAllowedUids=64).chain(), from_uri("//validator/0")
    chain.submit(calls.sudo(calls.admin("sudo_set_mechanism_count", netuid=1, mechanism_count=2)), ALICE)
    chain.submit(calls.set_mechanism_weights(1, 1, [1], [65535]), validator)
    uid = chain.read(reads.uid_of(1, validator.ss58))
    second = chain.read(reads.metagraph(1, weights=True, mechanism=1))
    assert second.netuid == 1
    assert second.weights[uid].tolist() == [[1, 65535]]
    assert uid not in chain.read(reads.metagraph(1, weights=True)).weights
    assert second.last_update[uid] == chain.head().number
