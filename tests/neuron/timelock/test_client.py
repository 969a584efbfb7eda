"""Encryption beside the loop: a real process, its death, and its deadline."""

import asyncio
import sys

import bittensor_core
import pytest

from taokit.chain.beacon import QUICKNET, Beacon
from taokit.chain.timelock import sign
from taokit.devnet.beacon.key import public_key
from taokit.errors import ConfigurationError, LocalError, TimedOut
from taokit.neuron.timelock import Timelock
from taokit.neuron.timelock.client import digest

OURS = Beacon(public_key(77), 1_692_803_367, 3)


def opened(sealed, signature):
    envelope = (len(sealed) << 2 | 1).to_bytes(2, "little") + sealed + bytes(8)
    return bittensor_core.decrypt_with_signature(envelope, signature.hex())


async def test_a_foreign_beacons_round_opens_what_was_encrypted_to_it():
    lock = Timelock()
    try:
        one, other = await asyncio.gather(lock.encrypt(b"one", 5, OURS), lock.encrypt(b"other", 5, OURS))
        assert (opened(one, sign(77, 5)), opened(other, sign(77, 5))) == (b"one", b"other")
        assert await lock.encrypt(b"one", 5, OURS) != one
        worker = lock._worker
        worker.kill()
        await worker.wait()
        with pytest.raises(LocalError, match="has ended"):
            await lock.encrypt(b"one", 5, OURS)
        again = await lock.encrypt(b"again", 6, OURS)  # in another process
        assert opened(again, sign(77, 6)) == b"again"
        with pytest.raises(ConfigurationError, match="no point"):
            await lock.encrypt(b"one", 5, Beacon(bytes(96), 0, 3))
        assert lock._worker is not None
    finally:
        await lock.close()
    await lock.close()


async def test_quicknet_needs_no_process():
    lock = Timelock()
    sealed = await lock.encrypt(b"one", 1000, QUICKNET)
    real = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
    assert opened(sealed, bytes.fromhex(real)) == b"one"
    assert lock._worker is None


async def test_who_gives_up_leaves_no_answer_for_the_next_one():
    lock = Timelock()
    waiting = asyncio.create_task(lock.encrypt(b"given up", 5, OURS))
    while lock._worker is None:
        await asyncio.sleep(0)
    worker = lock._worker
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert worker.returncode is not None
    assert lock._worker is None


async def test_a_deadline_ends_the_process():
    lock = Timelock(seconds=0.01)
    with pytest.raises(TimedOut, match=r"0\.01 s"):
        await lock.encrypt(b"late", 5, OURS)
    assert lock._worker is None


async def test_what_is_remembered_is_not_encrypted_again():
    remembered = {digest(b"one", 5, OURS.public_key): b"sealed before"}
    lock = Timelock(remembered=remembered)
    assert await lock.encrypt(b"one", 5, OURS) == b"sealed before"
    sealed = await lock.encrypt(b"two", 1000, QUICKNET)
    assert remembered[digest(b"two", 1000, QUICKNET.public_key)] == sealed == await lock.encrypt(b"two", 1000, QUICKNET)
    assert lock._worker is None


async def test_the_process_ends_with_its_input():
    pipe = asyncio.subprocess.PIPE
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taokit.neuron.timelock", stdin=pipe, stdout=pipe
    )
    out, _ = await worker.communicate(b"")
    assert (out, worker.returncode) == (b"", 0)
