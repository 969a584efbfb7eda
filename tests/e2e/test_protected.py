"""TLS and sealed bodies from the command line: a miner in a process of its own, a chain in another, keys between."""

import asyncio
import re
import signal
import subprocess
import sys

import pytest

import taokit
from endings import endings, is_one_sentence_and_one_hint
from shouting import ROLES, Shout
from taokit.chain import reads
from taokit.connect import connection
from taokit.dendrite import Trust
from taokit.devnet import Devnet, from_uri
from taokit.devnet.rpc import Server
from taokit.neuron.trusting import published_keys

TAOKIT = [sys.executable, "-m", "taokit"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "roles.py").write_text(ROLES)
    return tmp_path


def command(folder, role, network, *more):
    kind = "miner" if role == "Shouts" else "validator"
    wallet = f"//{kind}/0"
    state = str(folder / "state")
    return [kind, f"roles:{role}", "--network", network, "--netuid", "1", "--wallet", wallet,
            "--port", "0", "--state-dir", state, *more]  # fmt: skip


def port_of(child):
    for line in child.stderr:
        if found := re.search(r"runs as \w+ on port (\d+)", line):
            return int(found[1])
    raise AssertionError(child.wait())


async def told(chain, hotkey, *, wanted):
    """What the chain says of a hotkey's keys, once it says as much as is wanted."""
    async with asyncio.timeout(30):
        while True:
            known = await chain.read(published_keys(1))
            if hotkey in known and wanted(known[hotkey]):
                return known
            await asyncio.sleep(0.05)


async def test_keys_go_from_the_miners_command_line_over_the_chain_to_a_client(folder):
    hotkey = from_uri("//miner/0").ss58
    async with Server(Devnet.subnet(), port=0, block_time_s=0.05) as served:
        network = f"ws://127.0.0.1:{served.port}"
        options = ("--tls", "only", "--sealing", "require")
        child = subprocess.Popen(
            [*TAOKIT, *command(folder, "Shouts", network, *options)], stderr=subprocess.PIPE, text=True, cwd=folder
        )
        try:
            port = await asyncio.to_thread(port_of, child)
            async with connection(network) as chain:
                known = await told(chain, hotkey, wanted=lambda keys: keys.tls and keys.sealing)
                endpoint = await chain.read(reads.axon(1, hotkey))
            assert (endpoint.ip, endpoint.port) == ("127.0.0.1", port)
            target = taokit.Target(1, hotkey, endpoint.ip, endpoint.port)
            async with taokit.Dendrite(from_uri("//validator/0"), allow_private=True) as dendrite:
                plain = await dendrite.ask(target, Shout(text="hello"), 5.0)
                dendrite.trust = Trust(known)
                reply = await dendrite.ask(target, Shout(text="hello"), 5.0)
        finally:
            child.send_signal(signal.SIGTERM)
            child.communicate(timeout=20)
    assert not plain.ok
    assert reply.ok, reply.error
    assert reply.synapse.loud == "HELLO"
    assert child.returncode == 0


REDIS = ("--redis", "redis://127.0.0.1:6379/0")
WRONG = {
    "2 workers without a shared replay memory": ("Shouts", "ws://127.0.0.1:1", ("--workers", "2")),
    "each worker would make a devnet": ("Shouts", "devnet", ("--workers", "2", *REDIS)),
    "Listens runs in one process": ("Listens", "ws://127.0.0.1:1", ("--workers", "2", *REDIS)),
    "--workers is '0', not a whole number from 1": ("Shouts", "devnet", ("--workers", "0")),
    "--tls is 'yes'": ("Shouts", "devnet", ("--tls", "yes")),
    "127.0.0.1:6379 is no address of a Redis": ("Shouts", "devnet", ("--redis", "127.0.0.1:6379")),
    "no Redis to share with": ("Shouts", "devnet", ("--redis", "redis://127.0.0.1:1/0")),
}


def test_each_mistake_is_one_sentence_one_hint_and_exit_code_2(folder):
    ended = endings([command(folder, role, network, *options) for role, network, options in WRONG.values()], folder)
    for said, (code, errors) in zip(WRONG, ended, strict=True):
        assert code == 2, (said, errors)
        assert is_one_sentence_and_one_hint(said, errors), (said, errors)
