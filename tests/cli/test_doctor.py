"""`taokit doctor`: each thing it looks at, alone and together, over a real socket and beside a real axon."""

import json
import os
import socket
import time
from email.utils import formatdate

import bittensor_wallet
import numpy as np
import pytest
from typer.testing import CliRunner

from taokit.axon import Axon
from taokit.blocking import Portal
from taokit.chain import calls
from taokit.cli.app import app
from taokit.cli.doctor import clock, machine, port, settings
from taokit.cli.doctor.finding import CHAIN, REGISTERED, bad, code_of, good, note, skipped
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server
from taokit.keys import from_uri
from taokit.metagraph import Endpoint
from taokit.run import KeyChoice

MINER, VALIDATOR = from_uri("//miner/0"), from_uri("//validator/0")


class Scene:
    def __init__(self, devnet, url, home):
        self.devnet, self.url, self.home = devnet, url, home

    def run(self, *args, network=None, netuid="1"):
        """The exit code, and what was found, by name."""
        subnet = [] if netuid is None else ["--netuid", netuid]
        command = ["doctor", "--network", network or self.url, *subnet, "--state-dir", str(self.home), "--json", *args]
        result = CliRunner().invoke(app, command, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        told = json.loads(result.stdout)
        assert told["code"] == (result.return_value or 0)
        return told["code"], {one["name"]: one for one in told["findings"]}


async def started(devnet):
    server = Server(devnet, port=0)
    return server, await server.start()


@pytest.fixture
def scene(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    devnet = Devnet.subnet(miners=2, validators=1)
    with Portal("node") as portal:
        server, at = portal.call(started(devnet))
        yield Scene(devnet, f"ws://127.0.0.1:{at}", tmp_path)
        portal.call(server.stop())


def test_it_needs_no_wallet_and_no_subnet(scene):
    code, found = scene.run(netuid=None)
    assert code == 0
    assert found["chain"]["state"] == found["runtime"]["state"] == "good"
    for name in ("key", "subnet"):
        assert found[name]["state"] == "skipped"
        assert found[name]["mend"].startswith("taokit doctor")


def test_an_embedded_chain_is_as_good(scene):
    code, found = scene.run("--wallet", "//miner/0", network="devnet")
    assert code == 0
    assert found["registration"]["state"] == "good"


def test_a_chain_that_cannot_be_reached_is_said_and_the_rest_looked_at(scene):
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"ws://127.0.0.1:{free.getsockname()[1]}"
    code, found = scene.run(network=nobody)
    assert code == 3
    assert found["chain"]["state"] == "bad"
    assert found["chain"]["mend"]
    assert {"disk", "open files", "port"} <= set(found)


def test_who_is_not_registered_is_told_what_it_costs_and_how(scene):
    code, found = scene.run("--wallet", "//nobody")
    assert code == 4
    assert "costs" in found["registration"]["said"]
    assert found["registration"]["mend"] == "taokit register --netuid 1 --wallet //nobody"


def test_a_validator_in_order(scene):
    code, found = scene.run("--hotkey", VALIDATOR.ss58)
    assert code == 0
    for name in ("registration", "permit", "stake", "rate limit", "version key"):
        assert found[name]["state"] == "good", found[name]


def test_what_a_validator_lacks(scene):
    devnet = scene.devnet
    devnet.set_hyperparameter(1, "WeightsVersionKey", 50)
    devnet.set_hyperparameter(1, "WeightsSetRateLimit", 100)
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", False)
    devnet.sudo(calls.admin("sudo_set_stake_threshold", min_stake=10**9))
    devnet.mine()
    code, found = scene.run("--wallet", "//miner/0", "--version-key", "3")
    assert code == 2
    assert (found["version key"]["state"], found["permit"]["state"], found["stake"]["state"]) == ("bad", "note", "note")
    assert "btcli stake add" in found["stake"]["mend"]
    devnet.chain().submit(calls.set_weights(1, [1], [1], version_key=50), VALIDATOR)
    _, found = scene.run("--wallet", "//validator/0")
    assert found["rate limit"]["state"] == "note"
    assert found["version key"]["state"] == "skipped"


def test_a_subnet_that_is_not_there(scene):
    code, found = scene.run(netuid="9")
    assert (code, found["subnet"]["state"]) == (2, "bad")


def test_people_see_signs_and_what_mends(scene):
    command = ["doctor", "--network", scene.url, "--netuid", "1", "--wallet", "//nobody"]
    printed = CliRunner().invoke(app, command, standalone_mode=False).stdout
    assert "✗ registration" in printed
    assert "→ taokit register --netuid 1" in printed
    assert "1 to mend" in printed


async def test_a_peer_tells_its_time():
    async def admit(caller):
        return None

    axon = Axon(MINER.ss58, [], admit=admit)
    async with axon:
        place = Endpoint("127.0.0.1", await axon.start("127.0.0.1", 0))
        ahead = await clock._ahead_of(place)
    assert abs(ahead) <= 1.0  # whole seconds are told
    assert await clock._ahead_of(place) is None


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nDate: soon\r\n\r\n", b"x" * 9000]
)
async def test_a_peer_that_tells_no_time(answer):
    import asyncio

    async def serve(reader, writer):
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        assert await clock._ahead_of(Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])) is None


@pytest.mark.parametrize("shift_s", [-60, 60])
async def test_a_clock_that_is_off_is_noticed(shift_s):
    import asyncio

    async def serve(reader, writer):
        told = formatdate(time.time() - shift_s, usegmt=True)
        writer.write(f"HTTP/1.1 404 Not Found\r\ndate: {told}\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        place = Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])
        ahead = await clock._ahead_of(place)
    assert ahead == pytest.approx(shift_s, abs=1.5)
    found = clock.by_peers([ahead])
    assert found.state == "bad"
    assert ("ahead of" if shift_s > 0 else "behind") in found.said


def test_one_peer_with_a_wrong_clock_is_outvoted():
    assert clock.by_peers([0.1, -0.2, 500.0]).state == "good"
    assert clock.by_peers([1.5]).state == "note"
    assert clock.by_peers([]).state == "skipped"


@pytest.mark.parametrize(
    ("ago_ms", "state"), [(0, "good"), (30_000, "good"), (61_000, "bad"), (-1000, "good"), (-3000, "bad")]
)
def test_the_clock_beside_the_newest_block(ago_ms, state):
    assert clock.by_block(now_ms=10**12, block_ms=10**12 - ago_ms, slot_ms=12_000).state == state


def test_a_port_that_is_free_or_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        found, running = port.bound("127.0.0.1", number)
        assert (found.state, running) == ("good", True)
    assert port.bound("127.0.0.1", number)[1] is False
    assert port.bound("192.0.2.1", 0)[0].state == "bad"  # an address of no machine


def of(place, *, local=True, running=False):
    (found,) = port.published(place, netuid=1, local=local, running=running)
    return found


def test_the_address_on_chain():
    assert of(None).state == of(Endpoint("0.0.0.0", 0)).state == "note"
    assert of(Endpoint("10.0.0.1", 80), local=False).state == "bad"
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    assert of(Endpoint("127.0.0.1", number)).state == "note"
    refused = of(Endpoint("127.0.0.1", number), running=True)
    assert refused.state == "bad"
    assert f"{number}/tcp" in refused.mend


SPEC = """
compute_spec:
  miner:
    cpu: {{min_cores: {cores}}}
    memory: {{min_ram: {memory}}}
    storage: {{min_space: {space}}}
"""


def test_a_machine_beside_what_the_subnet_asks(tmp_path, monkeypatch):
    file = tmp_path / "min_compute.yml"
    assert list(machine.compute(file, "miner")) == []
    file.write_text(SPEC.format(cores=1, memory=0.1, space=0.1))
    assert {one.state for one in machine.compute(file, "miner")} == {"good"}
    assert [one.state for one in machine.compute(file, "validator")] == ["skipped"]
    file.write_text(SPEC.format(cores=100_000, memory=10**9, space=10**9))
    assert [one.state for one in machine.compute(file, "miner")] == ["bad"] * 3
    file.write_text("compute_spec: {miner: {gpu: {required: True, min_vram: 8}}}")
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = machine.compute(file, "miner")
    assert found.state == "bad"
    for vram, state in (("4096", "bad"), ("24576", "good")):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\necho 1024\necho {vram}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
        assert [one.state for one in machine.compute(file, "miner")] == [state]


@pytest.mark.parametrize("text", ["", "[]", "compute_spec: 3", "compute_spec: {miner: 3}", "a: [", "\x00", "{" * 5000])
def test_a_file_that_asks_nothing_or_does_not_read(tmp_path, text):
    file = tmp_path / "min_compute.yml"
    file.write_text(text)
    (found,) = machine.compute(file, "miner")
    assert found.state in ("skipped", "bad")


def test_space_where_the_state_is_kept(tmp_path, monkeypatch):
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    monkeypatch.setattr(machine, "SPACE_WELL", free // 2)
    assert machine.disk(tmp_path / "not" / "there").state == "good"
    monkeypatch.setattr(machine, "SPACE_WELL", free * 2)
    assert machine.disk(tmp_path).state == ("note" if free >= machine.SPACE_BAD else "bad")
    monkeypatch.setattr(machine, "SPACE_BAD", free * 2)
    assert machine.disk(tmp_path).state == "bad"


def test_open_files(monkeypatch):
    import resource

    for limits, state in (((512, 512), "bad"), ((2048, 10**6), "note"), ((10**5, 10**5), "good"), ((-1, -1), "good")):
        monkeypatch.setattr(resource, "getrlimit", lambda which, limits=limits: limits)
        assert machine.files().state == state


def test_variables_and_the_configuration_file(tmp_path):
    assert [one.state for one in settings.configuration({}, tmp_path)] == ["good"]
    found = list(settings.configuration({"TAOKIT_STAET": "x"}, tmp_path))
    assert (found[1].state, found[1].mend) == ("note", "unset TAOKIT_STAET")
    (tmp_path / ".bittensor").mkdir()
    (tmp_path / ".bittensor" / "btcli.json").write_text("{")
    (found,) = settings.configuration({}, tmp_path)
    assert found.state == "bad"


def test_a_key_that_does_not_open_and_a_coldkey_that_does(tmp_path):
    wallet = bittensor_wallet.Wallet(name="me", hotkey="hot", path=str(tmp_path))
    wallet.create_coldkey_from_uri("//Alice", use_password=False, suppress=True)
    wallet.create_hotkey_from_uri("//Bob", use_password=False, suppress=True)
    found, address = settings.key(KeyChoice("finney", "me/hot", path=str(tmp_path)), None, {})
    assert [one.state for one in found] == ["good", "note"]
    assert address == from_uri("//Bob").ss58
    found, address = settings.key(KeyChoice("finney", "me/cold", path=str(tmp_path)), None, {})
    assert found[0].state == "bad"
    assert address is None
    words = tmp_path / "words"
    words.write_text("bottom drive obey lake curtain smoke basket hold race lonely fit walk")
    words.chmod(0o644)
    found, _ = settings.key(KeyChoice("finney", None, mnemonic_file=str(words)), None, {})
    assert found[1].mend == f"chmod 600 {words}"


def test_exit_codes():
    fine = [good("a", "x"), note("b", "x", "y"), skipped("c", "x")]
    assert code_of(fine) == 0
    assert code_of([*fine, bad("a", "x", "y")]) == 2
    assert code_of([*fine, bad(REGISTERED, "x", "y")]) == 4
    assert code_of([*fine, bad(REGISTERED, "x", "y"), bad("a", "x", "y")]) == 2
    assert code_of([*fine, bad(CHAIN, "x", "y"), bad("a", "x", "y")]) == 3
    assert np.all([one.mend for one in fine if one.state == "note"])
