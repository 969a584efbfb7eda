"""Where a miner is found that is to be asked: by what is given, or by what a devnet over a socket says of it."""

import json

import pytest
from typer.testing import CliRunner

from taokit.axon import Axon, Sealing, tls_of
from taokit.blocking import Portal
from taokit.chain import calls, reads
from taokit.cli.app import app
from taokit.cli.wire.miner import Given, Place, miner_of, place_of
from taokit.dendrite import Known
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server
from taokit.errors import ConfigurationError, NoSuchSubnet, NotRegistered, Unreachable
from taokit.keys import from_uri
from taokit.protocol.sealing import SealingKey, key_record
from taokit.testing.samples import all_but_deny, sample_routes

MINER = from_uri("//miner/0")


async def devnet_over_a_socket(devnet):
    server = Server(devnet, port=0)
    return server, await server.start()


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A devnet and a miner that published its address and both its keys: (network, uid, axon's port)."""
    devnet = Devnet.subnet(miners=2, validators=1, ServingRateLimit=0)
    tls, sealing = tls_of(tmp_path_factory.mktemp("keys") / "tls.pem"), Sealing((SealingKey(bytes(range(32))),))

    async def served():
        axon = Axon(MINER.ss58, sample_routes(), admit=all_but_deny, tls=tls, sealing=sealing)
        return axon, await axon.start("127.0.0.1")

    with Portal("node") as portal:
        server, port = portal.call(devnet_over_a_socket(devnet))
        axon, at = portal.call(served())
        chain = devnet.chain()
        chain.submit(calls.serve_axon_tls(1, "203.0.113.7", at, certificate=tls.published), MINER)
        chain.submit(calls.set_commitment(1, [key_record(MINER, sealing.public)]), MINER)
        uid = chain.read(reads.uid_of(1, MINER.ss58))
        yield f"ws://127.0.0.1:{port}", uid, at, tls, sealing
        portal.call(axon.stop())
        portal.call(server.stop())


def wire(*arguments):
    result = CliRunner().invoke(app, ["wire", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.splitlines()


def test_the_chain_says_where_it_is_and_by_which_keys(scene):
    network, uid, port, tls, sealing = scene
    miner = miner_of(Given(network=network, netuid=1, uid=uid), timeout_s=5)
    target = miner.target
    assert (target.uid, target.hotkey, target.ip, target.port) == (uid, MINER.ss58, "203.0.113.7", port)
    assert miner.trust.known == {MINER.ss58: Known(tls.public, sealing.public)}
    by_hotkey = miner_of(Given(network=network, netuid=1, hotkey=MINER.ss58), timeout_s=5)
    assert (by_hotkey.target, by_hotkey.trust.known) == (target, miner.trust.known)


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_miner_at_another_address_is_asked_by_the_keys_on_chain(scene, scheme):
    network, uid, port, *_ = scene
    where = ("--network", network, "--netuid", 1, "--uid", uid)
    code, lines = wire("ask", f"{scheme}127.0.0.1:{port}", *where, "-k", "plain", "-k", "stream", "--sealed", "--json")
    assert (code, [json.loads(line)["right"] for line in lines]) == (0, [True, True])
    code, lines = wire("load", f"{scheme}127.0.0.1:{port}", *where, "--rate", 50, "--seconds", 0.1, "--json")
    assert (code, json.loads(lines[0])["ok"]) == (0, 5)


def test_what_the_chain_does_not_have_is_said(scene):
    network, uid, *_ = scene
    other = next(one for one in range(3) if one != uid)
    for given, said in (
        (Given(network=network, netuid=1, uid=99), "no uid 99"),
        (Given(network=network, netuid=1, uid=other), "published no address"),
        (Given("127.0.0.1", network=network, netuid=1, uid=other, sealed=True), "no key to seal"),
        (Given("https://127.0.0.1", network=network, netuid=1, uid=other), "the chain holds none"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            miner_of(given, timeout_s=5)
    for given in (
        Given(network=network, netuid=99, uid=uid),
        Given("127.0.0.1", network=network, netuid=99, hotkey=MINER.ss58),
    ):
        with pytest.raises(NoSuchSubnet, match="no subnet 99 on this chain"):
            miner_of(given, timeout_s=5)
    with pytest.raises(NotRegistered):
        miner_of(Given(network=network, netuid=1, hotkey="//Bob"), timeout_s=5)


def test_whoever_shows_no_key_is_unreachable(unused_tcp_port):
    with pytest.raises(Unreachable, match="no TLS at"):
        miner_of(Given(f"https://127.0.0.1:{unused_tcp_port}", insecure=True), timeout_s=5)


def test_a_url_needs_neither_scheme_nor_port_and_may_be_of_ipv6():
    assert place_of("127.0.0.1") == Place("127.0.0.1", 8091, None)
    assert place_of("HTTPS://127.0.0.1:80/") == Place("127.0.0.1", 80, "https")
    assert place_of("http://[::1]:9") == Place("::1", 9, "http")


@pytest.mark.parametrize(
    "url", ["http://a@127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "http://", "127.0.0.1#x", "http://[::1", ""]
)
def test_what_is_no_url_of_a_miner_is_refused(url):
    with pytest.raises(ConfigurationError, match="is no address of a miner"):
        place_of(url)
