"""`taokit dev` as a person runs it: a process, its output, its end."""

import json
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from endings import endings, is_one_sentence_and_one_hint

TAOKIT = [sys.executable, "-m", "taokit"]


def run(*args, cwd=None, timeout=240):
    return subprocess.run([*TAOKIT, *args], capture_output=True, text=True, cwd=cwd, timeout=timeout)


def played(*args):
    done = run("dev", "--interval", "0", "--json", *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def forty():
    """The lines of a long play."""
    return played("--epochs", "40", "--seed", "7").splitlines()


def rate(row):
    return row["dividends"] / row["stake"]


def by_name(epoch):
    return {row["name"]: row for row in (*epoch["miners"], *epoch["validators"])}


def test_two_runs_with_one_seed_say_the_same(forty):
    assert played("--epochs", "5", "--seed", "7").splitlines() == forty[:5]


def test_another_seed_says_something_else(forty):
    assert played("--epochs", "2", "--seed", "2").splitlines() != forty[:2]


def test_each_line_is_one_epoch_with_the_promised_names(forty):
    epochs = [json.loads(line) for line in forty]
    assert len(epochs) == 40
    for epoch in epochs:
        assert list(epoch) == ["epoch", "block", "miners", "validators"]
        assert [row["name"] for row in epoch["miners"]] == ["lzma", "bz2", "zlib", "cheat"]
        assert [row["name"] for row in epoch["validators"]] == ["honest-a", "honest-b", "copier"]
        for row in epoch["miners"]:
            assert list(row) == ["uid", "name", "score", "weight", "incentive", "emission"]
        for row in epoch["validators"]:
            assert list(row) == ["uid", "name", "stake", "validator_trust", "dividends", "weights_block"]
    numbers = [epoch["epoch"] for epoch in epochs]
    assert numbers == list(range(numbers[0], numbers[0] + 40))
    assert {b["block"] - a["block"] for a, b in pairwise(epochs)} == {360}


def test_the_cheat_earns_nothing_and_the_copier_less_than_the_honest(forty):
    epochs = [by_name(json.loads(line)) for line in forty]
    paid = [epoch for epoch in epochs if any(epoch[name]["incentive"] for name in ("lzma", "bz2", "zlib"))]
    assert len(paid) >= 38
    for epoch in paid:
        assert sum(epoch[name]["incentive"] for name in ("lzma", "bz2", "zlib")) == pytest.approx(1, abs=1e-3)
    for epoch in epochs:
        assert epoch["cheat"]["incentive"] == epoch["cheat"]["emission"] == 0
    for epoch in epochs[5:]:
        assert epoch["cheat"]["score"] == 0
        assert rate(epoch["copier"]) < rate(epoch["honest-a"])
        assert rate(epoch["copier"]) < rate(epoch["honest-b"])
    best = {max(("lzma", "bz2", "zlib"), key=lambda name: epoch[name]["weight"]) for epoch in paid}
    assert len(best) >= 2


def test_the_words_and_the_report_follow(tmp_path):
    done = run("dev", "--epochs", "3", "--seed", "1", "--interval", "0", "--report", str(tmp_path / "report.html"))
    assert done.returncode == 0, done.stderr
    for name in ("lzma", "bz2", "zlib", "cheat", "honest-a", "honest-b", "copier"):
        assert name in done.stdout
    assert "The cheat earned nothing" in done.stdout
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") >= 4
    assert "The cheat earned nothing" in page
    assert not re.search(r'(src|href)="(?!#)', page), "the page asks for something outside"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_neuron_within_two_seconds(number):
    with subprocess.Popen(
        [*TAOKIT, "dev", "--seed", "1", "--json", "--interval", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout.readline().startswith('{"epoch"')
        child.send_signal(number)
        began = time.monotonic()
        out, errors = child.communicate(timeout=20)
        took = time.monotonic() - began
    assert (child.returncode, errors) == (0, ""), out
    assert took < 2


MINER = """
import zlib
from taokit import Miner, Synapse

LEVEL = {level}

class Pack(Synapse):
    required_hash_fields = ("text",)
    text: str
    size: int | None = None

class Packs(Miner):
    async def forward(self, synapse: Pack) -> Pack:
        synapse.size = LEVEL * len(synapse.text)
        return synapse
"""
VALIDATOR = """
from miner import Pack
from taokit import Validator

class Weighs(Validator):
    deadline = 2.0

    async def query(self, round):
        return Pack(text="x" * round.random.randrange(10, 20))

    def score(self, round, replies):
        return {reply.uid: float(reply.synapse.size) for reply in replies if reply.synapse}
"""


def subnet(folder, level=1):
    (folder / "miner.py").write_text(MINER.format(level=level))
    (folder / "validator.py").write_text(VALIDATOR)


def test_it_runs_the_users_own_classes(tmp_path):
    subnet(tmp_path)
    done = run("dev", ".", "--epochs", "3", "--seed", "1", "--json", "--interval", "0", "--miners", "2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    last = json.loads(done.stdout.splitlines()[-1])
    assert [row["name"] for row in last["miners"]] == ["miner-0", "miner-1"]
    assert all(row["incentive"] > 0.4 for row in last["miners"])


@pytest.mark.parametrize("more", [[], ["--processes"]])
def test_a_saved_change_is_taken_over_and_a_broken_one_is_not(tmp_path, more):
    subnet(tmp_path)
    with subprocess.Popen(
        [*TAOKIT, "dev", ".", "--seed", "1", "--json", "--interval", "1", "--miners", "1", "--validators", "1", *more],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
    ) as child:  # fmt: skip

        def score():
            return json.loads(child.stdout.readline())["miners"][0]["score"]

        assert 10 <= score() < 20
        subnet(tmp_path, level=100)
        assert any(1000 <= score() < 2000 for _ in range(6))
        (tmp_path / "miner.py").write_text("this is not Python")
        assert all(1000 <= score() < 2000 for _ in range(4))
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=20)
    assert child.returncode == 0


MISTAKES = {
    "neither a folder nor a file": ["dev", "nowhere"],
    "this folder holds no subnet": ["dev", "."],
    "--set is for your own classes": ["dev", "--set", "a=b"],
    "no module": ["miner", "nothing:Here", "--netuid", "1", "--network", "devnet"],
    "needs a class first": ["miner"],
    "no Miner named": ["miner", "json:Here", "--netuid", "1"],
}


def test_a_mistake_is_one_sentence_one_hint_and_exit_code_2(tmp_path):
    ended = endings(list(MISTAKES.values()), tmp_path)
    for said, (code, errors) in zip(MISTAKES, ended, strict=True):
        assert code == 2, (said, errors)
        assert is_one_sentence_and_one_hint(said, errors), (said, errors)
        assert len(errors.splitlines()) == 2, (said, errors)
