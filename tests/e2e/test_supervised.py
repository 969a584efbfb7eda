"""`taokit miner` below its supervisor: stuck, told to leave, deregistered, without a chain."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shouting import ROLES
from taokit.blocking import Portal
from taokit.devnet import Devnet, from_uri
from taokit.devnet.rpc import Server

MORE = """
import asyncio
import pathlib
import time

class Sticks(Shouts):
    async def setup(self):
        lives = pathlib.Path("lives")
        lives.touch()
        with lives.open("a") as file:
            file.write("x")
        if len(lives.read_text()) == 1:
            asyncio.get_running_loop().call_later(1.0, self.a_deep_sleep)

    def a_deep_sleep(self):
        time.sleep(60)

class Deaf(Shouts):
    async def close(self):
        time.sleep(60)
"""
TAOKIT = [sys.executable, "-m", "taokit"]
WAIT_S = 40


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "roles.py").write_text(ROLES + MORE)
    return tmp_path


class Running:
    """A process, and the lines that it has written so far."""

    def __init__(self, folder, name, *flags, network="devnet"):
        command = [*TAOKIT, "miner", f"roles:{name}", "--network", network, "--netuid", "1", "--wallet", "//miner/0"]
        environment = {**os.environ, "HOME": str(folder)}
        self.child = subprocess.Popen(
            [*command, "--port", "0", "--state-dir", str(folder / "state"), *flags],
            stderr=subprocess.PIPE, text=True, cwd=folder, env=environment,
        )  # fmt: skip
        self.lines = []

    def until(self, pattern):
        for line in self.child.stderr:
            self.lines.append(line)
            if re.search(pattern, line):
                return
        raise AssertionError("".join(self.lines))

    def end(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        return self.ended()

    def ended(self):
        _, rest = self.child.communicate(timeout=WAIT_S)
        self.lines.append(rest)
        return self.child.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
            self.child.communicate()


def test_a_stuck_event_loop_is_ended_with_its_stack_and_started_again(folder):
    with Running(folder, "Sticks", "--deadline", "1") as miner:
        miner.until("runs as")
        miner.until("runs as")
        assert miner.end() == 0
    told = "".join(miner.lines)
    assert "is stuck here" in told
    assert "a_deep_sleep" in told[told.index("is stuck here") :]
    assert re.search(r"roles\.py:\d+ a_deep_sleep\(\) has held the event loop for 2 s: let an async method", told)
    assert (folder / "lives").read_text() == "xx"


def test_a_heartbeat_is_there_while_it_lives_and_gone_afterwards(folder):
    file = folder / "beat"
    with Running(folder, "Shouts", "--deadline", "0.4", "--heartbeat", str(file)) as miner:
        miner.until("runs as")
        deadline = time.monotonic() + WAIT_S
        seen = set()
        while len(seen) < 3:
            assert time.monotonic() < deadline
            if file.exists():
                seen.add(json.loads(file.read_text())["at"])
            time.sleep(0.02)
        assert json.loads(file.read_text())["pid"] != miner.child.pid
        assert miner.end(signal.SIGINT) == 0
    assert not file.exists()


def test_without_a_name_the_heartbeat_is_in_the_state_folder(folder):
    with Running(folder, "Shouts", "--deadline", "0.4") as miner:
        miner.until("runs as")
        deadline = time.monotonic() + WAIT_S
        while not list((folder / "state").rglob("heartbeat")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert miner.end() == 0
    assert not list((folder / "state").rglob("heartbeat"))


def test_what_does_not_let_go_is_ended_by_force_within_ten_seconds(folder):
    with Running(folder, "Deaf") as miner:
        miner.until("runs as")
        began = time.monotonic()
        assert miner.end() == 1
    assert time.monotonic() - began < 15
    assert "by force" in "".join(miner.lines)


def test_a_miner_that_loses_its_uid_ends_with_code_4(folder):
    devnet = Devnet.subnet(miners=2, validators=1)
    with Portal("node") as portal:
        server, port = portal.call(started(devnet))
        with Running(folder, "Shouts", network=f"ws://127.0.0.1:{port}") as miner:
            miner.until("runs as")
            portal.call(lose(devnet))
            while miner.child.poll() is None:
                portal.call(mined(devnet))
                time.sleep(0.1)
            assert miner.ended() == 4
        portal.call(server.stop())
    assert "is not registered" in "".join(miner.lines)


async def started(devnet):
    server = Server(devnet, port=0)
    return server, await server.start()


async def mined(devnet):
    devnet.mine()


async def lose(devnet):
    """Another hotkey takes the uid."""
    from taokit.devnet.runtime.subtensor import neurons, storage

    key = from_uri("//miner/0").public_key
    uid = devnet.state[storage.UIDS, 1, key]
    neurons.replace(devnet.state, 1, uid, from_uri("//stranger").public_key)


def test_without_a_chain_it_ends_with_code_3(folder):
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"ws://127.0.0.1:{free.getsockname()[1]}"
    with Running(folder, "Shouts", network=nobody) as miner:
        assert miner.ended() == 3


def test_help_names_the_exit_codes(folder):
    for command in ([*TAOKIT, "miner", "--help"], [*TAOKIT, "miner", "roles:Shouts", "--help"]):
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=WAIT_S)
        assert done.returncode == 0
        told = " ".join(done.stdout.split())
        for word in ("0 stopped", "1 crashed", "2 configuration", "3 chain unreachable", "4 not registered"):
            assert word in told


def test_no_secret_is_in_what_a_neuron_says(folder):
    """Words that are no key, in the variable and in a file; then a key that is none of the chain's."""
    words = folder / "words"
    words.write_text("secretword " * 12)
    planted = {"TAOKIT_MNEMONIC": "secretword " * 12}
    base = [*TAOKIT, "miner", "roles:Shouts", "--network", "devnet", "--netuid", "1", "--port", "0", "-vvv"]
    for flags, more in (([], planted), (["--mnemonic-file", str(words)], {})):
        done = subprocess.run(
            [*base, *flags], capture_output=True, text=True, cwd=folder, timeout=WAIT_S,
            env={**os.environ, "HOME": str(folder), **more},
        )  # fmt: skip
        assert done.returncode == 2
        assert "secretword" not in done.stdout + done.stderr
    phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
    done = subprocess.run(
        base, capture_output=True, text=True, cwd=folder, timeout=WAIT_S,
        env={**os.environ, "HOME": str(folder), "TAOKIT_MNEMONIC": phrase},
    )  # fmt: skip
    assert done.returncode == 4
    assert "curtain" not in done.stdout + done.stderr
    assert Path(folder / "roles.py").exists()
