"""Validators in processes of their own, each of which kills itself at the nth thing it does. Their chain is a socket.

Reads one life a line from stdin, as JSON, and forks a process for it, which saves loading everything each time. Says on
stdout `born PID`, `block N` for each block that a life has dealt with, and `dead STATUS`.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import MutableMapping
from pathlib import Path

import taokit
from taokit.backends import MetadataCache, NativeBackend, codec_of, within
from taokit.chain import AsyncChain
from taokit.devnet import account
from taokit.neuron import Place, ValidatorNeuron
from taokit.neuron.timelock import Timelock


class Fixed(taokit.Validator):
    """Scores that depend on the epoch alone, so that each epoch has weights of its own."""

    async def run_round(self, round):
        return {uid: float((uid * 7 + round.epoch * 3) % 5 + 1) for uid in round.metagraph.uids}


class Mortal:
    """Counts what happens; the last of it never does."""

    def __init__(self, left):
        self.left = left

    def step(self, what):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalBackend:
    """A backend at which one may also die before and after each question."""

    def __init__(self, backend, life):
        self._backend, self._life = backend, life
        self.heads, self.close = backend.heads, backend.close

    def __getattr__(self, name):
        async def around(*args, **options):
            self._life.step(f"before {name}")
            answer = await getattr(self._backend, name)(*args, **options)
            self._life.step(f"after {name}")
            return answer

        return around

    async def submit(self, extrinsic):
        self._life.step("before submit")
        async for status in self._backend.submit(extrinsic):
            self._life.step("after submit")
            yield status


class Remembered(MutableMapping):
    """What was sealed once, in files: sealing takes a second, and lives repeat each other."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def __getitem__(self, name):
        try:
            return (self.folder / name.hex()).read_bytes()
        except FileNotFoundError:
            raise KeyError(name) from None

    def __setitem__(self, name, sealed):
        part = self.folder / f"{name.hex()}.part"
        part.write_bytes(sealed)
        part.rename(self.folder / name.hex())

    def __delitem__(self, name):
        raise NotImplementedError

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


def say(text):
    os.write(1, text.encode() + b"\n")


async def live(state, url, name, seed, left):
    life = Mortal(left)
    backend = NativeBackend([url], cache=MetadataCache(Path(state) / "metadata"))
    chain = AsyncChain(MortalBackend(backend, life), codec_of, within)
    timelock = Timelock(remembered=Remembered(Path(state) / "sealed"))
    place = Place(netuid=1, state=Path(state), seed=bytes(32), port=None, before=life.step, timelock=timelock)
    neuron = ValidatorNeuron(Fixed(), place, signer=account(name, seed=seed), chain=chain)
    step = neuron.step

    async def told(head):
        await step(head)
        say(f"block {head.number}")

    neuron.step = told
    await neuron.start()
    say("block 0")
    await neuron.wait()


def main():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(live(**json.loads(line)))
            os._exit(1)
        say(f"born {child}")
        say(f"dead {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


if __name__ == "__main__":
    main()
