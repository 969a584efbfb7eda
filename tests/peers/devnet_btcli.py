"""btcli of Bittensor 11.3 at a devnet, with the wallets that the devnet exports. Argument: the devnet's address."""

import json
import os
import subprocess
import sys
from pathlib import Path

from devnet_steps import URL, Steps, control, equal, true

step = Steps()
HOME = Path(os.environ["HOME"])
NEW = 2
COMMAND_S = 45.0


def btcli(*words, wallet="alice"):
    """What a command that reads prints with `--json`; it must not fail."""
    program = Path(sys.executable).parent / "btcli"
    options = ["--network", URL, "--wallet-path", HOME / "wallets", "--wallet", wallet, "--json"]
    given = list(map(str, [program, *words, *options]))
    ran = subprocess.run(given, capture_output=True, text=True, timeout=COMMAND_S, stdin=subprocess.DEVNULL)
    true(ran.returncode == 0, f"{' '.join(map(str, words))}: {ran.stdout[-300:]} {ran.stderr[-300:]}")
    return json.loads(ran.stdout)


def submit(*words, wallet="alice"):
    """What a command that submits prints; it must succeed."""
    told = btcli(*words, "--yes", wallet=wallet)
    true(told.get("success", True), told)
    return told


def address(name):
    return json.loads((HOME / "wallets" / name / "coldkeypub.txt").read_text())["ss58Address"]


@step("connect")
def connect():
    true(btcli("subnets", "list"), "nothing listed")


@step("balance")
def balance():
    true("1000000" in json.dumps(btcli("wallet", "balance")).replace(",", ""), "another balance")


@step("transfer")
def transfer():
    submit("wallet", "transfer", "--dest", address("bob"), "--amount", "2")
    true(json.dumps(btcli("wallet", "balance", wallet="bob")), "no balance")


@step("create subnet")
def create_subnet():
    submit("subnets", "create")
    submit("tx", "start-call", "--netuid", NEW)


@step("register")
def register():
    submit("subnets", "register", "--netuid", 1)
    (hotkey,) = (HOME / "wallets" / "alice" / "hotkeys").glob("*pub.txt")
    true(json.loads(hotkey.read_text())["ss58Address"] in json.dumps(btcli("subnets", "metagraph", 1)), "not listed")


@step("sealed")
def sealed():
    told = submit("wallet", "transfer", "--dest", address("bob"), "--amount", "2", "--mev-shield")
    true("shielded" in json.dumps(told), told)


@step("stake")
def stake():
    submit("stake", "add", "--netuid", 1, "--amount", 10, "--hotkey", address("validator-0"))
    true(address("validator-0") in json.dumps(btcli("stake", "list")), "not listed")


@step("serve axon")
def serve_axon():
    submit("axon", "set", "--netuid", 1, "--ip", "127.0.0.1", "--port", 8091, wallet="miner-0")


@step("set weights")
def set_weights():
    submit("weights", "set", "--netuid", 1, "--uids", "1,2", "--weights", "3,1", wallet="validator-0")


@step("epoch")
def epoch():
    control("dev_nextEpoch", 1)
    graph = btcli("subnets", "metagraph", 1)
    true("incentive" in json.dumps(graph), "no incentive")


@step("hyperparameters")
def hyperparameters():
    submit("sudo", "set", "--netuid", NEW, "--name", "immunity_period", "--value", 7)
    true("immunity_period" in json.dumps(btcli("subnets", "hyperparameters", NEW)), "not listed")
    equal(control("dev_info")["faults"], 0)


step.go()
