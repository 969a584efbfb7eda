"""Every template with every choice, as a user has it: linted, typed, tested, and run on a chain."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taokit.scaffold import answered, create
from template_kinds import KINDS


def ran(folder, *command, seconds=200):
    """What a command of this environment prints, run in a project as its user would."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TAOKIT_", "BT_"))}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**environment, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "error", "PYTHONSAFEPATH": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def types(tmp_path_factory):
    """What mypy remembers from one project to the next."""
    return tmp_path_factory.mktemp("types")


@pytest.mark.templates
@pytest.mark.parametrize(("template", "choices"), KINDS)
def test_it_works_as_it_comes(tmp_path, types, template, choices):
    folder = create(answered("my-subnet", template=template, choices=choices), tmp_path)
    ran(folder, "ruff", "check", "--no-cache", ".")
    ran(folder, "ruff", "format", "--no-cache", "--check", ".")
    ran(folder, "mypy", "--cache-dir", str(types))
    assert " passed" in ran(folder, "pytest", "-p", "no:cacheprovider")
    epochs = ran(folder, "taokit", "dev", ".", "--epochs", "2", "--interval", "0", "--seed", "1", "--json").splitlines()
    last = json.loads(epochs[-1])
    assert all(miner["score"] > 0 and miner["incentive"] > 0 for miner in last["miners"])
    assert not list(Path(tmp_path).glob("my-subnet/.taokit-new*"))
