import pytest

from taokit import Miner, Synapse
from taokit.errors import NotRegistered
from taokit.neuron.host import REFRESH_BLOCKS
from worlds import World


class Ask(Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None


class Answers(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return synapse


async def test_a_miner_sees_the_subnet_anew_every_few_blocks(tmp_path):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers())
    await miner.start()
    try:
        before = miner.miner.metagraph.block
        await world.blocks(REFRESH_BLOCKS - 1)
        assert miner.miner.metagraph.block == before
        await world.blocks(1)
        assert miner.miner.metagraph.block == before + REFRESH_BLOCKS
    finally:
        await miner.stop()


async def test_a_miner_whose_uid_is_gone_ends_and_says_why(tmp_path):
    world = World(tmp_path, miners=["a", "b"])
    miner = world.neuron("a", Answers())
    await miner.start()
    try:
        await world.hand_over("a", "newcomer")
        await world.blocks(REFRESH_BLOCKS)
        with pytest.raises(NotRegistered, match="not registered on subnet 1"):
            await miner.wait()
    finally:
        await miner.stop()
