import pytest

from taokit.chain import Call, reads
from taokit.chain.timelock import seal, sign
from taokit.consensus import timelock_payload
from taokit.devnet import Devnet, from_uri
from taokit.devnet.beacon.key import config_of, public_key, secret_of
from taokit.devnet.runtime.drand import LAST_STORED_ROUND, PULSES
from taokit.errors import ConfigurationError, PoolRefused

VALIDATOR = from_uri("//validator/0")
REAL = bytes.fromhex("b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39")


pytestmark = pytest.mark.devnet("demo", miners=2, validators=1, auto=True, CommitRevealWeightsVersion=4, Tempo=20)


def locked(devnet, round):
    """A commit of the validator, to be opened by this round."""
    payload = timelock_payload(VALIDATOR.public_key, uids=[1], values=[5], version_key=0)
    key = config_of()[0]
    commit = seal(payload, round=round, public_key=key, sigma=b"s" * 32, key=b"k" * 32, nonce=b"n" * 12)
    args = {"netuid": 1, "mecid": 0, "commit": commit, "reveal_round": round, "commit_reveal_version": 4}
    devnet.chain().submit(Call("SubtensorModule", "commit_timelocked_mechanism_weights", args), VALIDATOR)


def row(devnet):
    chain = devnet.chain()
    return chain.read(reads.weights(1, chain.read(reads.uid_of(1, VALIDATOR.ss58)))).tolist()


def test_a_pulse_comes_when_the_chains_clock_says_so(devnet):
    ahead = devnet.drand.status.round + 2 * 20 * 4 - 8  # two epochs of 20 blocks of four rounds, less two blocks
    locked(devnet, ahead)
    assert devnet.drand.waiting == (ahead,)
    devnet.next_epoch()
    assert row(devnet) == []
    devnet.mine(16)
    assert row(devnet) == []
    devnet.travel(seconds=60)
    assert row(devnet) == [[1, 65535]]
    assert devnet.drand.waiting == ()


def test_a_skipped_round_loses_the_commit_unless_its_pulse_is_injected(devnet):
    round = devnet.drand.status.round + 5
    devnet.drand.skip_round(round)
    assert devnet.drand.status.skipped == (round,)
    locked(devnet, round)
    with devnet.anchor():
        devnet.mine(45)
        assert row(devnet) == []
        assert devnet.drand.waiting == ()
    devnet.next_epoch()
    with pytest.raises(ConfigurationError, match="do not sign round"):
        devnet.drand.inject_pulse(round, sign(secret_of(config_of()[3]), round + 1))
    devnet.drand.inject_pulse(round, sign(secret_of(config_of()[3]), round))
    devnet.mine()
    assert row(devnet)


def test_delays_end_with_healing_and_with_the_anchor(devnet):
    with devnet.anchor():
        devnet.drand.delay_rounds(1000)
        devnet.drand.skip_round(3)
        assert (devnet.drand.status.late, devnet.drand.status.skipped) == (1000, (3,))
    assert (devnet.drand.status.late, devnet.drand.status.skipped) == (0, ())
    locked(devnet, devnet.drand.status.round + 5)
    devnet.drand.delay_rounds(1000)
    devnet.next_epoch()
    assert row(devnet) == []
    devnet.drand.heal()
    devnet.mine()
    assert row(devnet)


def test_real_pulses_open_what_was_sealed_to_quicknet(devnet):
    import bittensor_core

    devnet.drand.follow_quicknet()
    devnet.state[LAST_STORED_ROUND] = 0  # round 1000 is of 2023
    assert (devnet.drand.status.name, devnet.drand.status.own) == ("quicknet", False)
    payload = timelock_payload(VALIDATOR.public_key, uids=[1], values=[5], version_key=0)
    commit = bittensor_core.inner_ciphertext(bittensor_core.encrypt_at_round(payload, 1000)[0])
    args = {"netuid": 1, "commit": commit, "reveal_round": 1000, "commit_reveal_version": 4}
    devnet.chain().submit(Call("SubtensorModule", "commit_timelocked_weights", args), VALIDATOR)
    devnet.next_epoch()
    assert row(devnet) == []
    for round, signature in ((1001, REAL), (1000, REAL[:-1]), (1000, b""), (0, REAL), (1 << 64, REAL)):
        with pytest.raises(ConfigurationError, match="do not sign"):
            devnet.drand.inject_pulse(round, signature)
    devnet.drand.inject_pulse(1000, REAL)
    assert devnet.state[LAST_STORED_ROUND] == 1000
    devnet.mine()
    assert row(devnet) == [[1, 65535]]


def test_pulses_of_any_other_beacon_are_checked_by_their_key(devnet):
    _, *rest = config_of()
    devnet.drand.believe((public_key(99), *rest))
    with pytest.raises(ConfigurationError, match="do not sign"):
        devnet.drand.inject_pulse(8, sign(98, 8))
    devnet.drand.inject_pulse(8, sign(99, 8))
    assert (PULSES, 8) in devnet.state


def test_the_last_stored_round_stays_behind_every_clock_unless_it_leads(devnet):
    began = devnet.drand.status.last_stored_round
    devnet.travel(seconds=10_000)
    status = devnet.drand.status
    assert (status.last_stored_round, status.round > began) == (began, True)
    locked(devnet, status.round - 1)
    devnet.drand.lead()
    devnet.mine()
    assert devnet.drand.status.last_stored_round == devnet.drand.status.round
    with pytest.raises(PoolRefused, match="InvalidRevealRound"):
        locked(devnet, devnet.drand.status.round - 1)


def test_a_chain_that_was_written_down_still_signs(devnet):
    locked(devnet, devnet.drand.status.round + 5)
    again = Devnet.loaded(devnet.dump())
    assert again.drand.status.own
    assert again.drand.waiting == devnet.drand.waiting
    again.next_epoch()
    assert row(again) == [[1, 65535]]


def test_the_beacon_follows_from_the_seed_of_the_devnet(devnet):
    seeded = Devnet.demo(miners=1, validators=1, seed=5)
    assert seeded.drand.status.own
    assert seeded.chain().read(reads.block_hash()) != devnet.chain().read(reads.block_hash())
    seeded.drand.follow_own()
    assert seeded.drand.status.own
