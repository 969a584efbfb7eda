import csv
import json
import os
import subprocess
import sys

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from metagraphs import metagraph
from taokit.cli.app import app
from taokit.cli.metagraph.showing import happening
from taokit.errors import ConfigurationError, NoSuchSubnet, StateCorrupt
from taokit.follow import Reorganised
from taokit.metagraph import EpochRan, from_bytes, to_bytes


def taokit(*args):
    return CliRunner().invoke(app, ["metagraph", *map(str, args)], env={"COLUMNS": "200"})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "seven.json"
    path.write_bytes(to_bytes(metagraph()))
    return path


def neurons(*args):
    return json.loads(taokit(*args, "--json").output)["neurons"]


def test_a_chain_without_a_wallet():
    told = json.loads(taokit("--network", "devnet", "--netuid", 1, "--json").output)
    assert (told["netuid"], told["block"], told["uids"]) == (1, 360, 12)
    assert [one["uid"] for one in told["neurons"]] == list(range(12))
    assert told["neurons"][9]["validator_permit"] is True


def test_the_rows_and_columns_that_are_wanted(file):
    assert neurons("--offline", file, "--sort", "incentive", "--top", 2, "--columns", "uid,hotkey,incentive") == [
        {"uid": 3, "hotkey": "m1", "incentive": 43690},
        {"uid": 4, "hotkey": "m2", "incentive": 21845},
    ]
    assert [one["uid"] for one in neurons("--offline", file, "--sort", "stake", "--ascending")] == [0, 3, 4, 2, 1]


def test_the_table_is_in_tao_and_shares(file):
    lines = taokit("--offline", file, "--sort", "incentive").output.splitlines()
    assert "subnet 7 seven · block 5,000 · 5 uids" in lines[0]
    first = next(line for line in lines if line.split()[:1] == ["3"])
    assert "0.66667" in first
    assert "10.0.0.1" in first
    assert any("1,000.00" in line and "yes" in line for line in lines)


def test_files_of_rows(file, tmp_path):
    rows, columns = tmp_path / "rows.csv", tmp_path / "rows.parquet"
    done = taokit("--offline", file, "--top", 3, "--csv", rows, "--parquet", columns)
    assert done.exit_code == 0, done.exception
    with rows.open(newline="") as opened:
        read = list(csv.DictReader(opened))
    assert [one["hotkey"] for one in read] == ["owner", "v1", "v2"]
    assert read[1]["alpha_stake"] == str(2**64 - 1)
    assert parquet.read_table(columns).column("alpha_stake").to_pylist() == [0, 2**64 - 1, 10**12]


@pytest.mark.parametrize("name", ["all.json", "all.json.gz"])
def test_what_is_saved_opens_offline(tmp_path, name):
    path = tmp_path / name
    assert taokit("--network", "devnet", "--netuid", 1, "--save", path).exit_code == 0
    assert from_bytes(path.read_bytes()).netuid == 1
    assert len(neurons("--offline", path)) == 12


@pytest.mark.parametrize(
    ("args", "error", "told"),
    [
        (["--network", "devnet"], ConfigurationError, "--netuid is missing"),
        (["--network", "devnet", "--netuid", 9], NoSuchSubnet, "no subnet 9"),
        (["--offline", "nowhere.json"], ConfigurationError, "cannot read nowhere.json"),
        (["--offline", "FILE", "--netuid", 9], ConfigurationError, "holds subnet 7"),
        (["--offline", "FILE", "--sort", "incentve"], ConfigurationError, "no column 'incentve'"),
        (["--offline", "FILE", "--columns", "uid,nothing"], ConfigurationError, "no column 'nothing'"),
        (["--offline", "FILE", "--csv", "/nowhere/rows.csv"], ConfigurationError, "cannot write /nowhere/rows.csv"),
        (["--offline", "FILE", "--watch"], ConfigurationError, "--watch shows a chain"),
    ],
)
def test_what_cannot_be_done_is_told(file, args, error, told):
    found = taokit(*(file if arg == "FILE" else arg for arg in args)).exception
    assert isinstance(found, error)
    assert told in str(found)


def test_a_cut_file_is_refused_with_the_cause(file):
    file.write_bytes(file.read_bytes()[:500])
    found = taokit("--offline", file).exception
    assert isinstance(found, StateCorrupt)
    assert "cut short" in str(found)


def test_events_as_json(file):
    from taokit.chain import Head

    assert happening(EpochRan(7)) == {"event": "EpochRan", "block": 7}
    left, head = Head(1, b"\x01", b"\x00"), Head(1, b"\x02", b"\x00")
    assert happening(Reorganised(left, head))["head"] == {"number": 1, "hash": "0x02", "parent": "0x00"}


def test_watching_prints_a_line_at_once_and_ends_when_interrupted():
    command = [sys.executable, "-m", "taokit", "metagraph", "--network", "devnet", "--netuid", "1", "--watch", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)) as child:
        told = json.loads(child.stdout.readline())
        child.send_signal(2)
        assert child.wait(10) == 0
        assert child.stderr.read() == b""
    assert (told["uids"], told["events"]) == (12, [])
