"""`taokit weights` against a devnet that is served to it over a socket."""

import asyncio
import json
import os
import sys

import pytest

from taokit.chain import calls, reads
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.keys import from_uri
from taokit.units import RAO_PER_TAO

VALIDATOR = "//weights"
SECONDS = 60


class Served:
    """A devnet at an address, and the command beside it in a process of its own."""

    def __init__(self, devnet, url, home):
        self.devnet, self.url, self.home = devnet, url, home
        self.chain = devnet.chain()
        self.key = from_uri(VALIDATOR)

    async def start(self, *args, text=""):
        where = ("--network", self.url, "--netuid", "1")
        environment = {**os.environ, "HOME": str(self.home), "TAOKIT_STATE": str(self.home / "state")}
        for name in [name for name in environment if name.startswith("BT_")]:
            del environment[name]
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "taokit", "weights", *args, *where)
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, limit=1 << 20
        )
        process.stdin.write(text.encode())
        process.stdin.close()
        return process

    async def run(self, *args, text="", mining=False):
        """Exit code, output and errors; blocks are made meanwhile where asked for."""
        process = await self.start(*args, text=text)
        talk = asyncio.create_task(process.communicate())
        async with asyncio.timeout(SECONDS):
            while mining and not talk.done():
                self.devnet.mine()
                await asyncio.sleep(0.02)
            out, errors = await talk
        return process.returncode, out.decode(), errors.decode()

    def row(self):
        uid = self.chain.read(reads.uid_of(1, self.key.ss58))
        return {int(uid): int(value) for uid, value in self.chain.read(reads.weights(1, uid)) if value}

    def uid(self, name):
        return self.chain.read(reads.uid_of(1, account(name, seed=3).ss58))


@pytest.fixture
async def served(tmp_path):
    devnet = Devnet.demo(
        miners=[account(name, seed=3) for name in ("a", "b")],
        validators=[(from_uri(VALIDATOR), 1000 * RAO_PER_TAO)],
        seed=3,
    )
    devnet.auto = False
    devnet.set_hyperparameter(1, "Tempo", 60)
    devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", False)
    server = Server(devnet, port=0)
    port = await server.start()
    devnet.mine(5)
    yield Served(devnet, f"ws://127.0.0.1:{port}", tmp_path)
    await server.stop()


async def test_a_plan_shows_the_vector_what_it_earns_and_what_burning_does(served):
    text = f"uid,weight\n{served.uid('a')},3\n{account('b', seed=3).ss58},1\n"
    code, out, errors = await served.run("plan", "-", "--wallet", VALIDATOR, "--burn", "0.2", "--json", text=text)
    assert code == 0, errors
    told = json.loads(out)
    shares = {one["uid"]: one["share"] for one in told["weights"]}
    owner = served.chain.read(reads.metagraph(1)).uid_of(served.chain.read(reads.metagraph(1)).owner_hotkey)
    assert shares == pytest.approx({owner: 0.2, served.uid("a"): 0.6, served.uid("b"): 0.2})
    assert max(one["value"] for one in told["weights"]) == 65535
    assert told["burned"] == pytest.approx(0.2)
    assert told["burning"]["would_burn"] == pytest.approx(0.2)
    assert told["earned"]["then"]["dividends"] >= told["earned"]["now"]["dividends"]
    assert told["form"] == "plain"
    assert [one for one in told["obstacles"] if one["final"]] == []


async def test_a_plan_needs_no_wallet_and_names_every_obstacle_with_one(served):
    text = '{"1": 1.0}'
    code, out, errors = await served.run("plan", "-", text=text)
    assert code == 0, errors
    assert "name --wallet or --hotkey" in out
    served.devnet.set_hyperparameter(1, "WeightsVersionKey", 50)
    served.devnet.set_hyperparameter(1, "MinAllowedWeights", 2)
    served.devnet.mine()
    miner = account("a", seed=3).ss58
    code, out, errors = await served.run("plan", "-", "--hotkey", miner, "--version-key", "3", text=text)
    assert code == 0, errors
    for name in ("NeuronNoValidatorPermit", "IncorrectWeightVersionKey", "SelfWeight"):
        assert name in out
    assert "btcli stake add" in out


@pytest.mark.parametrize("hidden", [False, True])
async def test_set_ends_when_the_weights_are_read_back(served, hidden):
    served.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", hidden)
    file = served.home / "w.csv"
    file.write_text(f"# mine\n{served.uid('a')},1\n{served.uid('b')},0.5\n")
    code, out, errors = await served.run("set", str(file), "--wallet", VALIDATOR, "--json", mining=True)
    assert code == 0, errors
    assert 0 < json.loads(out)["block"] <= served.devnet.head.number
    assert served.row() == {served.uid("a"): 65535, served.uid("b"): 32768}


@pytest.mark.parametrize("form", ["plain", "hash", "timelock"])
async def test_a_dry_run_prints_plan_fee_and_rehearsal_and_sends_nothing(served, form):
    served.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", form != "plain")
    served.devnet.sudo(calls.admin("sudo_set_commit_reveal_version", version=4 if form == "timelock" else 3))
    served.devnet.mine()
    text = f"{served.uid('a')},1\n"
    code, out, errors = await served.run("set", "-", "--wallet", VALIDATOR, "--dry-run", "--json", text=text)
    assert code == 0, errors
    told = json.loads(out)
    assert (told["form"], told["fee_rao"], told["passes"]) == (form, 0, True)
    assert served.devnet.waiting == 0
    served.devnet.mine()
    assert served.row() == {}


async def test_set_refuses_at_once_what_the_chain_never_takes(served):
    served.devnet.set_hyperparameter(1, "WeightsVersionKey", 50)
    served.devnet.mine()
    text = f"{served.uid('a')},1\n"
    code, out, errors = await served.run("set", "-", "--wallet", VALIDATOR, "--version-key", "3", text=text)
    assert (code, out) == (2, "")
    assert "version 50" in errors
    assert "hint:" in errors
    assert served.devnet.waiting == 0


async def test_an_interrupted_set_goes_on_where_it_was(served):
    """It is killed once its commit is in a block; another process reveals it."""
    served.devnet.set_hyperparameter(1, "CommitRevealWeightsEnabled", True)
    process = await served.start("set", "-", "--wallet", VALIDATOR, text=f"{served.uid('b')},1\n")
    async with asyncio.timeout(SECONDS):
        while not served.chain.read(reads.weight_commits(1, served.key.ss58)):
            served.devnet.mine()
            await asyncio.sleep(0.05)
    process.kill()
    await process.communicate()
    code, out, errors = await served.run("status", "--wallet", VALIDATOR, "--json")
    assert code == 0, errors
    told = json.loads(out)
    assert len(told["commits"]) == len(told["submissions"]) == 1
    assert told["form"] in ("hash", "timelock")
    code, out, errors = await served.run("set", "--wallet", VALIDATOR, mining=True)
    assert code == 0, errors
    assert "read back at block" in out
    assert served.row() == {served.uid("b"): 65535}
    code, out, errors = await served.run("set", "--wallet", VALIDATOR)
    assert code == 2
    assert "no weights are on their way" in errors


async def test_status_and_watch_need_an_address_only(served):
    code, out, errors = await served.run("status", "--hotkey", served.key.ss58)
    assert code == 0, errors
    assert "next window" in out
    process = await served.start("watch", "--hotkey", served.key.ss58, "--blocks", "3", "--json")
    async with asyncio.timeout(SECONDS):
        first = json.loads(await process.stdout.readline())
        call = calls.set_weights(1, [served.uid("a")], [65535])
        served.chain.submit(call, served.key, wait=None)
        served.devnet.mine()
        second = json.loads(await process.stdout.readline())
        while process.returncode is None:
            served.devnet.mine()
            await asyncio.sleep(0.05)
    await process.communicate()
    assert (first["entries"], second["entries"]) == (0, 1)
    assert second["last_update"] == second["block"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no uid has any weight"),
        ("1,0\n", "no uid has any weight"),
        ("1,2,3\n", "line 1: 3 values"),
        ("1,-1\n", "'-1' is no weight"),
        ("1,nan\n", "'nan' is no weight"),
        ("1,1\n1,2\n", "names 1 twice"),
        ('{"1": true}', "is no weight"),
        ('{"1": 1', "is no JSON"),
        ("[1]", "holds no JSON object"),
        ("99,1\n", "there is no uid 99"),
        ("5Nobody,1\n", "5Nobody has no uid"),
    ],
)
async def test_what_is_no_vector_is_said_so(served, text, said, monkeypatch, capsys):
    from taokit.cli.main import main

    file = served.home / "w.csv"
    file.write_text(text)
    arguments = ["taokit", "weights", "plan", str(file), "--network", served.url, "--netuid", "1"]
    monkeypatch.setattr(sys, "argv", arguments)
    monkeypatch.setenv("HOME", str(served.home))
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(_quietly, main)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def _quietly(main):
    """The command in a thread, which may not touch signals."""
    import signal

    kept, signal.signal = signal.signal, lambda *_: None
    try:
        main()
    finally:
        signal.signal = kept
