"""`taokit dev --processes` as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TAOKIT = [sys.executable, "-m", "taokit"]
ROLES = """
import threading
from taokit import Miner, Synapse

class Pack(Synapse):
    required_hash_fields = ("text",)
    text: str
    size: int | None = None

class Packs(Miner):
    def forward(self, synapse: Pack) -> Pack:
        {forward}
        synapse.size = len(synapse.text)
        return synapse
"""
VALIDATOR = """
import time
from miner import Pack
from taokit import Validator

class Weighs(Validator):
    deadline = {deadline}

    async def query(self, round):
        {query}
        return Pack(text="x" * round.random.randrange(10, 20))

    def score(self, round, replies):
        return {{reply.uid: float(reply.synapse.size) for reply in replies if reply.synapse}}
"""
ARGS = [*TAOKIT, "dev", ".", "--seed", "1", "--json", "--miners", "2", "--validators", "1"]


@pytest.fixture
def folder(tmp_path):
    subnet(tmp_path)
    return tmp_path


def subnet(folder, *, forward="pass", query="pass", deadline=2.0):
    (folder / "miner.py").write_text(ROLES.format(forward=forward))
    (folder / "validator.py").write_text(VALIDATOR.format(query=query, deadline=deadline))


def started(folder, *args):
    return subprocess.Popen(
        [*ARGS, "--processes", *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def neurons(child):
    """The processes of its neurons, by pid, once there are three."""
    for _ in range(600):
        found = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
        if len(found) == 3:
            return list(map(int, found))
        assert child.poll() is None
        time.sleep(0.05)
    raise AssertionError(f"{found} are not three")


def all_gone(pids, seconds=5):
    for _ in range(seconds * 20):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def test_its_figures_are_those_of_neurons_in_one_process(folder):
    args = ["--epochs", "2", "--interval", "0"]
    apart, one = (
        subprocess.run([*ARGS, *args, *more], cwd=folder, capture_output=True, text=True, timeout=120)
        for more in (["--processes"], [])
    )
    assert (apart.returncode, apart.stderr) == (0, "")
    assert len(apart.stdout.splitlines()) == 2
    assert apart.stdout == one.stdout


def test_one_that_is_killed_is_told_of_and_goes_on(folder):
    with started(folder, "--epochs", "3", "--interval", "1") as child:
        assert json.loads(child.stdout.readline())["epoch"] == 1
        os.kill(neurons(child)[0], signal.SIGKILL)
        out, errors = child.communicate(timeout=120)
    assert child.returncode == 0
    assert errors.count("by signal 9 (it starts again)") == len(errors.splitlines()) == 1
    last = json.loads(out.splitlines()[-1])
    assert last["validators"][0]["dividends"] == 1
    assert all(miner["incentive"] > 0.4 for miner in last["miners"])


def test_an_interrupt_ends_all_of_them_within_seconds(folder):
    with started(folder, "--interval", "1") as child:
        pids = neurons(child)
        child.stdout.readline()
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert (child.returncode, errors) == (0, "")
    assert all_gone(pids)


HOLDS = [
    (signal.SIGKILL, {"forward": "open('there', 'w').close(); threading.Event().wait()"}),
    (signal.SIGINT, {"query": "open('there', 'w').close(); time.sleep(60)"}),
]


@pytest.mark.parametrize(("number", "code"), HOLDS)
def test_nothing_is_left_of_it_whatever_the_users_code_does(folder, number, code):
    subnet(folder, **code, deadline=30.0)
    with started(folder, "--interval", "0") as child:
        pids = neurons(child)
        for _ in range(600):
            if (folder / "there").exists():
                break
            time.sleep(0.05)
        child.send_signal(number)
        child.communicate(timeout=20)
    assert child.returncode == (0 if number == signal.SIGINT else -9)
    assert all_gone(pids)
