import json

import pytest

from taokit.cli.migrate import examine, sources


@pytest.fixture
def examined(tmp_path):
    def of(name, text):
        file = tmp_path / name
        file.write_text(text)
        report = examine(file)
        assert report.after == report.before  # nothing of these is ever rewritten
        return [(one.line, one.kind, one.said) for one in report.findings]

    return of


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("Dockerfile", "RUN pip install --no-cache-dir bittensor==10.5.0", "install taokit"),
        ("run.sh", "uv pip install 'bittensor[torch]'", "install taokit"),
        ("setup.sh", "git clone https://github.com/opentensor/bittensor.git", "install taokit"),
        ("run.sh", 'python -c "import bittensor as bt; print(bt.__version__)"', "taokit.compat"),
        ("Dockerfile", "FROM python:3.10-slim", "3.11"),
        ("install.sh", "apt-get install python3.9 -y", "3.11"),
        ("run.sh", "btcli subnet pow_register --netuid 1", "no pow_register any more"),
    ],
)
def test_lines_that_a_person_must_change(examined, name, line, says):
    ((number, kind, said),) = examined(name, f"# a comment on bittensor\n{line}\n")
    assert (number, kind) == (2, "decide")
    assert says in said


@pytest.mark.parametrize(
    "line",
    [
        "pip install bittensor-wallet",
        "ls ~/.bittensor/wallets",
        "FROM python:3.12",
        "echo $HOME",
        "cd bittensor-subnet && pip install -r requirements.txt",
    ],
)
def test_lines_that_need_nothing(examined, line):
    assert examined("run.sh", line) == []


def test_flags_and_btcli_are_noted_once_a_file(examined):
    text = """
    pm2 start neurons/miner.py -- --netuid 1 --axon.port 8091 --wallet.name me
    pm2 start neurons/miner.py -- --netuid 1 --axon.port 8092 --neuron.sample_size 5
    btcli subnet register --netuid 1
    btcli wallet new_coldkey
    btcli wallet new_hotkey
    btcli subnets metagraph
    """
    flags, register, wallet, graph = examined("run.sh", text)
    assert flags[:2] == (2, "note")
    assert "--axon.port is --port; --wallet.name is --wallet; --neuron.sample_size: settings of your own" in flags[2]
    assert (register[0], "taokit register" in register[2]) == (4, True)
    assert (wallet[0], graph[0]) == (5, 7)


def test_a_notebook_that_nests_too_deeply_is_skipped(tmp_path):
    cell = {"cell_type": "code", "source": "x = " + "-" * 50_000 + "1"}
    file = tmp_path / "deep.ipynb"
    file.write_text(json.dumps({"cells": [cell]}))
    report = examine(file)
    assert (report.verdict, report.findings) == ("skipped", ())


def test_notebooks_are_looked_at_cell_by_cell(examined):
    cells = [
        {"cell_type": "markdown", "source": "import bittensor"},
        {"cell_type": "code", "source": ["!pip install bittensor\n", "%time\n", "import bittensor as bt\n"]},
        {"cell_type": "code", "source": "bt = 1\ndef (\n"},
    ]
    found = examined("demo.ipynb", json.dumps({"cells": cells}))
    assert [(line, kind, said.partition(":")[0]) for line, kind, said in found] == [
        (1, "decide", "cell 2"),
        (3, "decide", "cell 2"),
        (2, "decide", "cell 3"),
    ]
    assert "by hand: imports taokit.compat as bt" in found[1][2]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 1}'])
def test_what_is_no_notebook_is_skipped(tmp_path, text):
    file = tmp_path / "a.ipynb"
    file.write_text(text)
    assert examine(file).verdict == "skipped"


def test_a_compute_file_without_its_table(examined):
    assert examined("min_compute.yml", "compute_spec:\n  miner: {}\n") == []
    ((_, kind, said),) = examined("min_compute.yaml", "version: 1\n")
    assert (kind, "compute_spec" in said) == ("decide", True)


def test_which_files_are_looked_at(tmp_path):
    names = """Dockerfile validator.Dockerfile docker-compose.prod.yml Makefile ecosystem.config.js miner.config.js
    min_compute.yml pm2.json pyproject.toml requirements.txt requirements/dev.txt run.sh setup.cfg a.ipynb m.service"""
    others = "README.md tsconfig.json app.js notes.txt data.yml uv.lock"
    for name in (names + " " + others).split():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("")
    assert {file.relative_to(tmp_path).as_posix() for file in sources(tmp_path)} == set(names.split())
