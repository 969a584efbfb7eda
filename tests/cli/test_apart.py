"""Neurons in processes of their own."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from taokit.cli.dev.apart import WELL_S, next_delay
from taokit.cli.dev.cast import cast_of
from taokit.cli.dev.stage import Stage
from taokit.errors import ConfigurationError

ROLES = """
import taokit
from taokit.chain import calls

class Ask(taokit.Synapse):
    required_hash_fields = ("word",)
    word: str
    answer: str | None = None

class First(taokit.Miner):
    async def forward(self, synapse: Ask) -> Ask:
        synapse.answer = "first"
        return synapse

class Second(First):
    async def forward(self, synapse: Ask) -> Ask:
        synapse.answer = "second"
        return synapse

class Breaks(First):
    async def setup(self):
        print("said in setup")
        raise ZeroDivisionError("in setup")

class Pays(taokit.Validator):
    deadline = 2.0

    async def run_round(self, round):
        call = calls.add_stake(self.signer.ss58, 1, 1_000_000_000)
        receipt = await self.chain.submit(call, self.signer)
        return {1: float(receipt.block - round.block)}

class Asks(taokit.Validator):
    deadline = 2.0

    async def query(self, round):
        return Ask(word="x")

    def score(self, round, replies):
        return {r.uid: float(len(r.synapse.answer)) for r in replies if r.synapse}
"""


@pytest.fixture
def roles(tmp_path, monkeypatch):
    (tmp_path / "apart_roles.py").write_text(ROLES)
    monkeypatch.syspath_prepend(tmp_path)
    import apart_roles

    yield apart_roles
    del sys.modules["apart_roles"]


@pytest.fixture
async def stage(tmp_path, roles):
    cast = cast_of([roles.First], roles.Asks, miners=1, validators=1, settings={})
    stage = await Stage.open(cast, seed=1, folder=tmp_path / "state", apart=True)
    yield stage
    await stage.close()


async def replaced(stage, name, role):
    await stage.replace({name: replace(next(p for p in stage.cast if p.name == name), role=role)})


async def score(stage):
    """The miner's, once there is one."""
    for _ in range(400):
        await stage.advance()
        if scores := stage.company.standings()["validator-0"].scores:
            return next(iter(scores.values()))
    raise AssertionError("no round was scored")


async def until(done, *, seconds=20):
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


def gone(pid):
    """Whether a process has ended; one that nobody has asked after yet is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def test_each_neuron_is_a_process_and_all_of_them_end(stage):
    pids = {actor.pid for actor in stage.company.actors.values()}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert await score(stage) == len("first")
    await stage.close()
    assert all(map(gone, pids))


async def test_one_that_is_killed_starts_again_on_its_port(stage):
    actor = stage.company.actors["miner-0"]
    pid, port = actor.pid, actor.port
    os.kill(pid, signal.SIGKILL)
    await until(lambda: actor.pid not in (pid, None))
    await stage.advance()
    assert not gone(actor.pid)
    assert actor.port == port
    assert stage.trouble == ["miner-0 ended: by signal 9 (it starts again)"]
    assert await score(stage) == len("first")


async def test_a_new_class_takes_over_and_one_that_does_not_start_leaves_the_old_one(stage, roles, caplog):
    port = stage.company.actors["miner-0"].port
    await replaced(stage, "miner-0", roles.Second)
    assert stage.company.actors["miner-0"].port == port
    await replaced(stage, "miner-0", roles.Breaks)
    assert "said in setup" in caplog.text
    assert "ZeroDivisionError: in setup" in caplog.text
    assert next(part.role for part in stage.cast if part.name == "miner-0") is roles.Second
    assert await score(stage) == len("second")


async def test_a_class_that_cannot_start_at_all_ends_the_play_and_its_processes(tmp_path, roles):
    cast = cast_of([roles.First], roles.Asks, miners=1, validators=1, settings={"nothing": "1"})
    broken = tuple(replace(part, settings={"nothing": "1"}) if part.is_miner else part for part in cast)
    before = children()
    with pytest.raises(ConfigurationError, match="nothing"):
        await Stage.open(broken, seed=1, folder=tmp_path / "state", apart=True)
    assert children() <= before


def children():
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


async def test_one_that_waits_for_its_extrinsic_holds_up_no_block(stage, roles):
    await replaced(stage, "validator-0", roles.Pays)
    assert await score(stage) == 1
    assert stage.trouble == []


def test_one_that_keeps_ending_is_started_less_and_less_often():
    delays = [0.0]
    for _ in range(7):
        delays.append(next_delay(delays[-1], 1, 0.1))
    assert delays == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert next_delay(8.0, 1, WELL_S) == next_delay(8.0, -9, 0.1) == 0.0
