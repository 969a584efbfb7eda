"""What `taokit dev` is told, before anything plays, and what it tells of mistakes in a subnet."""

import re
import subprocess
import sys

import pytest
from pydantic import BaseModel

from taokit import Miner, Synapse, Validator
from taokit.cli.dev.cast import STAKES, cast_of, demo_cast
from taokit.cli.dev.command import Options, play
from taokit.errors import ConfigurationError


class Ask(Synapse):
    word: str


class Mine(Miner):
    class Settings(BaseModel):
        depth: int = 1

    async def forward(self, synapse: Ask) -> Ask:
        return synapse


class Other(Mine):
    """Another that competes."""


class Theirs(Validator):
    class Settings(BaseModel):
        width: int = 1


def options(**changes):
    told = {
        "path": None, "epochs": 1, "seed": 1, "interval": 0.0, "report": None, "miners": None, "validators": None,
        "settings": (), "as_json": True,
    }  # fmt: skip
    return Options(**{**told, **changes})


@pytest.mark.parametrize("told", [{"settings": ("a=b",)}, {"miners": 3}, {"validators": 2}])
def test_what_is_for_the_users_own_classes_is_refused_without_them(told):
    with pytest.raises(ConfigurationError, match="is for your own classes") as caught:
        play(options(**told))
    assert "taokit dev ." in caught.value.hint


def test_a_report_that_cannot_be_written_is_refused_before_the_first_epoch(tmp_path):
    for place in (tmp_path, tmp_path / "absent" / "r.html"):
        with pytest.raises(ConfigurationError, match="cannot write the report"):
            play(options(report=place))


def test_the_demonstration_has_the_promised_cast():
    cast = demo_cast(1)
    assert [part.name for part in cast if part.is_miner] == ["lzma", "bz2", "zlib", "cheat"]
    assert [part.name for part in cast if not part.is_miner] == ["honest-a", "honest-b", "copier"]
    honest = [part.stake for part in cast if part.name.startswith("honest")]
    assert len(set(honest)) == 2
    assert [part.scores for part in cast] == [True] * 6 + [False]


def test_a_cast_of_ones_own_has_so_many_of_each_and_each_class_its_settings():
    cast = cast_of([Mine], Theirs, miners=2, validators=5, settings={"depth": "3", "width": "4"})
    assert [part.name for part in cast] == ["miner-0", "miner-1", *(f"validator-{k}" for k in range(5))]
    several = cast_of([Mine, Other], Theirs, miners=3, validators=1, settings={})
    assert [part.name for part in several] == ["Mine", "Other", "Mine-1", "validator-0"]
    assert [part.stake for part in cast[2:]] == [*STAKES, STAKES[-1], STAKES[-1]]
    assert {tuple(part.settings.items()) for part in cast} == {(("depth", "3"),), (("width", "4"),)}


SHAKY = """
from taokit import Miner, Synapse, Validator


class Ask(Synapse):
    required_hash_fields = ("word",)

    word: str


class Fine(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return synapse


class Fails(Fine):
    async def forward(self, synapse: Ask) -> Ask:
        raise RuntimeError("mine")


class Mute(Fine):
    async def forward(self, synapse: Ask) -> Ask:
        return None


class Judge(Validator):
    rounds_per_epoch = 4

    async def query(self, round):
        return Ask(word="a")

    def score(self, round, replies):
        return {reply.uid: float("nan") for reply in replies if reply.error is None}
"""


def test_each_mistake_of_a_running_subnet_is_told_once_without_the_librarys_own_lines(tmp_path):
    (tmp_path / "shaky.py").write_text(SHAKY)
    command = [sys.executable, "-m", "taokit", "dev", "shaky.py", "--epochs", "1", "--interval", "0", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    told = done.stderr
    assert told.count("of Judge failed: the score of uid 1 is nan (return scores that are finite and at least 0;") == 1
    assert told.count("the handler of Ask failed: it answered with NoneType (return the Ask that it was given,") == 1
    assert told.count("RuntimeError: mine") == told.count("Traceback") == told.count('  File "') == 1
    assert "shaky.py" in told


HOLDING = """
import time
from taokit import Miner, Synapse, Validator


class Ask(Synapse):
    required_hash_fields = ("word",)

    word: str


class Slow(Miner):
    held = False

    async def forward(self, synapse: Ask) -> Ask:
        if not Slow.held:
            Slow.held = True
            time.sleep(3)
        return synapse


class Judge(Validator):
    rounds_per_epoch = 4

    async def query(self, round):
        return Ask(word="a")

    def score(self, round, replies):
        return {}[1]
"""


@pytest.mark.parametrize(("flags", "epochs"), [([], 2), (["--processes"], 1)])
def test_without_a_terminal_each_epoch_is_a_line_and_what_holds_the_loop_is_named(tmp_path, flags, epochs):
    (tmp_path / "holding.py").write_text(HOLDING)
    command = [
        sys.executable,
        "-m",
        "taokit",
        "dev",
        "holding.py",
        "--epochs",
        str(epochs),
        "--interval",
        "0",
        "--seed",
        "1",
    ]
    cast = ["--miners", "1", "--validators", "1", *flags]
    done = subprocess.run([*command, *cast], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout
    at = HOLDING[: HOLDING.index("time.sleep")].count("\n") + 1
    held, gone_on = (
        rf"holding\.py:{at} forward\(\) has held the event loop for [23] s: use await, or `await asyncio\.to_thread",
        rf"holding\.py:{at} forward\(\) let go of the event loop after [23] s",
    )
    lines = [rf"\nblock \d+, epoch {number}: incentive of nobody" for number in range(1, epochs + 1)]
    order = [re.search(said, told) for said in (r"\Ataokit dev ", held, *lines)]
    assert all(order), told
    assert re.search(gone_on, told)  # by another thread, perhaps after the next line
    assert [one.start() for one in order] == sorted(one.start() for one in order)
    assert told.count("has held the event loop") == told.count("KeyError: 1") == 1


def test_a_class_that_cannot_run_is_refused_before_anything_plays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no_score.py").write_text(SHAKY.replace("def score", "def rate"))
    with pytest.raises(ConfigurationError, match=r"Judge has no score\(\)"):
        play(options(path=tmp_path / "no_score.py"))
