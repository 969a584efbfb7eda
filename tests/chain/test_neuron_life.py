"""What a neuron does on a chain, from registration to weights that count, with nothing but the public client."""

import hashlib

import pytest

from chains import ALICE, TAO
from taokit.chain import calls, reads
from taokit.devnet import account, from_uri
from taokit.errors import DispatchFailed, PoolRefused

MINER, VALIDATOR = from_uri("//miner/0"), from_uri("//validator/0")


pytestmark = pytest.mark.devnet(miners=2, validators=1, Tempo=20)


@pytest.fixture
def chain(devnet):
    return devnet.chain()


def test_a_hotkey_is_registered_stakes_and_serves(chain):
    newcomer = account("newcomer", 1).ss58
    price = chain.read(reads.burn(1))
    chain.submit(calls.burned_register(1, newcomer), ALICE)
    assert chain.read(reads.uid_of(1, newcomer)) == 4
    assert chain.read(reads.owner_of(newcomer)) == ALICE.ss58
    assert chain.read(reads.burn(1)) > price
    chain.submit(calls.add_stake(newcomer, 1, 10 * TAO), ALICE)
    assert chain.read(reads.metagraph(1)).alpha_stake[4] > 9 * TAO
    receipt = chain.submit(calls.serve_axon(1, "127.0.0.1", 8091), account("newcomer", 1))
    assert chain.read(reads.axon(1, newcomer)).port == 8091
    served = chain.read(reads.metagraph(1)).endpoints[4]
    assert (served.ip, served.port, served.block, served.serving) == ("127.0.0.1", 8091, receipt.block, True)


def test_weights_set_in_the_open_earn_incentive_after_an_epoch(devnet, chain):
    chain.submit(calls.set_weights(1, [1, 2], [65535, 16384]), VALIDATOR)
    assert chain.read(reads.weights(1, 3)).tolist() == [[1, 65535], [2, 16384]]
    assert chain.read(reads.last_update(1, 3)) == chain.head().number
    devnet.next_epoch()
    graph = chain.read(reads.metagraph(1, weights=True, bonds=True))
    assert graph.incentive[1] > graph.incentive[2] > 0
    assert graph.dividends[3] == 65535
    assert graph.validator_trust[3] >= 65534  # shares are cut to 65535ths
    assert graph.weights[3].tolist() == [[1, 65535], [2, 16384]]
    assert 3 in graph.bonds


def commit_hash(hotkey, salt):
    """The hash of SCALE (hotkey, netuid, uids, values, salt, version key), put together by hand."""

    def words(values):
        return bytes([len(values) << 2]) + b"".join(value.to_bytes(2, "little") for value in values)

    plain = hotkey.public_key + (1).to_bytes(2, "little") + words([1]) + words([65535]) + words(salt) + bytes(8)
    return hashlib.blake2b(plain, digest_size=32).digest()


def test_weights_are_committed_and_revealed(devnet, chain):
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
    digest = commit_hash(VALIDATOR, [5, 6])
    reveal = calls.reveal_weights(1, [1], [65535], salt=[5, 6])
    with pytest.raises(DispatchFailed, match="CommitRevealEnabled"):
        chain.submit(calls.set_weights(1, [1], [65535]), VALIDATOR)
    epoch = chain.read(reads.schedule(1)).epoch_index
    chain.submit(calls.commit_weights(1, digest), VALIDATOR)
    assert chain.read(reads.weight_commits(1, VALIDATOR.ss58)) == (
        reads.WeightCommit(digest, epoch, chain.head().number),
    )
    with pytest.raises(PoolRefused) as early:
        chain.submit(reveal, VALIDATOR)
    assert (early.value.custom, early.value.name) == (17, "CommitBlockNotInRevealRange")
    devnet.next_epoch()
    chain.submit(reveal, VALIDATOR)
    assert chain.read(reads.weights(1, 3)).tolist() == [[1, 65535]]
    assert chain.read(reads.weight_commits(1, VALIDATOR.ss58)) == ()


def test_the_same_guard_refuses_in_the_pool_and_inside_a_batch(devnet, chain):
    stranger = account("stranger", 1)
    devnet.fund(stranger, TAO)  # a batch is paid for, whatever it carries
    call = calls.serve_axon(1, "1.2.3.4", 80)
    with pytest.raises(PoolRefused) as pool:
        chain.submit(call, stranger)
    assert pool.value.custom == 10
    with pytest.raises(DispatchFailed, match="HotKeyNotRegisteredInNetwork"):
        chain.submit(calls.batch_all(call), stranger)


def test_the_two_reads_of_hyperparameters_agree(chain):
    assert chain.read(reads.hyperparameters(1)) == chain.read(reads.metagraph(1)).parameters
