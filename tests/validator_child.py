"""A validator in a process of its own, which kills itself at the nth thing it does. Its chain is in its parent.

Speaks over stdin and stdout: a request is a pickled `(method, args)`, an answer `(ok, value)`.
"""

import asyncio
import os
import pickle
import signal
import struct
import sys
from pathlib import Path

import taokit
from taokit.chain import AsyncChain
from taokit.devnet import account, codec_of, within
from taokit.neuron import Place, ValidatorNeuron


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


class PipeBackend:
    """An `AsyncBackend` whose answers come from the parent."""

    def __init__(self, life):
        self.life = life

    def _ask(self, method, *args, **options):
        send(sys.stdout.buffer, (method, args, options))
        ok, value = receive(sys.stdin.buffer)
        if not ok:
            raise value
        return value

    async def runtime(self, at=None):
        return self._ask("runtime", at)

    async def block_hash(self, number=None):
        return self._ask("block_hash", number)

    async def block(self, at=None):
        return self._ask("block", at)

    async def storage(self, keys, at=None):
        return self._ask("storage", list(keys), at)

    async def keys(self, prefix, *, start=None, count=1000, at=None):
        return self._ask("keys", prefix, start=start, count=count, at=at)

    async def call(self, method, data, at=None):
        return self._ask("call", method, data, at)

    async def submit(self, extrinsic):
        self.life.step("before submit")
        status = self._ask("submit", extrinsic)
        self.life.step("after submit")
        yield status

    async def heads(self):
        while (head := self._ask("next_head")) is not None:
            await asyncio.sleep(0)
            yield head

    async def close(self):
        pass


def send(file, value):
    data = pickle.dumps(value)
    file.write(struct.pack("<I", len(data)) + data)
    file.flush()


def receive(file):
    (length,) = struct.unpack("<I", file.read(4))
    return pickle.loads(file.read(length))


async def main(state, name, seed, left):
    life = Mortal(left)
    chain = AsyncChain(PipeBackend(life), codec_of, within)
    place = Place(netuid=1, state=Path(state), seed=bytes(32), port=None, before=life.step)
    neuron = ValidatorNeuron(Fixed(), place, signer=account(name, seed=seed), chain=chain)
    await neuron.start()
    await neuron.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
