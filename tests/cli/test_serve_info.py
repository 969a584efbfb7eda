"""`taokit serve-info` against a devnet that is served over a socket."""

import json

import pytest
from typer.testing import CliRunner

from taokit.blocking import Portal
from taokit.chain import calls, reads
from taokit.cli.app import app
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.errors import ConfigurationError, NotRegistered
from taokit.keys import from_uri

MINER = from_uri("//miner/0")


async def started(devnet):
    server = Server(devnet, port=0)
    return server, await server.start()


@pytest.fixture(scope="module")
def scene():
    devnet = Devnet.subnet(miners=2, validators=1, ServingRateLimit=0)
    with Portal("node") as portal:
        server, port = portal.call(started(devnet))
        yield devnet, f"ws://127.0.0.1:{port}"
        portal.call(server.stop())


def run(scene, *args, wallet="//miner/0"):
    who = [] if wallet is None else ["--wallet", wallet]
    command = ["serve-info", "--network", scene[1], "--netuid", "1", *who, *args]
    result = CliRunner().invoke(app, command, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_a_neuron_that_said_nothing(scene):
    told = json.loads(run(scene, "--json", "--hotkey", from_uri("//miner/1").ss58, wallet=None))
    assert (told["axon"], told["metrics"], told["certificate"], told["sealing"]) == (None, None, None, False)
    assert told["uid"] is not None


def test_what_was_published_by_others_is_shown(scene):
    key = bytes([1]) + bytes(range(32))
    chain = scene[0].chain()
    chain.submit(calls.serve_axon_tls(1, "198.51.100.9", 9000, certificate=key, version=700, protocol=4), MINER)
    chain.submit(calls.serve_prometheus(1, "198.51.100.9", 9100), MINER)
    told = json.loads(run(scene, "--json"))
    assert told["axon"] == {
        "ip": "198.51.100.9", "port": 9000, "ip_version": 4, "protocol": 4, "version": 700,
        "block": chain.read(reads.axon(1, MINER.ss58)).block,
    }  # fmt: skip
    assert (told["metrics"]["ip"], told["metrics"]["port"]) == ("198.51.100.9", 9100)
    assert told["certificate"] == {"algorithm": 1, "public_key": bytes(range(32)).hex()}
    printed = run(scene)
    assert "198.51.100.9 port 9000, protocol 4, version 700" in printed
    assert bytes(range(32)).hex() in printed


@pytest.mark.parametrize("place", [("203.0.113.7", 8091), ("2001:db8::7", 8092)])
def test_an_address_is_published_once(scene, place):
    ip, port = place
    text = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    chain = scene[0].chain()
    assert json.loads(run(scene, "--publish", text, "--dry-run", "--json"))["passes"] is True
    before = chain.read(reads.axon(1, MINER.ss58))
    assert (before.ip, before.port) != place
    run(scene, "--publish", text, "--yes")
    after = chain.read(reads.axon(1, MINER.ss58))
    assert (after.ip, after.port) == place
    run(scene, "--publish", text, "--yes")  # says so already
    assert chain.read(reads.axon(1, MINER.ss58)) == after


def test_a_key_goes_out_with_an_address(scene):
    key = bytes([1]) + bytes(32)
    run(scene, "--publish", "203.0.113.8:1", "--certificate", "0x" + key.hex(), "--yes")
    stored = scene[0].chain().read(reads.certificate(1, MINER.ss58))
    assert bytes([stored.algorithm]) + stored.public_key == key


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--publish", "203.0.113.7"], "not an address and a port"),
        (["--publish", "example.org:80"], "not an address and a port"),
        (["--publish", "203.0.113.7:0"], "not an address and a port"),
        (["--publish", "203.0.113.7:99999"], "not an address and a port"),
        (["--certificate", "00"], "goes out with an address"),
        (["--publish", "203.0.113.7:1", "--certificate", "zz"], "no key"),
        (["--publish", "203.0.113.9:1"], "nobody is there"),
        (["--publish", "203.0.113.9:1", "--hotkey", "5F"], "by its own key"),
    ],
)
def test_what_cannot_be_published(scene, args, said):
    with pytest.raises(ConfigurationError, match=said) as caught:
        run(scene, *args)
    assert caught.value.hint


def test_who_has_no_uid_publishes_nothing(scene):
    with pytest.raises(NotRegistered):
        run(scene, "--publish", "203.0.113.7:1", "--yes", wallet="//nobody")
    assert json.loads(run(scene, "--json", wallet="//nobody"))["uid"] is None
    assert account("nobody").ss58 in run(scene, wallet="//nobody")
