import json

import pytest
from typer.testing import CliRunner

from taokit.cli.app import app
from taokit.errors import ConfigurationError


def taokit(*args):
    return CliRunner().invoke(app, ["migrate", *map(str, args)])


@pytest.fixture
def subnet(tmp_path):
    (tmp_path / "miner.py").write_text("import bittensor as bt  # the SDK\n")
    (tmp_path / "tools.py").write_text("import os\n")
    return tmp_path


def test_it_looks_and_writes_nothing(subnet):
    result = taokit(subnet)
    assert result.exit_code == 0
    assert "line 1: to be rewritten: imports taokit.compat as bt" in result.output
    assert "2 files: 1 runs unchanged, 1 runs once it is rewritten" in result.output
    assert "pass --write" in result.output
    assert (subnet / "miner.py").read_text().startswith("import bittensor")


def test_it_writes_when_told(subnet):
    result = taokit(subnet, "--write")
    assert "1 files rewritten" in result.output
    assert (subnet / "miner.py").read_text() == "import taokit.compat as bt  # the SDK\n"
    assert "2 runs unchanged" in taokit(subnet, "--write").output


def test_what_a_person_must_decide_is_an_exit_code(subnet):
    (subnet / "odd.py").write_text("from bittensor import *\n")
    (subnet / "bad.py").write_text("def (\n")
    result = taokit(subnet, "--json")
    told = json.loads(result.output)
    assert result.exit_code == 1
    assert told["counts"] == {"decide": 1, "skipped": 1, "rewritten": 1, "unchanged": 1}
    assert told["written"] == []
    assert {one["verdict"] for one in told["files"] if one["path"].endswith(("odd.py", "bad.py"))} == {
        "decide",
        "skipped",
    }
    text = taokit(subnet).output
    assert "docs/how-to/move-from-sdk-10.md" in text
    assert "line 1 does not parse" in text


def test_a_path_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConfigurationError, match="is not there"):
        CliRunner().invoke(app, ["migrate", str(tmp_path / "no")], catch_exceptions=False)


def test_an_empty_folder_is_no_mistake(tmp_path):
    assert "0 files: none that it reads" in taokit(tmp_path).output
