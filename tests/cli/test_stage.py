"""Replacing the neurons of a play while it goes on."""

import asyncio
import logging
from dataclasses import replace

import pytest

import taokit
from taokit.cli.dev.cast import cast_of
from taokit.cli.dev.stage import STEP_S, Stage
from taokit.scoring import Ema


class Ask(taokit.Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None


class First(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        synapse.answer = "first"
        return synapse


class Second(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        synapse.answer = "second"
        return synapse


class Breaks(Second):
    async def setup(self):
        raise ZeroDivisionError("in setup")


class Wants(Second):
    def __init__(self, model):
        pass


class Feeds(taokit.Validator):
    deadline = 2.0

    async def run_round(self, round):
        return {1: 1.0}


class Remembers(Feeds):
    rule = Ema(alpha=0.5)


class Broken(Feeds):
    async def setup(self):
        raise ZeroDivisionError("in setup")


@pytest.fixture
async def stage(tmp_path):
    cast = cast_of([First], Feeds, miners=1, validators=1, settings={})
    stage = await Stage.open(cast, seed=1, folder=tmp_path)
    yield stage
    await stage.close()


async def replaced(stage, name, role):
    await stage.replace({name: replace(next(p for p in stage.cast if p.name == name), role=role)})


async def asked(stage):
    async with taokit.Dendrite(stage.company.neurons["validator-0"].signer, allow_private=True) as dendrite:
        miner = stage.company.neurons["miner-0"]
        return await dendrite.ask(taokit.Target(1, miner.signer.ss58, "127.0.0.1", miner.port), Ask(word="x"))


def running(stage, name):
    return type(stage.company.neurons[name].role)


async def test_a_new_class_takes_over_port_key_and_state(stage):
    old = stage.company.neurons["miner-0"]
    await replaced(stage, "miner-0", Second)
    new = stage.company.neurons["miner-0"]
    assert (new.port, new.signer.ss58, new.folder.path) == (old.port, old.signer.ss58, old.folder.path)
    assert (await asked(stage)).synapse.answer == "second"


@pytest.mark.parametrize("role", [Breaks, Wants])
async def test_where_the_new_class_does_not_start_the_old_one_goes_on(stage, caplog, role):
    port = stage.company.neurons["miner-0"].port
    with caplog.at_level(logging.ERROR, "taokit.dev"):
        await replaced(stage, "miner-0", role)
    assert running(stage, "miner-0") is First
    assert stage.company.neurons["miner-0"].port == port
    assert (await asked(stage)).synapse.answer == "first"
    assert "miner-0 did not start" in caplog.text + " ".join(stage.trouble)
    await stage.advance()


async def test_a_part_that_ended_is_tried_again_at_the_next_save_on_its_port(stage):
    port = stage.company.neurons["miner-0"].port
    await stage.company.neurons.pop("miner-0").stop(0)
    await replaced(stage, "miner-0", Breaks)
    assert "miner-0" not in stage.company.neurons
    await stage.advance()
    await replaced(stage, "miner-0", Second)
    assert stage.company.neurons["miner-0"].port == port
    assert (await asked(stage)).synapse.answer == "second"


async def test_requests_under_way_are_answered_before_the_old_class_leaves(stage):
    held = asyncio.Event()

    class Slow(taokit.Miner):
        async def forward(self, synapse: Ask) -> Ask:
            held.set()
            await asyncio.sleep(0.05)
            synapse.answer = "slowly"
            return synapse

    await replaced(stage, "miner-0", Slow)
    question = asyncio.create_task(asked(stage))
    await held.wait()
    await replaced(stage, "miner-0", Second)
    assert (await question).synapse.answer == "slowly"
    assert (await asked(stage)).synapse.answer == "second"


async def test_another_rule_begins_anew_and_the_same_one_goes_on(stage):
    while not stage.company.neurons["validator-0"].scores.memory["kept"]:
        await stage.advance()
    await replaced(stage, "validator-0", type("Same", (Feeds,), {}))
    assert stage.company.neurons["validator-0"].scores.memory["kept"]
    await replaced(stage, "validator-0", Remembers)
    assert running(stage, "validator-0") is Remembers
    assert stage.company.neurons["validator-0"].scores.memory == {"version": 1, "kind": "ema", "kept": {}}


async def test_a_validator_that_broke_leaves_the_old_one_and_its_scores(stage):
    while not stage.company.neurons["validator-0"].scores.memory["kept"]:
        await stage.advance()
    kept = stage.company.neurons["validator-0"].scores
    await replaced(stage, "validator-0", Broken)
    assert running(stage, "validator-0") is Feeds
    assert stage.company.neurons["validator-0"].scores == kept


async def test_a_block_waits_as_long_as_a_round_may_take(stage):
    assert stage.step_s == STEP_S
    await replaced(stage, "validator-0", type("Patient", (Feeds,), {"deadline": 12.0}))
    assert stage.step_s > 24


async def test_a_neuron_that_ends_by_itself_is_told_of_and_the_play_goes_on(stage, caplog):
    async def ends(head):
        raise ZeroDivisionError("in step")

    stage.company.neurons["validator-0"].step = ends
    with caplog.at_level(logging.ERROR, "taokit.dev"):
        await stage.advance()
    assert list(stage.company.neurons) == ["miner-0"]
    assert "validator-0 ended" in caplog.text
    assert "ZeroDivisionError: in step" in caplog.text
    await stage.advance()
