"""An interrupt ends everything quietly, whatever it comes in the way of."""

import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

TAOKIT = [sys.executable, "-m", "taokit"]

ROLES = """
import threading
import time
import taokit

class Word(taokit.Synapse):
    required_hash_fields = ("text",)
    text: str
    size: int | None = None

class Counts(taokit.Miner):
    async def setup(self):
        {setup}

    def forward(self, synapse: Word) -> Word:
        {forward}
        synapse.size = len(synapse.text)
        return synapse

    async def close(self):
        {close}
"""
VALIDATOR = """
import time
from miner import Word
from taokit import Validator

class Asks(Validator):
    deadline = 30.0

    async def query(self, round):
        return Word(text="hello")

    def score(self, round, replies):
        {score}
        return {{}}
"""


def subnet(folder, *, setup="pass", forward="pass", close="pass", score="pass"):
    (folder / "miner.py").write_text(ROLES.format(setup=setup, forward=forward, close=close))
    (folder / "validator.py").write_text(VALIDATOR.format(score=score))


def catches(pid, number):
    """Whether a process has a handler of its own for a signal."""
    caught = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(caught[1], 16) >> (number - 1) & 1)


def interrupted(args, cwd, *, after=None, until=None, number=signal.SIGINT):
    """How the command ended: exit code, standard error, seconds from the signal to the end."""
    with subprocess.Popen(
        [*TAOKIT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd
    ) as child:
        if until is not None:
            file = cwd / until
            while not file.exists():
                assert child.poll() is None, child.stderr.read()
                time.sleep(0.01)
        else:
            while not catches(child.pid, number):  # before, the signal meets the bare interpreter
                assert child.poll() is None, child.stderr.read()
                time.sleep(0.01)
            time.sleep(after)
        child.send_signal(number)
        began = time.monotonic()
        _, errors = child.communicate(timeout=30)
        return child.returncode, errors, time.monotonic() - began


@pytest.mark.parametrize("after", [0.25, 0.6, 1.2])
def test_while_it_is_starting(tmp_path, after):
    """Early enough to fall into the imports, into the making of the chain, into the first blocks."""
    code, errors, took = interrupted(["dev", "--seed", "1"], tmp_path, after=after)
    assert (code, errors) == (0, "")
    assert took < 2


HANGS = {
    "a handler that never ends": {"forward": "open('there', 'w').close(); threading.Event().wait()"},
    "a score that sleeps": {"score": "open('there', 'w').close(); time.sleep(60)"},
    "a setup that sleeps": {"setup": "open('there', 'w').close(); time.sleep(60)"},
}


@pytest.mark.parametrize("what", HANGS)
def test_users_code_that_holds_on_does_not_hold_up_the_end(tmp_path, what):
    subnet(tmp_path, **HANGS[what])
    code, errors, took = interrupted(["dev", ".", "--json", "--interval", "1"], tmp_path, until="there")
    assert (code, "Traceback" in errors) == (0, False)
    assert took < 2.5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_neuron_that_is_still_setting_up(tmp_path, number):
    import_asyncio = "import asyncio; open('there', 'w').close(); await asyncio.sleep(60)"
    subnet(tmp_path, setup=import_asyncio)
    args = ["miner", "miner:Counts", "--network", "devnet", "--netuid", "1", "--wallet", "//miner/0", "--port", "0"]
    code, errors, took = interrupted([*args, "--state-dir", "s", "-q"], tmp_path, until="there", number=number)
    assert (code, errors) == (0, "")
    assert took < 2


def test_a_reader_that_has_seen_enough_ends_it(tmp_path):
    command = f"{sys.executable} -m taokit dev --seed 1 --json --interval 0 | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith('{"epoch"')
    assert (done.returncode, done.stderr) == (0, "")


def test_a_new_class_that_does_not_start_leaves_the_old_one_running_and_shows_why(tmp_path):
    subnet(tmp_path)
    args = ["dev", ".", "--seed", "1", "--json", "--interval", "0.5", "--miners", "1", "--validators", "1"]
    with subprocess.Popen(
        [*TAOKIT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as child:
        told = []
        reader = threading.Thread(target=lambda: told.extend(child.stderr))
        reader.start()
        child.stdout.readline()
        subnet(tmp_path, setup="raise ZeroDivisionError('in setup')")
        while not any("reloaded" in line for line in told):
            assert child.stdout.readline().startswith('{"epoch"')
        for _ in range(2):
            assert child.stdout.readline().startswith('{"epoch"')
        child.send_signal(signal.SIGINT)
        child.stdout.read()
        child.wait(timeout=20)
        reader.join()
    assert child.returncode == 0
    assert "miner-0 did not start" in "".join(told)
    assert "ZeroDivisionError: in setup" in "".join(told)
