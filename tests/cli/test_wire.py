import json

import pytest
from typer.testing import CliRunner

from taokit.cli.app import app
from wire_vectors import WIRE


def run(*arguments):
    return CliRunner().invoke(app, ["conformance", *map(str, arguments)])


def test_every_recorded_vector_passes_and_the_last_line_counts_them():
    files = sorted(WIRE.glob("*.json"))
    total = sum(len(json.loads(path.read_text())["vectors"]) for path in files)
    result = run(*files)
    *lines, last = result.output.splitlines()
    assert last == f"passed {total} of {total}"
    assert len(lines) == total
    assert all(line.startswith("ok ") for line in lines)
    assert result.exit_code == 0


def test_one_vector_that_fails_is_told_and_exits_1(tmp_path):
    recorded = json.loads((WIRE / "axon_info.json").read_text())
    recorded["vectors"][0]["int"] = "7"
    (tmp_path / "other.json").write_text(json.dumps(recorded))
    result = run(tmp_path / "other.json", "--json")
    *lines, last = result.output.splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["passed"] for one in told] == [False] + [True] * (len(told) - 1)
    assert (told[0]["id"], told[0]["kind"], told[0]["file"]) == (
        recorded["vectors"][0]["id"], "axon_info", str(tmp_path / "other.json"),
    )  # fmt: skip
    assert "expected '7'" in told[0]["problem"]
    assert last == f"passed {len(told) - 1} of {len(told)}"
    assert result.exit_code == 1


def test_a_bad_file_is_told_before_anything_is_judged(tmp_path):
    (tmp_path / "cut.json").write_text('{"kind": "btauth", "vectors": [{"id"')
    result = run(WIRE / "axon_info.json", tmp_path / "cut.json")
    assert result.output == ""
    assert "cut.json" in str(result.exception)


def test_an_id_that_would_move_the_cursor_stays_on_its_line(tmp_path):
    vectors = [{"id": "a\nok   btauth b"}, {"id": "\x1b[2Jc"}, {"id": "\ud800"}]
    (tmp_path / "odd.json").write_text(json.dumps({"kind": "btauth", "vectors": vectors}))
    result = run(tmp_path / "odd.json")
    *lines, last = result.output.splitlines()
    assert [line.partition(": ")[0].split("btauth", 1)[1].strip() for line in lines] == [
        "a\\nok   btauth b", "\\x1b[2Jc", "\\ud800",
    ]  # fmt: skip
    assert last == "passed 0 of 3"
    assert result.exit_code == 1


@pytest.mark.parametrize("kind", ["smoke_signals", ""])
def test_an_unknown_kind_is_a_failure_and_no_skip(tmp_path, kind):
    (tmp_path / "odd.json").write_text(json.dumps({"kind": kind, "vectors": [{"id": "a"}]}))
    result = run(tmp_path / "odd.json")
    assert result.output.splitlines()[-1] == "passed 0 of 1"
    assert result.exit_code == 1
