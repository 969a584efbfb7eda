"""One neuron in a process of its own, started from the command line and from a file."""

import re
import signal
import socket
import subprocess
import sys

import pytest
from bittensor_wallet import Wallet

import taokit
from endings import endings, is_one_sentence_and_one_hint
from shouting import ROLES, Shout
from taokit.devnet import from_uri

TAOKIT = [sys.executable, "-m", "taokit"]
DEVNET = ["--network", "devnet", "--netuid", "1"]
SETUP = """

class Stumbles(Shouts):
    async def setup(self):
        raise ZeroDivisionError("in setup")
"""
NOT_REGISTERED = "is not registered on subnet 1"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "roles.py").write_text(ROLES)
    return tmp_path


def started(args, folder):
    """The process, and the port it says it serves at."""
    child = subprocess.Popen(
        [*args, "--state-dir", str(folder / "state")], stderr=subprocess.PIPE, text=True, cwd=folder
    )
    for line in child.stderr:
        if found := re.search(r"runs as (\w+) on port (\d+|None)", line):
            return child, found[1], found[2]
    raise AssertionError(child.wait())


def ended(child, number=signal.SIGTERM):
    child.send_signal(number)
    child.communicate(timeout=20)
    return child.returncode


@pytest.mark.parametrize("command", [[*TAOKIT, "miner", "roles:Shouts"], [sys.executable, "roles.py"]])
async def test_a_miner_serves_until_it_is_stopped(command, folder):
    child, hotkey, port = started([*command, *DEVNET, "--wallet", "//miner/0", "--port", "0"], folder)
    try:
        assert hotkey == from_uri("//miner/0").ss58
        async with taokit.Dendrite(from_uri("//validator/0"), allow_private=True) as dendrite:
            reply = await dendrite.ask(taokit.Target(1, hotkey, "127.0.0.1", int(port)), Shout(text="hello"))
        assert reply.synapse is not None, reply.error
        assert reply.synapse.loud == "HELLO"
    finally:
        code = ended(child)
    assert code == 0


def test_a_second_process_with_the_same_hotkey_is_refused(folder):
    command = [*TAOKIT, "validator", "roles:Listens", *DEVNET, "--wallet", "//validator/0", "--port", "0"]
    child, _, _ = started(command, folder)
    try:
        done = run(command, folder)
    finally:
        assert ended(child, signal.SIGINT) == 0
    assert done.returncode == 2
    assert "already runs this neuron" in done.stderr
    assert "hint: stop process" in done.stderr


def run(command, folder):
    return subprocess.run(
        [*command, "--state-dir", str(folder / "state")], capture_output=True, text=True, cwd=folder, timeout=60
    )


def test_a_mistake_below_the_supervisor_is_told_once_with_its_exit_code(folder):
    done = run([*TAOKIT, "miner", "roles:Shouts", *DEVNET, "--wallet", "//nobody", "--port", "0"], folder)
    assert done.returncode == 4
    assert is_one_sentence_and_one_hint(NOT_REGISTERED, done.stderr)
    assert done.stderr.count("error: ") == 1


def test_each_mistake_is_one_sentence_one_hint_and_an_exit_code(folder):
    wallets = folder / "wallets"
    wallet = Wallet(name="me", hotkey="hot", path=str(wallets))
    wallet.create_hotkey_from_uri("//nobody", suppress=True)
    (wallets / "me" / "hotkeys" / "torn").write_text("{ this is no key")
    (folder / "plain.py").write_text("x = 1\n")
    miner, state = ["miner", "roles:Shouts"], ["--state-dir", str(folder / "state")]
    mine = ["--wallet", "//miner/0", "--port", "0"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases = {
            "no subnet 9": [*miner, "--network", "devnet", "--netuid", "9", *mine],
            NOT_REGISTERED: [*miner, *DEVNET, "--wallet", "me/hot", "--wallet-path", str(wallets), "--port", "0"],
            "torn": [*miner, *DEVNET, "--wallet", "me/torn", "--wallet-path", str(wallets), "--port", "0"],
            "no hotkey": [*miner, *DEVNET, "--wallet", "me/hto", "--wallet-path", str(wallets), "--port", "0"],
            f"port {port}": [*miner, *DEVNET, "--wallet", "//miner/0", "--port", port],
            "--netuid is missing": [*miner, "--network", "devnet", *mine],
            "--netuid is 'one'": [*miner, "--network", "devnet", "--netuid", "one", *mine],
            "development key": [*miner, "--network", "finney", "--netuid", "1", *mine],
            "--wallet is missing": [*miner, *DEVNET],
            "cannot connect to 'nowhere'": [*miner, "--network", "nowhere", "--netuid", "1", "--wallet", "me/hot",
                                            "--wallet-path", str(wallets)],
            "setting `depth`": [*miner, *DEVNET, *mine, "--set", "depth=3"],
            "no Miner named": ["miner", "plain:Shouts", *DEVNET, *mine],
            "no Validator named": ["validator", "roles:Shouts", *DEVNET, *mine],
        }  # fmt: skip
        ended = endings([[*command, *state] for command in cases.values()], folder)
    for said, (code, errors) in zip(cases, ended, strict=True):
        assert code == (4 if said == NOT_REGISTERED else 2), (said, errors)
        assert is_one_sentence_and_one_hint(said, errors), (said, errors)


def test_json_errors_are_objects(folder):
    done = run([*TAOKIT, "miner", "roles:Shouts", "--network", "devnet", "--json"], folder)
    assert done.returncode == 2
    assert '"kind": "ConfigurationError"' in done.stderr
    assert '"hint": "pass --netuid NUMBER"' in done.stderr


def test_a_setup_that_raises_is_told_from_the_users_first_line(tmp_path):
    (tmp_path / "roles.py").write_text(ROLES + SETUP)
    command = [*TAOKIT, "miner", "roles:Stumbles", *DEVNET, "--wallet", "//miner/0", "--port", "0"]
    done = subprocess.run(
        [*command, "--state-dir", str(tmp_path / "state")], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    told = done.stderr.partition("Stumbles crashed\n")[2].splitlines()
    assert done.returncode == 1
    assert told[0].startswith("Traceback")
    assert "roles.py" in told[1]
    assert told[-1] == "ZeroDivisionError: in setup"


def test_private_ports_beyond_the_last_are_refused(folder):
    command = [*TAOKIT, "miner", "roles:Shouts", "-n", "ws://127.0.0.1:9", "--netuid", "1", "--wallet", "//miner/0"]
    workers = ["--workers", "3", "--redis", "redis://127.0.0.1:9/0", "--private-port", "65534"]
    done = subprocess.run([*command, *workers], capture_output=True, text=True, cwd=folder, timeout=60)
    assert done.returncode == 2
    assert "--private-port 65534 leaves none" in done.stderr
