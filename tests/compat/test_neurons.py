"""Neurons written for SDK 10 run after one line is changed: `import bittensor as bt`."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import bittensor_wallet
import pytest

from peers.environments import python_of
from taokit.chain import reads
from taokit.cli.migrate import examine
from taokit.connect import connect
from taokit.devnet import account

NEURONS = Path(__file__).parent / "neurons"
THEIRS, OURS = "import bittensor as bt", "import taokit.compat as bt"


AS_WRITTEN = """
import runpy, sys
import bittensor.utils.networking as networking
networking.get_external_ip = lambda: "127.0.0.1"  # which it would ask other people's services for
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def write_hotkey(folder, wallet, uri):
    """The files of a wallet with this key as its hotkey and as its owner's."""
    made = bittensor_wallet.Wallet(name=wallet, hotkey="default", path=str(folder))
    made.create_coldkey_from_uri(uri, use_password=False, suppress=True)
    made.create_hotkey_from_uri(uri, use_password=False, suppress=True)


def moved(name, folder):
    """The neuron's file with its one line changed."""
    text = (NEURONS / name).read_text()
    assert text.count("bittensor") == 1
    file = folder / name
    file.write_text(text.replace(THEIRS, OURS))
    return file


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """Where neurons run: a chain's address, a folder with wallets."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.sdk = {}  # by the name of a neuron, the interpreter that runs it as it was written
        for kind in ("miner", "validator"):
            for number in range(2):
                write_hotkey(folder / "wallets", f"{kind}{number}", f"//{kind}/{number}")

    def command(self, name, wallet, *args):
        flags = ["--netuid", "1", "--wallet.name", wallet, "--wallet.path", str(self.folder / "wallets")]
        flags += ["--subtensor.network", self.url, "--logging.debug", *map(str, args)]
        if name in self.sdk:
            return [self.sdk[name], "-c", AS_WRITTEN, str(NEURONS / name), *flags]
        return [sys.executable, str(moved(name, self.folder)), *flags]

    @contextmanager
    def running(self, name, wallet, *args, port):
        """A neuron in a process of its own, once its port is open."""
        log = (self.folder / f"{wallet}.log").open("w+")
        command = [*self.command(name, wallet, *args), "--axon.port", str(port)]
        with log, subprocess.Popen(command, stderr=log, stdout=log, env=environment()) as process:
            try:
                wait_for(port, process, self.folder / f"{wallet}.log")
                yield process
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(20)

    def run(self, name, wallet, *args):
        """What a neuron that ends by itself says."""
        done = subprocess.run(
            self.command(name, wallet, *args), capture_output=True, text=True, timeout=60, env=environment()
        )
        assert done.returncode == 0, done.stderr
        return done


def environment():
    return {**os.environ, "PYTHONWARNINGS": "default", "BT_NO_PARSE_CLI_ARGS": "false"}


def wait_for(port, process, log, *, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture
def place(devnet_url, tmp_path):
    return Place(devnet_url, tmp_path)


@pytest.mark.devnet(miners=2, validators=2)
def test_a_miner_serves_and_a_validator_sets_weights(place):
    with place.running("miner.py", "miner0", "--blacklist.force_validator_permit", port=free_port()):
        place.url.ask("dev_newBlock", {"count": 200})  # past the rate limit
        said = place.run("validator.py", "validator0").stderr
    assert "set_weights on chain successfully!" in said
    with connect(place.url) as chain:
        graph = chain.read(reads.metagraph(1, weights=True))
    mine, miner = (graph.uid_of(account(name).ss58) for name in ("validator/0", "miner/0"))
    assert graph.weights[mine].tolist() == [[miner, 65535]]


@pytest.mark.peers
@pytest.mark.parametrize("theirs", ["miner.py", "validator.py"])
@pytest.mark.devnet(miners=2, validators=2)
def test_the_other_one_may_stay_on_sdk_10(place, theirs):
    place.sdk[theirs] = str(python_of("bittensor-10.5.0"))
    port = free_port()
    flags = ["--axon.external_ip", "127.0.0.1", "--axon.external_port", port]
    with place.running("miner.py", "miner0", *flags, port=port):
        place.url.ask("dev_newBlock", {"count": 200})
        place.run("validator.py", "validator0")
    with connect(place.url) as chain:
        graph = chain.read(reads.metagraph(1, weights=True))
    mine, miner = (graph.uid_of(account(name).ss58) for name in ("validator/0", "miner/0"))
    assert graph.weights[mine].tolist() == [[miner, 65535]]


@pytest.mark.devnet(miners=2, validators=2)
def test_the_blacklist_keeps_out_who_holds_no_permit(place):
    with place.running("miner.py", "miner0", "--blacklist.force_validator_permit", port=free_port()):
        said = place.run("validator.py", "miner1", "--neuron.steps", 1).stderr
    assert "None" in said.partition("Received responses: ")[2].partition("\n")[0]


@pytest.mark.devnet(miners=2, validators=2)
def test_a_streaming_miner_streams_to_a_client(place):
    with connect(place.url) as chain:
        uid = chain.read(reads.uid_of(1, account("miner/0").ss58))
    with place.running("streaming.py", "miner0", "miner", port=free_port()):
        said = place.run("streaming.py", "validator0", "client", "--miner_uid", uid).stdout
    assert said.splitlines() == ["completion ONETWOTHREE True", "pieces ONE TWO THREE"]


@pytest.mark.devnet(miners=2, validators=2)
def test_a_neuron_that_is_not_registered_says_so(place):
    write_hotkey(place.folder / "wallets", "stranger", "//stranger")
    done = subprocess.run(place.command("miner.py", "stranger"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "is not registered on netuid 1" in done.stderr


@pytest.mark.parametrize("name", ["miner.py", "validator.py", "streaming.py"])
def test_migrate_changes_that_one_line(name, tmp_path):
    report = examine(NEURONS / name)
    assert report.verdict == "rewritten"
    assert report.after.decode() == moved(name, tmp_path).read_text()
