"""A validator's process is SIGKILLed anywhere, over and over: its weights still land, each of them once.

`KILLS` says how often for each form of weights; `make test-all` takes 70 of each, which is over 200.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from taokit.chain import calls, reads
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.units import RAO_PER_TAO
from worlds import events

CHILD = Path(__file__).parents[1] / "validator_child.py"
SEED = 5
TEMPO = 120  # between the weights and the epoch there is time for some lives
KILLS = int(os.environ.get("TEST_KILLS", "14"))
LOST = 0.2
"""How often the next extrinsic gets lost on top of it."""
SECONDS = 60.0
"""What one life may take at most."""
SENT = {"plain": "WeightsSet", "hash": "WeightsCommitted", "timelock": "TimelockedWeightsCommitted"}
SHOWN = {"plain": "WeightsSet", "hash": "WeightsRevealed", "timelock": "TimelockedWeightsRevealed"}


class Parent:
    """Holds the chain, serves it to one life after the other, and keeps count of what got into blocks."""

    def __init__(self, form, state, process, url, devnet):
        self.form, self.state, self.process, self.url, self.devnet = form, state, process, url, devnet
        self.chain = devnet.chain()
        self.sent, self.shown, self.rows = Counter(), Counter(), {}
        self.born = 0

    @property
    def epoch(self):
        return self.chain.read(reads.schedule(1)).epoch_index

    async def life(self, left, *, until):
        """One life, which dies at its step number `left` (0: never), else when epoch `until` begins; whether it did."""
        told = {"state": str(self.state), "url": self.url, "name": "validator", "seed": SEED, "left": left}
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        by_itself = True
        async with asyncio.timeout(SECONDS):
            async for line in self.process.stdout:
                word, number = line.split()
                if word == b"born":
                    self.born = int(number)
                elif word == b"dead":
                    assert int(number) == -signal.SIGKILL
                    return by_itself
                elif self.epoch < until:
                    self._mine()
                else:
                    by_itself = False
                    os.kill(self.born, signal.SIGKILL)
        raise AssertionError("the process that forks the lives is gone")

    def _mine(self):
        self.devnet.mine()
        epoch = self.epoch
        said = [record["event_id"] for record in self.chain.read(events())]
        self.sent[epoch] += said.count(SENT[self.form])
        self.shown[epoch] += said.count(SHOWN[self.form])
        self.rows[epoch] = self._row()

    def _row(self):
        uid = self.chain.read(reads.uid_of(1, account("validator", seed=SEED).ss58))
        return [int(value) for _, value in self.chain.read(reads.weights(1, uid))]


def made_in(epoch, uids):
    """What the validator makes of an epoch, as the chain stores it."""
    scores = [(uid * 7 + epoch * 3) % 5 + 1 for uid in range(uids)]
    return [round(score / max(scores) * 65535) for score in scores]


@pytest.fixture(params=["plain", "hash", "timelock"])
async def parent(request, tmp_path):
    devnet = Devnet.demo(
        miners=[account(f"miner-{k}", seed=SEED) for k in range(3)],
        validators=[(account("validator", seed=SEED), 1000 * RAO_PER_TAO)],
        seed=SEED,
    )
    devnet.set_hyperparameter(1, "Tempo", TEMPO)
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", request.param != "plain")
    if request.param == "timelock":
        devnet.sudo(calls.admin("sudo_set_commit_reveal_version", version=4))
    devnet.auto = False
    server = Server(devnet, port=0)
    port = await server.start()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, str(CHILD), stdin=pipe, stdout=pipe)
    yield Parent(request.param, tmp_path, process, f"ws://127.0.0.1:{port}", devnet)
    process.stdin.close()
    await process.wait()
    await server.stop()


async def test_weights_land_exactly_once_whatever_moment_the_process_is_killed_at(parent):
    draw, first, killed = random.Random(SEED), parent.epoch, 0
    while killed < KILLS:
        if not len(parent.devnet.faults) and draw.random() < LOST:
            parent.devnet.faults.lose()
        killed += await parent.life(draw.randrange(1, 400), until=parent.epoch + 2)
    last = parent.epoch
    await parent.life(0, until=last + 3)
    late = 0 if parent.form == "plain" else 1  # epochs between a vector and its row
    assert last - first >= 2
    for epoch in range(first + 1, last + 2):
        assert parent.sent[epoch] == 1, f"epoch {epoch} of {first} to {last}"
        assert parent.shown[epoch + late] == 1, f"epoch {epoch + late} of {first} to {last}"
        assert parent.rows[epoch + late] == made_in(epoch, len(parent.rows[epoch + late]))
    assert max(parent.sent.values()) == max(parent.shown.values()) == 1
