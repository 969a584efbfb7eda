"""A validator's process, as `taokit dev --processes` keeps it, is killed between commit and reveal."""

import asyncio
import os
import signal
from collections import Counter

import pytest

from taokit.chain import reads
from taokit.cli.dev.apart import Troupe
from taokit.cli.dev.cast import Part
from taokit.cli.dev.company import Scenery
from taokit.devnet import Devnet
from taokit.units import RAO_PER_TAO
from validator_child import Fixed
from worlds import events

SEED, STAKE = 5, 1000 * RAO_PER_TAO
COMMITS = {3: "WeightsCommitted", 4: "TimelockedWeightsCommitted"}
REVEALS = {3: "WeightsRevealed", 4: "TimelockedWeightsRevealed"}


class Play:
    """One validator, kept running, and what its extrinsics came to by epoch."""

    def __init__(self, folder, version):
        scenery, self.version = Scenery(SEED, folder), version
        self.devnet = Devnet.demo(
            miners=[scenery.key(f"miner-{k}") for k in range(3)],
            validators=[(scenery.key("validator"), STAKE)],
            seed=SEED,
            Tempo=60,
        )
        self.devnet.set_storage({"SubtensorModule": {"CommitRevealWeightsVersion": version}})
        self.chain = self.devnet.chain()
        self.troupe = Troupe(self.devnet, scenery)
        self.commits, self.reveals, self.seen = Counter(), Counter(), Counter()

    @property
    def epoch(self):
        return self.chain.read(reads.schedule(1)).epoch_index

    async def block(self):
        """One more, with the validator done with it; what the block held of its weights."""
        self.devnet.mine()
        assert await self.troupe.settled(60)
        await self.troupe.fallen()
        self.seen = Counter(record["event_id"] for record in self.chain.read(events()))
        self.commits[self.epoch] += self.seen[COMMITS[self.version]]
        self.reveals[self.epoch] += self.seen[REVEALS[self.version]]

    async def until(self, done):
        for _ in range(400):
            if done():
                return
            await self.block()
        raise AssertionError("it did not come to that")

    async def kill(self):
        actor = self.troupe.actors["validator"]
        pid = actor.pid
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while actor.pid in (pid, None):
                await asyncio.sleep(0.01)


@pytest.fixture(params=[3, 4], ids=["hash", "timelock"])
async def play(request, tmp_path):
    if request.param == 4:
        pytest.importorskip("py_ecc")
    it = Play(tmp_path, request.param)
    await it.troupe.assemble([Part("validator", Fixed, STAKE)])
    yield it
    await it.troupe.close()


async def test_weights_land_once_wherever_between_commit_and_reveal_it_is_killed(play):
    first = play.epoch
    await play.block()  # its address
    await play.until(lambda: play.devnet.waiting)  # before the first commit is in a block
    await play.kill()
    await play.until(lambda: play.seen[COMMITS[play.version]])
    await play.kill()
    await play.until(lambda: play.epoch == first + 1)  # at the reveal: the validator's own, or the chain's
    await play.kill()
    await play.until(lambda: play.seen[REVEALS[play.version]])
    await play.kill()
    await play.until(lambda: play.epoch == first + 3)
    last = play.epoch
    assert {epoch: play.commits[epoch] for epoch in range(first, last)} == dict.fromkeys(range(first, last), 1)
    assert {epoch: play.reveals[epoch] for epoch in range(first, last)} == {first: 0, first + 1: 1, first + 2: 1}
    landed = play.chain.read(reads.metagraph(1, weights=True))
    row = landed.row(landed.weights, landed.uid_of(play.troupe._scenery.key("validator").ss58))
    scores = [(uid * 7 + (last - 2) * 3) % 5 + 1 for uid in range(landed.n)]
    assert row.tolist() == [round(score / max(scores) * 65535) for score in scores]
