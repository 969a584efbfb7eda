import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from bittensor_wallet import Wallet
from typer.testing import CliRunner

from chains import ALICE, BOB, TAO
from taokit.chain import reads
from taokit.cli.app import app
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.devnet.surface import page
from taokit.errors import ChainRefused, ConfigurationError, NoSuchSubnet, StateCorrupt, Unreachable

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.devnet(miners=2, validators=2, Tempo=20)


@pytest.fixture
async def say(devnet):
    """Runs a command against the devnet while it is served, and returns what it said."""

    def called(url, words):
        result = CliRunner().invoke(app, ["devnet", *words, "--url", url], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.output

    async with Server(devnet, port=0) as server:
        url = f"ws://127.0.0.1:{server.port}"

        async def one(*words):
            return await asyncio.to_thread(called, url, list(map(str, words)))

        async def told(*words):
            return json.loads(await one(*words, "--json"))

        one.json, one.url = told, url
        yield one


async def test_blocks_epochs_and_time(say, devnet):
    start = devnet.head.number
    assert (await say.json("mine", 3))["block"] == start + 3
    assert (await say.json("mine", "--to", start + 10))["block"] == start + 10
    told = await say.json("epoch", 2)
    assert told["block"] == devnet.head.number == devnet.chain().read(reads.schedule(1)).last_epoch_block
    assert (await say("reveal")).startswith(f"block {devnet.head.number}")
    before = devnet.now_ms
    assert (await say.json("travel", "+3600"))["timestamp"] == before + 3_600_000
    assert (await say.json("travel", "2040-01-01"))["timestamp"] == 2_208_988_800_000
    with pytest.raises(ConfigurationError):
        await say("travel", "+soon")


async def test_the_pace_of_blocks(say, devnet):
    assert await say.json("pace", "manual") == {"mode": "Manual", "interval": None}
    assert (await say("pace", "instant")) == "blocks: instant\n"
    assert (await say.json("pace", 30))["interval"] == 30
    with pytest.raises(ConfigurationError, match="no pace"):
        await say("pace", "fast")


async def test_going_back_and_files(say, devnet, tmp_path):
    root = (await say.json("digest"))["digest"]
    number = (await say.json("snapshot"))["snapshot"]
    await say("mine", 2)
    await say("revert", number)
    assert (await say("digest")).strip() == root
    await say("dump", "-o", tmp_path / "chain.jsonl")
    assert (await say("dump")) == (tmp_path / "chain.jsonl").read_text()
    await say("mine", 2)
    await say("load", tmp_path / "chain.jsonl")
    await say("mine")
    await say("rewind", devnet.head.number - 1)
    await say("mine")
    await say("reset")
    assert (await say("digest")).strip() == root
    with pytest.raises(ConfigurationError):
        await say("load", tmp_path / "none")
    (tmp_path / "cut").write_text((tmp_path / "chain.jsonl").read_text()[:4000])
    with pytest.raises(ChainRefused, match=r"line \d+"):
        await say("load", tmp_path / "cut")


async def test_money_neurons_and_settings(say, devnet):
    held = devnet.chain().read(reads.balance(BOB.ss58)).rao
    assert (await say.json("fund", BOB.ss58, "1.5"))["free_rao"] == held + 3 * TAO // 2
    assert (await say.json("register", BOB.ss58, ALICE.ss58, "--coldkey", BOB.ss58))["uids"] == [5, 6]
    assert (await say.json("stake", BOB.ss58, 12))["stake_rao"] == 12 * TAO
    await say("set", "weights_set_rate_limit", 7)
    assert devnet.chain().read(reads.hyperparameters(1)).weights_rate_limit == 7
    await say("storage", '{"SubtensorModule": {"Tempo": [[[1], 33]]}}')
    assert devnet.chain().read(reads.schedule(1)).tempo == 33
    await say("sudo", "AdminUtils.sudo_set_tempo", '{"netuid": 1, "tempo": 44}')
    assert devnet.chain().read(reads.schedule(1)).tempo == 44
    newcomer = (await say.json("deregister", 5))["hotkey"]
    assert devnet.chain().read(reads.uid_of(1, newcomer)) == 5
    transfer = json.dumps({"dest": BOB.ss58, "value": 5})
    assert "event Balances.Transfer" in await say(
        "dry-run", "Balances.transfer_keep_alive", transfer, "--as", ALICE.ss58
    )
    await say("impersonate")
    assert devnet.auto_impersonate
    await say("impersonate", "--stop")
    assert not devnet.auto_impersonate
    assert BOB.ss58 in await say("impersonate", BOB.ss58)
    for words in (("fund", BOB.ss58, "lots"), ("set", "tempo", "{"), ("dry-run", "System.remark")):
        with pytest.raises(ConfigurationError):
            await say(*words)


async def test_trouble(say, devnet):
    assert (await say.json("fault", "refuse", 2, "--custom", 6))["waiting"] == 2
    assert (await say.json("fault", "lose"))["waiting"] == 3
    assert (await say.json("fault", "finality", 3))["blocks"] == 3
    await say("fault", "stall", 100)
    assert (await say.json("info"))["faults"] == 3
    await say("fault", "clear", "--pool")
    await say("mine", 2)
    assert (await say.json("fault", "reorg", 2))["hash"] == "0x" + devnet.head.hash.hex()
    assert (await say.json("fault", "drop"))["clients"] == 0


async def test_what_a_devnet_refuses_and_nobody_there(say):
    with pytest.raises(ChainRefused, match="no snapshot 7"):
        await say("revert", 7)
    with pytest.raises(ChainRefused, match="not an address"):
        await say("fund", "x", 1)
    for url, error in (("ws://127.0.0.1:1", Unreachable), ("nowhere", ConfigurationError)):
        result = CliRunner().invoke(app, ["devnet", "info", "--url", url], standalone_mode=False)
        assert isinstance(result.exception, error)


async def test_an_import_is_served_again(say, devnet, tmp_path):
    file = tmp_path / "subnet.jsonl"

    def imported(*words):
        return CliRunner().invoke(app, ["devnet", "import", "-o", str(file), *words], standalone_mode=False)

    result = await asyncio.to_thread(imported, "--network", say.url, "--json")
    assert json.loads(result.output)["netuid"] == 1
    copy = Devnet.loaded(file.read_text())
    assert copy.head.number == devnet.head.number
    result = await asyncio.to_thread(imported, "--network", say.url, "--netuid", "9")
    assert isinstance(result.exception, NoSuchSubnet)
    result = await asyncio.to_thread(imported, "--network", "nowhere")
    assert isinstance(result.exception, ConfigurationError)


def test_the_page_of_what_is_implemented_is_current():
    assert (ROOT / "docs" / "reference" / "devnet-surface.md").read_text() == page(), (
        "taokit devnet surface -o docs/reference/devnet-surface.md"
    )


def served(*flags, actions=lambda url: None):
    command = [sys.executable, "-m", "taokit", "devnet", "--port", "0", "--json", *map(str, flags)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        told = json.loads(child.stdout.readline() or "{}")
        if told:
            actions(told["url"])
    finally:
        child.terminate()
        _, err = child.communicate(timeout=20)
    return told, child.returncode, err


def test_a_state_file_is_written_at_the_end_and_gone_on_from(tmp_path):
    file = tmp_path / "chain.jsonl"

    def mine(url):
        CliRunner().invoke(app, ["devnet", "mine", "5", "--url", url], standalone_mode=False)

    first, code, err = served("--state", file, actions=mine)
    assert (code, err) == (0, "")
    again, code, _ = served("--state", file)
    assert (again["block"], again["genesis"]) == (first["block"] + 5, first["genesis"])
    assert [one["name"] for one in again["accounts"]] == [one["name"] for one in first["accounts"]]
    file.write_text(file.read_text()[:9000])
    _, code, err = served("--state", file)
    assert code == 2
    assert json.loads(err)["kind"] == StateCorrupt.__name__
    assert f"{file}, line" in err
    assert list(tmp_path.iterdir()) == [file]


def test_wallets_that_the_wallet_library_opens(tmp_path):
    for flags, name, signer in (((), "miner-1", account("miner/1")), (("--seed", 3), "owner", account("owner", 3))):
        folder = tmp_path / name
        told, code, _ = served("--wallets", folder, *flags)
        assert (code, told["wallets"]) == (0, str(folder))
        wallet = Wallet(name=name, hotkey="default", path=str(folder))
        keys = (wallet.coldkey.ss58_address, wallet.coldkeypub.ss58_address, wallet.hotkey.ss58_address)
        assert set(keys) == {signer.ss58}
        assert wallet.hotkey.verify(b"x", wallet.hotkey.sign(b"x"))
        assert {path.name for path in folder.iterdir()} >= {"alice", "bob", name}
    _, code, err = served("--wallets", tmp_path / "owner", "--seed", 4)
    assert code == 2
    assert "another key" in err
