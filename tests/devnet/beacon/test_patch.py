"""What an unmodified SDK gets from the native library, and what it gets from a devnet instead."""

import time

import bittensor_core
import pytest

from taokit.chain import Call, reads
from taokit.chain.beacon import timelocked_commits
from taokit.consensus import read_timelock_payload
from taokit.devnet import from_uri

VALIDATOR = from_uri("//validator/0")


pytestmark = pytest.mark.devnet("demo", miners=2, validators=1, auto=True, CommitRevealWeightsVersion=4, Tempo=20)


def plain(message, round, public_key):
    """An encryption that keeps no secret, to look at what is encrypted."""
    return b"%d:" % round + message


def asked(devnet, **instead):
    clock = devnet.chain().read(reads.schedule(1))
    return {
        "uids": [1, 2],
        "weights": [65535, 7],
        "version_key": 3,
        "last_epoch_block": clock.last_epoch_block,
        "pending_epoch_at": clock.pending_epoch_at,
        "subnet_epoch_index": clock.epoch_index,
        "tempo": clock.tempo,
        "blocks_since_last_step": clock.blocks_since_last_step,
        "current_block": clock.block,
        "subnet_reveal_period_epochs": clock.reveal_period,
        "block_time": 12.0,
        "hotkey": VALIDATOR.public_key,
        **instead,
    }


def test_a_commit_of_the_patched_library_is_revealed_by_the_chain(devnet):
    real = bittensor_core.get_encrypted_commit_v2
    with devnet.drand_patch() as names:
        sealed, round = bittensor_core.get_encrypted_commit_v2(**asked(devnet))
    assert "bittensor_core.get_encrypted_commit_v2" in names
    assert bittensor_core.get_encrypted_commit_v2 is real
    args = {"netuid": 1, "mecid": 0, "commit": sealed, "reveal_round": round, "commit_reveal_version": 4}
    chain = devnet.chain()
    chain.submit(Call("SubtensorModule", "commit_timelocked_mechanism_weights", args), VALIDATOR)
    clock = chain.read(reads.schedule(1))
    assert [one.round for one in chain.read(timelocked_commits(1, VALIDATOR.ss58, [clock.epoch_index]))] == [round]
    assert devnet.drand.waiting == (round,)
    uid = chain.read(reads.uid_of(1, VALIDATOR.ss58))
    devnet.mine(clock.next_epoch + 3 - clock.block)
    assert chain.read(reads.weights(1, uid)).tolist() == [[1, 65535], [2, 7]]
    assert devnet.drand.waiting == ()


@pytest.mark.parametrize("period", [1, 2, 5])
def test_the_round_is_as_far_off_as_the_native_library_has_it(devnet, period):
    """That one takes the machine's clock, which moves on meanwhile."""
    args = asked(devnet, subnet_reveal_period_epochs=period, tempo=360, blocks_since_last_step=9)
    with devnet.drand_patch(plain):
        _, ours = bittensor_core.get_encrypted_commit_v2(**args)
    before = time.time()
    _, theirs = bittensor_core.get_encrypted_commit_v2(**args)
    after = time.time()
    off = ours * 3 - devnet.now_ms / 1000
    assert before - 3 <= theirs * 3 - off <= after + 3


def test_what_is_encrypted_names_the_sender(devnet):
    with devnet.drand_patch(plain):
        sealed, round = bittensor_core.get_encrypted_commit_v2(**asked(devnet))
    prefix, _, payload = sealed.partition(b":")
    told = read_timelock_payload(payload)
    assert int(prefix) == round
    assert (told.hotkey, told.uids, told.values, told.version_key) == (VALIDATOR.public_key, (1, 2), (65535, 7), 3)


def test_texts_are_as_long_as_the_native_librarys_say(devnet):
    """They seal a text with its length before it: the sealed bytes are as many more than those of a plain message."""
    theirs, _ = bittensor_core.get_encrypted_commitment("hello", 10, 12.0)
    with devnet.drand_patch() as names:
        ours, round = bittensor_core.get_encrypted_commitment("hello", 10, 12.0)
    assert "bittensor_core.get_encrypted_commitment" in names
    assert len(ours) == len(theirs)
    assert round == devnet.drand.status.round + 40


def test_modules_of_the_sdk_that_bind_the_names_are_patched_too(devnet, monkeypatch, tmp_path):
    for path in ("core/extrinsics/asyncex", "core/extrinsics"):
        (tmp_path / "bittensor" / path).mkdir(parents=True, exist_ok=True)
    for package in ("", "core", "core/extrinsics", "core/extrinsics/asyncex"):
        (tmp_path / "bittensor" / package / "__init__.py").touch()
    bound = "from bittensor_core import get_encrypted_commit_v2\n"
    (tmp_path / "bittensor/core/extrinsics/weights.py").write_text(bound)
    (tmp_path / "bittensor/core/extrinsics/asyncex/weights.py").write_text("get_encrypted_commit = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    with devnet.drand_patch(plain) as names:
        from bittensor.core.extrinsics import weights
        from bittensor.core.extrinsics.asyncex import weights as older

        sealed, round = weights.get_encrypted_commit_v2(**asked(devnet))
        args = asked(devnet)
        old = {name: args[name] for name in ("uids", "weights", "version_key", "tempo", "current_block", "hotkey")}
        assert older.get_encrypted_commit(**old, netuid=1, subnet_reveal_period_epochs=1, block_time=12.0) == (
            sealed,
            round,
        )
    assert "bittensor.core.extrinsics.weights.get_encrypted_commit_v2" in names
    assert "bittensor.core.extrinsics.asyncex.weights.get_encrypted_commit" in names
    assert weights.get_encrypted_commit_v2 is bittensor_core.get_encrypted_commit_v2
    assert older.get_encrypted_commit is None
