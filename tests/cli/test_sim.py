import json

import pytest
from typer.testing import CliRunner

from metagraphs import metagraph
from taokit.cli.sim import app
from taokit.errors import ConfigurationError
from taokit.metagraph.store import to_bytes


def run(*args):
    done = CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def told(*args):
    return json.loads(run(*args, "--json").stdout)


def test_a_story_under_every_yuma():
    found = told("kappa-first")
    assert [one["yuma"] for one in found["runs"]] == ["2", "3", "liquid"]
    earned = [round(value, 4) for value in found["runs"][0]["returns"].values()]
    assert earned == [1.0643, 0.7564, 0.7292]


def test_without_a_name_a_copier_joins_and_a_share_is_burned():
    found = told("--copiers", 1, "--burn", 0.2, "--epochs", 12, "--yuma", 3)
    assert found["epochs"] == 12
    (only,) = found["runs"]
    assert set(only["returns"]) == {"A", "B", "C", "copier 1"}
    assert only["incentive"]["owner"] > 0.15


def test_the_table_names_who_earns_what():
    shown = run("merge", "--yuma", "2").stdout
    assert "1.1498" in shown
    assert "share of incentive" in shown


def test_files_are_written_whole(tmp_path):
    pytest.importorskip("matplotlib")
    run("merge", "--yuma", "3", "--epochs", 8, "--report", tmp_path / "m.html", "--csv", tmp_path / "m.csv")
    assert (tmp_path / "m.html").read_text().startswith("<!doctype html>")
    assert len((tmp_path / "m.csv").read_text().splitlines()) == 1 + 8 * 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.csv", "m.html"]


def test_a_metagraphs_file(tmp_path):
    path = tmp_path / "seven.json"
    path.write_bytes(to_bytes(metagraph()))
    found = told(path, "--yuma", "3", "--epochs", 3)
    assert found["scenario"] == "subnet 7"
    assert set(found["runs"][0]["returns"]) >= {"uid 1", "uid 2"}


def test_the_list_has_a_line_for_every_story():
    found = told("list")
    assert found["scenarios"]["kappa-first"].startswith("the big validator")
    assert "retention" in found["sweeps"]


def test_a_map_at_a_reduced_scale(tmp_path):
    axes = ["--set", "share=0.6", "--set", "sigma=0"]
    lines = run("sweep", "retention", "--scale", 0.125, *axes, "--csv", tmp_path / "map.csv", "--json").stdout
    assert json.loads(lines)["required_utility"] == 0.6
    assert len((tmp_path / "map.csv").read_text().splitlines()) == 1 + 51 * 51


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["kappa-frist"], "no scenario is called"),
        (["merge", "--burn", "2"], "a share of 2.0 cannot be burned"),
        (["sweep", "retention", "--scale", "0.001"], "is no part of the full map"),
        (["sweep", "merge", "--set", "kappa=99999"], "kappa is 99999"),
        (["sweep", "retention", "--memory", "1", "--workers", "64"], "one point for each worker"),
        (["sweep", "burn", "--report", "x.html"], "there is no report of the sweep burn"),
    ],
)
def test_what_cannot_be_is_told_by_name_and_writes_nothing(args, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=said):
        run(*args)
    assert list(tmp_path.iterdir()) == []
