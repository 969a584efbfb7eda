"""What a caller gets of a handler that misbehaves, over a real socket."""

import asyncio
import logging
import threading

import pytest
from pydantic import BaseModel

import taokit
from taokit.errors import ConfigurationError, Forbidden
from taokit.neuron import Place, neuron_of
from worlds import World


class Ask(taokit.Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None


class Other(taokit.Synapse):
    word: str = "x"


class Breaks(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        raise RuntimeError("out of order")


class Nothing(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return None


class AnotherClass(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return Other()


class Hangs(taokit.Miner):
    @taokit.route(deadline_s=0.1)
    async def answer(self, synapse: Ask) -> Ask:
        await asyncio.Event().wait()


class HangsInThread(taokit.Miner):
    @taokit.route(deadline_s=0.1)
    def answer(self, synapse: Ask) -> Ask:
        threading.Event().wait()


class Closed(taokit.Miner):
    async def admit(self, caller):
        raise Forbidden("nobody today")

    async def forward(self, synapse: Ask) -> Ask:
        return synapse


class Verdict(Nothing):
    async def admit(self, caller):
        return False


async def reply_of(world, miner, times=1):
    await miner.start()
    try:
        async with taokit.Dendrite(world.keys["caller"], allow_private=True) as dendrite:
            target = taokit.Target(await world.uid("a"), world.keys["a"].ss58, "127.0.0.1", miner.port)
            replies = [await dendrite.ask(target, Ask(word="hello")) for _ in range(times)]
    finally:
        await miner.stop(0)
    return replies[-1]


@pytest.mark.parametrize(
    ("role", "status", "logged"),
    [
        (Breaks, 500, "RuntimeError: out of order"),
        (Nothing, 500, "return the Ask that it was given"),
        (AnotherClass, 500, "it answered with Other (return the Ask that it was given"),
        (Hangs, 408, ""),
        (HangsInThread, 408, ""),
        (Closed, 403, ""),
        (Verdict, 403, "the policy failed: it returned bool, which lets nobody in (return nothing for a caller"),
    ],
)
async def test_the_caller_is_told_no_more_than_a_status(tmp_path, caplog, role, status, logged):
    world = World(tmp_path, miners=["a"], validators=["caller"])
    with caplog.at_level(logging.ERROR, "taokit"):
        reply = await reply_of(world, world.neuron("a", role()))
    assert (reply.outcome, reply.status) == ("not served", status)
    assert logged in caplog.text
    assert ("Traceback" in caplog.text) == (role is Breaks)


async def test_plain_functions_that_hang_do_not_keep_others_out(tmp_path):
    """The event loop's own pool would be full after a few of them."""
    world = World(tmp_path, miners=["a"], validators=["caller"])
    held = threading.Event()

    class Sometimes(taokit.Miner):
        calls = 0

        @taokit.route(deadline_s=0.02)
        def answer(self, synapse: Ask) -> Ask:
            type(self).calls += 1
            if type(self).calls <= 40:
                held.wait()
            synapse.answer = "here"
            return synapse

    reply = await reply_of(world, world.neuron("a", Sometimes()), times=41)
    held.set()
    assert reply.ok
    assert reply.synapse.answer == "here"


def test_a_class_that_cannot_be_made_is_named():
    class Wants(Nothing):
        def __init__(self, model):
            self.model = model

    with pytest.raises(ConfigurationError, match="Wants cannot be made without its argument 'model'") as caught:
        neuron_of(Wants, None, signer=None, chain=None)
    assert "Settings" in caught.value.hint


def test_a_miner_that_batches_is_refused_several_workers(tmp_path):
    class Batching(taokit.Miner):
        def forward_batch(self, items: list[Ask]) -> list[Ask]:
            return items

    place = Place(netuid=1, state=tmp_path, seed=b"", workers=2, redis="redis://127.0.0.1:1/0")
    with pytest.raises(ConfigurationError, match=r"Batching\.forward_batch takes batches") as caught:
        neuron_of(Batching, place, signer=None, chain=None, spawn=lambda port: None)
    assert "--workers" in caught.value.hint


def test_a_miner_that_answers_no_message_is_named():
    with pytest.raises(ConfigurationError, match="Miner answers no message"):
        taokit.Miner.check()


async def test_g23_a_plain_function_does_not_block_the_loop(tmp_path):
    """Two calls meet inside the handler, which neither could leave if it held the event loop."""
    world = World(tmp_path, miners=["a"], validators=["caller"])
    meeting = threading.Barrier(2, timeout=10)

    class Meets(taokit.Miner):
        def forward(self, synapse: Ask) -> Ask:
            meeting.wait()
            return synapse

    miner = world.neuron("a", Meets())
    await miner.start()
    try:
        async with taokit.Dendrite(world.keys["caller"], allow_private=True) as dendrite:
            target = taokit.Target(await world.uid("a"), world.keys["a"].ss58, "127.0.0.1", miner.port)
            replies = await asyncio.gather(*(dendrite.ask(target, Ask(word="x")) for _ in range(2)))
    finally:
        await miner.stop(0)
    assert [reply.status for reply in replies] == [200, 200]


async def nothing(self, *args):
    return None


async def rated(self, caller):
    return 1.0


@pytest.mark.parametrize(
    ("name", "value", "said", "hint"),
    [
        ("admit", lambda self, caller: None, "admit is a plain function", "async def admit(self, caller)"),
        ("setup", lambda self: None, "setup is a plain function", "async def setup(self)"),
        ("priority", rated, "priority is an async function", "`def priority(self, caller)`"),
        ("mounts", nothing, "mounts is an async function", "`def mounts(self)`"),
        ("blacklist", lambda self, synapse: (False, ""), "blacklist takes a synapse", "async def admit(self, caller)"),
        ("priority", lambda self, synapse: 1.0, "priority takes a synapse", "def priority(self, caller)"),
        ("limits", 5, "limits is of builtins.int", "taokit.axon"),
    ],
)
def test_a_method_that_would_not_be_called_as_it_is_written_is_refused(name, value, said, hint):
    mistaken = type("Mistaken", (Nothing,), {name: value, "__module__": __name__})
    with pytest.raises(ConfigurationError, match=rf"Mistaken\.{said}") as caught:
        mistaken.check()
    assert hint in caught.value.hint


def test_a_setting_that_is_none_is_refused_by_name():
    class Tuned(Nothing):
        class Settings(BaseModel):
            limit: int = 1000

    with pytest.raises(ConfigurationError, match="setting `limits` of Tuned: there is none") as caught:
        Tuned().configure({"limits": "5"})
    assert "its settings are: limit;" in caught.value.hint
    with pytest.raises(ConfigurationError, match="setting `x` of Nothing: there is none"):
        Nothing().configure({"x": "5"})


def test_a_miner_that_serves_nothing_needs_no_handler_and_has_none():
    class Publishes(taokit.Miner):
        serves = False

    class Torn(taokit.Miner):
        serves = False

        async def forward(self, synapse: Ask) -> Ask:
            return synapse

    Publishes.check()
    with pytest.raises(ConfigurationError, match="Torn serves nothing, and has a handler: forward"):
        Torn.check()


async def test_a_miner_acts_at_each_block_and_goes_on_when_that_fails(tmp_path, caplog):
    seen = []

    class Publishes(taokit.Miner):
        serves = False

        async def at_block(self, block: int) -> None:
            seen.append(block)
            if len(seen) == 1:
                raise ValueError("not yet")

    world = World(tmp_path, miners=["a"])
    miner = world.neuron("a", Publishes())
    await miner.start()
    try:
        await world.blocks(3)
    finally:
        await miner.stop(0)
    assert len(seen) >= 3
    assert seen == sorted(set(seen))
    assert miner.port is None
    assert "Publishes.at_block() failed" in caplog.text
