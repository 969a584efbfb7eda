"""Encrypts to a beacon's round: natively for quicknet, for another beacon in a process of its own, off the loop."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import MutableMapping
from hashlib import blake2b
from typing import Any, Final

import bittensor_core

from taokit.chain.beacon import QUICKNET, Beacon
from taokit.errors import ConfigurationError, LocalError, TimedOut

SECONDS: Final = 60.0
"""The deadline of one encryption: half a second, and the start of the process the first time."""

Remembered = MutableMapping[bytes, bytes]
"""Sealed messages by what `digest` says of message, round and beacon. For tests only: it repeats what is random."""


def digest(message: bytes, round: int, public_key: bytes) -> bytes:
    """What tells one encryption to a beacon, by its key, from another: 32 bytes."""
    return blake2b(public_key + round.to_bytes(8, "big") + message, digest_size=32).digest()


class Timelock:
    """Encrypts. It belongs to one event loop; its process starts with the first need and ends with `close`."""

    def __init__(self, *, remembered: Remembered | None = None, seconds: float = SECONDS) -> None:
        self._remembered = remembered
        self._seconds = seconds
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def encrypt(self, message: bytes, round: int, beacon: Beacon) -> bytes:
        """The message, to be opened with the beacon's signature of this round.

        Raises `ConfigurationError` where a beacon other than quicknet finds no py_ecc, `TimedOut` after the deadline,
        and `LocalError` when the process ended over it.
        """
        if self._remembered is None:
            return await self._encrypt(message, round, beacon)
        name = digest(message, round, beacon.public_key)
        if name not in self._remembered:
            self._remembered[name] = await self._encrypt(message, round, beacon)
        return self._remembered[name]

    async def _encrypt(self, message: bytes, round: int, beacon: Beacon) -> bytes:
        if beacon.public_key == QUICKNET.public_key:
            return await asyncio.to_thread(native, message, round)
        asked = {"message": message.hex(), "round": round, "public_key": beacon.public_key.hex()}
        async with self._turn:
            answer = await self._ask(asked)
        if "error" in answer:
            raise ConfigurationError(answer["error"], hint=answer["hint"])
        return bytes.fromhex(answer["sealed"])

    async def _ask(self, asked: dict[str, Any]) -> Any:
        """One line there, one line back. Whatever goes wrong ends the process, so that no answer is taken for another.

        A later request starts a new one.
        """
        try:
            async with asyncio.timeout(self._seconds):
                worker = await self._running()
                assert worker.stdin is not None
                assert worker.stdout is not None
                worker.stdin.write(json.dumps(asked).encode() + b"\n")
                await worker.stdin.drain()
                return json.loads(await worker.stdout.readline())
        except TimeoutError:
            await self.close()
            raise TimedOut(f"timelock encryption took more than {self._seconds:g} s") from None
        except (ConnectionError, ValueError) as error:
            await self.close()
            raise LocalError("the process that encrypts has ended", hint="look for its own words above") from error
        except BaseException:
            await self.close()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._worker is None:
            pipe = asyncio.subprocess.PIPE
            self._worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "taokit.neuron.timelock", stdin=pipe, stdout=pipe
            )
        return self._worker

    async def close(self) -> None:
        """End the process, if there is one. Afterwards it may be used again."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def native(message: bytes, round: int) -> bytes:
    """The message under a round of quicknet, by bittensor-core: some ten milliseconds."""
    envelope, _ = bittensor_core.encrypt_at_round(message, round)
    return bytes(bittensor_core.inner_ciphertext(envelope))


__all__ = ["SECONDS", "Remembered", "Timelock", "digest", "native"]
