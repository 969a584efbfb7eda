"""`taokit register` against a devnet that is served over a socket."""

import json

import bittensor_wallet
import pytest
from typer.testing import CliRunner

from taokit.blocking import Portal
from taokit.chain import reads
from taokit.cli.app import app
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.errors import ConfigurationError, KeyFileError, NoSuchSubnet

ALICE = account("Alice").ss58


class Scene:
    def __init__(self, devnet, url):
        self.devnet, self.url = devnet, url
        self.chain = devnet.chain()

    def run(self, *args, hotkey="//Alice/hot"):
        """What is printed; an error is raised."""
        command = ["register", "--network", self.url, "--netuid", "1", "--wallet", "//Alice", "-H", hotkey, *args]
        result = CliRunner().invoke(app, command, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.stdout

    def uid(self, uri="//Alice/hot"):
        return self.chain.read(reads.uid_of(1, account(uri.removeprefix("//")).ss58))

    def balance(self):
        return self.chain.read(reads.balance(ALICE)).rao


async def started(devnet):
    server = Server(devnet, port=0)
    return server, await server.start()


@pytest.fixture
def scene():
    devnet = Devnet.subnet(miners=2, validators=1)
    with Portal("node") as portal:
        server, port = portal.call(started(devnet))
        yield Scene(devnet, f"ws://127.0.0.1:{port}")
        portal.call(server.stop())


def test_a_registration_costs_what_was_shown(scene):
    shown = json.loads(scene.run("--dry-run", "--json"))
    assert shown["cost_rao"] == shown["limit_rao"] == scene.chain.read(reads.burn(1)).rao
    assert shown["passes"] is True
    assert shown["balance_rao"] == scene.balance()
    assert scene.uid() is None
    before, cost = scene.balance(), scene.chain.read(reads.burn(1)).rao
    told = json.loads(scene.run("--yes", "--json"))
    assert (told["uid"], told["new"]) == (scene.uid(), True)
    paid = before - scene.balance()
    assert paid <= cost + shown["fee_rao"]
    assert paid >= cost * 0.99  # it becomes cheaper by a little with each block


def test_who_is_registered_pays_nothing(scene):
    scene.run("--yes")
    before = scene.balance()
    assert "was already uid" in scene.run("--yes")
    assert json.loads(scene.run("--json"))["new"] is False
    assert scene.balance() == before


def test_people_see_cost_fee_and_rehearsal_before_anything_is_sent(scene):
    with pytest.raises(ConfigurationError, match="nobody is there") as caught:
        scene.run()
    assert "--yes" in caught.value.hint
    assert scene.uid() is None
    printed = scene.run("--dry-run")
    for word in ("cost", "fee", "rehearsal  passes", ALICE, "places free"):
        assert word in printed


def test_it_never_pays_more_than_it_may(scene):
    with pytest.raises(ConfigurationError, match="costs") as caught:
        scene.run("--max-burn", "0.0001", "--yes")
    assert "--max-burn" in caught.value.hint
    assert scene.uid() is None
    scene.run("--max-burn", "5", "--yes")
    assert scene.uid() is not None


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf"])
def test_an_amount_that_is_none(scene, text):
    with pytest.raises(ConfigurationError, match="--max-burn is"):
        scene.run("--max-burn", text)


def test_a_subnet_that_is_not_there_or_closed(scene):
    with pytest.raises(NoSuchSubnet):
        scene.run("--netuid", "9")
    scene.devnet.set_hyperparameter(1, "NetworkRegistrationAllowed", False)
    scene.devnet.mine()
    with pytest.raises(ConfigurationError, match="takes no registrations"):
        scene.run("--yes")


def test_too_little_money_is_said_with_the_sum_and_the_address(scene):
    poor = account("poor").ss58
    command = ["register", "--network", scene.url, "--netuid", "1", "--wallet", "//poor", "--yes"]
    scene.devnet.fund(poor, 10_000_000)
    scene.devnet.mine()
    result = CliRunner().invoke(app, command, standalone_mode=False)
    assert isinstance(result.exception, ConfigurationError)
    assert "too little" in str(result.exception)
    assert poor in result.exception.hint


def test_a_coldkey_is_needed(scene, tmp_path):
    wallet = bittensor_wallet.Wallet(name="me", hotkey="hot", path=str(tmp_path))
    wallet.create_hotkey_from_uri("//Bob", use_password=False, suppress=True)
    command = [
        "register",
        "--network",
        scene.url,
        "--netuid",
        "1",
        "--wallet",
        "me/hot",
        "--wallet-path",
        str(tmp_path),
    ]
    result = CliRunner().invoke(app, [*command, "--dry-run"], standalone_mode=False)
    assert isinstance(result.exception, KeyFileError)
    assert "coldkey" in str(result.exception)


def test_a_seat_on_root(scene):
    scene.run("--yes")
    shown = json.loads(scene.run("--netuid", "0", "--dry-run", "--json"))
    assert shown["cost_rao"] == 0
