import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taokit.cli.app import app
from taokit.errors import ConfigurationError

YUMA = Path(__file__).parents[1] / "vectors" / "yuma"


def taokit(*args):
    return CliRunner().invoke(app, ["yuma", *map(str, args)])


def files(*names):
    return [YUMA / f"{name}.json" for name in names]


def spoiled(folder):
    vector = json.loads((YUMA / "y2-n5.json").read_text())
    vector["epochs"][0]["expected"]["stake"][0] = "1"
    path = folder / "spoiled.json"
    path.write_text(json.dumps(vector))
    return path


def test_files_of_every_kind_are_run_and_counted():
    told = taokit("run", *files("y2-n5", "mechanisms2-n8", "primitives", "weights", "chain"))
    assert told.exit_code == 0
    assert told.output.splitlines()[-1] == "passed 5 of 5"
    assert told.output.splitlines()[0].startswith("ok   epochs     y2-n5: 1 epochs, ")


def test_one_object_a_file_with_json(tmp_path):
    packed = tmp_path / "y3-n3.json.gz"
    packed.write_bytes(gzip.compress((YUMA / "y3-n3.json").read_bytes()))
    told = taokit("run", packed, *files("y2-n5"), "--json")
    first, second = map(json.loads, told.output.splitlines()[:2])
    assert set(first) == {"file", "name", "kind", "epochs", "compared", "mismatches"}
    assert (first["file"], first["name"], second["name"]) == (str(packed), "y3-n3", "y2-n5")
    assert (first["epochs"], first["mismatches"]) == (1, [])


def test_a_mismatch_is_told_and_fails_the_run(tmp_path):
    told = taokit("run", spoiled(tmp_path), *files("y2-n5"), "--json")
    assert told.exit_code == 1
    (found,) = json.loads(told.output.splitlines()[0])["mismatches"]
    assert found["output"] == "stake"
    assert (found["index"], found["expected"], found["step"]) == (0, 1, 0)
    assert told.output.splitlines()[-1] == "passed 1 of 2"
    assert "FAIL epochs     y2-n5: 1 epochs" in taokit("run", spoiled(tmp_path)).output


def test_outputs_are_told_on_demand():
    told = json.loads(taokit("run", *files("y2-n5"), "--outputs", "--json").output.splitlines()[0])
    expected = json.loads((YUMA / "y2-n5.json").read_text())["epochs"][0]["expected"]
    assert told["outputs"][0]["bonds"] == expected["bonds"]
    assert told["outputs"][0]["stake"] == [int(rao) for rao in expected["stake"]]


def test_a_bad_file_is_told_before_anything_is_printed(tmp_path):
    half = tmp_path / "half.json"
    half.write_text((YUMA / "y2-n5.json").read_text()[:500])
    told = taokit("run", *files("y2-n8"), half)
    assert isinstance(told.exception, ConfigurationError)
    assert "half.json is cut off" in str(told.exception)
    assert told.output == ""


def test_torch_says_the_same():
    pytest.importorskip("torch")
    assert taokit("run", *files("y2-n5", "liquid-n8"), "--engine", "torch").output.endswith("passed 2 of 2\n")


def test_numpy_has_no_gpu():
    assert "numpy has no device 'cuda'" in str(taokit("run", *files("y2-n5"), "--device", "cuda").exception)


def test_the_bench_times_every_kind():
    told = taokit("bench", "--json")
    assert told.exception is None, told.exception
    assert [json.loads(line)["kind"] for line in told.output.splitlines()] == ["Yuma 2", "Yuma 3", "liquid alpha"]
    assert "ms per epoch" in taokit("bench").output
