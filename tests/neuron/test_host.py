"""What every neuron does: begins, follows the chain, ends, whatever the user's code or the chain makes of it."""

import asyncio
import logging

import pytest

from taokit import Miner, Synapse, Validator
from taokit.chain import reads
from taokit.errors import AlreadyRunning, ConfigurationError, TimedOut, UnknownBlock
from taokit.metagraph import Endpoint
from taokit.neuron import Neuron, Place
from worlds import World


class Ask(Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None


class Answers(Miner):
    def __init__(self):
        self.did = []

    async def setup(self):
        self.did.append("setup")

    async def forward(self, synapse: Ask) -> Ask:
        return synapse

    async def close(self):
        self.did.append("close")


async def record(world, name):
    stored = await world.chain.read(reads.axon(1, world.keys[name].ss58))
    return stored and (stored.ip, stored.port)


async def test_where_it_serves_is_on_chain_and_stays_right(tmp_path):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers())
    await miner.start()
    try:
        await world.blocks(3)
        assert await record(world, "a") == ("127.0.0.1", miner.port)
        await world.publish("a", 4242)
        await world.blocks(20)
        assert await record(world, "a") == ("127.0.0.1", miner.port)
    finally:
        await miner.stop()


async def test_an_address_and_a_port_of_its_own_are_published(tmp_path):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers(), external_ip="203.0.113.9", external_port=77)
    await miner.start()
    try:
        await world.blocks(3)
        assert await record(world, "a") == ("203.0.113.9", 77)
    finally:
        await miner.stop()


async def test_every_address_of_a_machine_is_none_to_publish(tmp_path, caplog):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers(), host="0.0.0.0")
    with caplog.at_level(logging.WARNING, "taokit"):
        await miner.start()
    try:
        await world.blocks(20)
        assert await record(world, "a") in (None, Endpoint("0.0.0.0", 0))
        assert [r.message for r in caplog.records if "--external-ip" in r.message]
        assert not [r.message for r in caplog.records if "does not publish" in r.message]
    finally:
        await miner.stop()


async def test_close_runs_once_and_only_after_a_setup_that_returned(tmp_path):
    world, role = World(tmp_path, miners=["a"]), Answers()
    miner = world.neuron("a", role)
    await miner.start()
    await miner.stop()
    assert role.did == ["setup", "close"]

    class Fails(Answers):
        async def setup(self):
            raise ZeroDivisionError("in setup")

    role = Fails()
    with pytest.raises(ZeroDivisionError):
        await world.neuron("a", role).start()
    assert role.did == []
    again = world.neuron("a", Answers())  # nothing is held
    await again.start()
    await again.stop()


@pytest.mark.parametrize("how", ["raises", "hangs"])
async def test_a_close_that_goes_wrong_is_logged_and_everything_is_released(tmp_path, caplog, monkeypatch, how):
    class Clings(Answers):
        async def close(self):
            if how == "raises":
                raise ZeroDivisionError("in close")
            await asyncio.Event().wait()

    monkeypatch.setattr("taokit.neuron.host.CLOSE_S", 0.01)
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Clings())
    await miner.start()
    with caplog.at_level(logging.ERROR, "taokit"):
        await miner.stop(0.01)
    assert "Clings.close() failed" in caplog.text
    again = world.neuron("a", Answers())
    await again.start()
    await again.stop()


async def test_a_start_that_is_cancelled_holds_nothing(tmp_path):
    class Slow(Answers):
        async def setup(self):
            await asyncio.Event().wait()

    world = World(tmp_path, miners=["a"])
    start = asyncio.create_task(world.neuron("a", Slow()).start())
    while not list(tmp_path.rglob("lock")):
        await asyncio.sleep(0)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    again = world.neuron("a", Answers())
    await again.start()
    await again.stop()


async def test_who_waits_for_a_neuron_may_be_cancelled(tmp_path):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers())
    await miner.start()
    waits = asyncio.create_task(miner.wait())
    await asyncio.sleep(0)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    assert miner.failed is None
    waits = asyncio.create_task(miner.wait())
    await asyncio.sleep(0)
    await miner.stop()
    await waits


async def test_one_hotkey_runs_once(tmp_path):
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers())
    await miner.start()
    try:
        with pytest.raises(AlreadyRunning):
            await world.neuron("a", Answers()).start()
    finally:
        await miner.stop()


class Stalls:
    """A chain whose reads fail for a while."""

    def __init__(self, chain, error):
        self.chain, self.error, self.left = chain, error, 0
        self.genesis, self.heads, self.head, self.submit = chain.genesis, chain.heads, chain.head, chain.submit

    async def read(self, *args, **options):
        if self.left:
            self.left -= 1
            raise self.error
        return await self.chain.read(*args, **options)


class Fixed(Validator):
    async def run_round(self, round):
        return {1: 1.0}


@pytest.mark.parametrize("error", [TimedOut("the chain did not answer"), UnknownBlock("pruned")])
async def test_a_chain_that_does_not_answer_for_a_while_ends_nobody(tmp_path, caplog, error):
    world = World(tmp_path, miners=["a"], validators=["v"])
    chain = world.chain = Stalls(world.chain, error)
    miner, validator = world.neuron("a", Answers()), world.neuron("v", Fixed(), port=None)
    await miner.start()
    await validator.start()
    try:
        chain.left = 30
        with caplog.at_level(logging.WARNING, "taokit"):
            for _ in range(20):
                world.devnet.mine()
                assert await world.devnet.settled(5)
        assert str(error) in caplog.text
        assert miner.failed is None
        assert validator.failed is None
        chain.left = 0
        events = await world.blocks(60)
        assert sum("WeightsCommitted" in event for event in events) == 1
    finally:
        await validator.stop()
        await miner.stop()


def test_an_address_that_is_none_is_named_before_anything_starts(tmp_path):
    world = World(tmp_path, miners=["a"])
    with pytest.raises(ConfigurationError, match=r"--external-ip is 'example.org'"):
        world.neuron("a", Answers(), external_ip="example.org")


def test_private_ports_of_workers_end_where_ports_do(tmp_path):
    def place(port, workers):
        return Place(1, tmp_path, bytes(32), private_port=port, workers=workers, redis="redis://127.0.0.1:6379/0")

    for port, workers in ((65535, 1), (65533, 3), (0, 64)):
        assert place(port, workers).private_port == port
    with pytest.raises(ConfigurationError, match="65534 leaves none for the last of 3 workers") as caught:
        place(65534, 3)
    assert "--private-port 65533" in caught.value.hint


def test_a_neuron_is_abstract():
    with pytest.raises(TypeError):
        Neuron(None, None, signer=None, chain=None)
