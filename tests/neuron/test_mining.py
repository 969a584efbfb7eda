import asyncio
import logging
import socket
import sys
import threading

import pytest
from aiohttp import web

from raw_http import exchange
from taokit import Caller, Dendrite, Miner, Mount, Synapse, Target
from taokit.axon import Limits
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


class Counts(Miner):
    limits = Limits(at_once=7)
    sign_answers = True

    def forward_batch(self, items: list[Ask]) -> list[Ask | Exception]:
        for item in items:
            item.answer = f"{item.word} of {len(items)} in {threading.current_thread().name}"
        return [ValueError("bad") if item.word == "bad" else item for item in items]

    def mounts(self):
        app = web.Application()
        app.router.add_get("/hello", hello)
        return [Mount("/app", app)]


async def hello(request):
    return web.Response(text="hello")


async def test_a_miner_answers_batches_in_one_thread_and_serves_what_it_mounts(tmp_path):
    world = World(tmp_path, miners=["a"], validators=["caller"])
    miner = world.neuron("a", Counts(), private_port=0)
    await miner.start()
    try:
        async with Dendrite(world.keys["caller"], allow_private=True) as dendrite:
            target = Target(await world.uid("a"), world.keys["a"].ss58, "127.0.0.1", miner.port)
            words = ["x", "bad", "y", "z"]
            replies = await asyncio.gather(*(dendrite.ask(target, Ask(word=word)) for word in words))
        assert [reply.status for reply in replies] == [200, 500, 200, 200]
        assert all(reply.signed for reply in replies)
        assert len({reply.synapse.answer.partition(" in ")[2] for reply in replies if reply.ok}) == 1
        assert (await exchange(miner.port, "GET", "/app/hello")).body == b"hello"
        assert (await exchange(miner._axon.private_port, "GET", "/health")).json["status"] == "ok"
        assert b"taokit_axon_requests_total" in (await exchange(miner._axon.private_port, "GET", "/metrics")).body
        assert miner._axon.house.limits.at_once == 7
    finally:
        await miner.stop()


def test_the_priority_of_a_caller_is_its_stake(tmp_path):
    class Subnet:
        stake = (10, 30)

        def uid_of(self, hotkey):
            return {"5A": 0, "5B": 1}.get(hotkey)

    miner = Answers()
    miner.metagraph = Subnet()
    stakes = [miner.priority(Caller(hotkey, "btauth", "", 0, "")) for hotkey in ("5A", "5B", "5C")]
    assert stakes == [10.0, 30.0, 0.0]


async def test_a_miner_that_does_not_hear_itself_says_so(tmp_path, caplog):
    world = World(tmp_path, miners=["a"])
    with socket.socket() as nobody:  # bound and not listening, so that it stays so
        nobody.bind(("127.0.0.2", 0))
        miner = world.neuron("a", Answers(), external_ip="127.0.0.2", external_port=nobody.getsockname()[1])
        await miner.start()
        try:
            await miner._knock
        finally:
            await miner.stop()
    assert "not reached at 127.0.0.2" in caplog.text


async def test_without_the_library_for_metrics_the_health_is_still_told(tmp_path, caplog, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Answers(), private_port=0)
    with caplog.at_level(logging.INFO, "taokit.neuron"):
        await miner.start()
    try:
        assert f"health at http://127.0.0.1:{miner._axon.private_port}" in caplog.messages
        assert (await exchange(miner._axon.private_port, "GET", "/health")).status == 200
        assert (await exchange(miner._axon.private_port, "GET", "/metrics")).status == 404
    finally:
        await miner.stop()
    assert "taokit[metrics]" in caplog.text
