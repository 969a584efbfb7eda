"""What a project is deployed with: each file is held to its tool, or to its published schema."""

import shutil
import subprocess
import sys

import pytest

from taokit.cli.doctor.machine import compute
from taokit.scaffold import answered, create
from template_kinds import KINDS


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """A project of each kind."""
    place = tmp_path_factory.mktemp("projects")
    return [
        create(answered(f"My subnet {number}", template=kind.values[0], choices=kind.values[1]), place)
        for number, kind in enumerate(KINDS)
    ]


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-workflows", ".github/workflows/ci.yml"), ("vendor.compose-spec", "compose.yaml")],
)
def test_workflows_and_compose_files_fit_their_schemas(projects, schema, file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *(project / file for project in projects)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_asked_of_a_machine_is_understood(projects):
    for project in projects:
        for kind in ("miner", "validator"):
            said = [finding.name for finding in compute(project / "min_compute.yml", kind)]
            assert said == ["min_compute: cpu", "min_compute: memory", "min_compute: storage"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_units_are_those_that_systemd_knows(projects, tmp_path):
    for project in projects:
        (unit,) = project.glob("deploy/*@.service")
        text = unit.read_text().replace(f"/opt/{project.name}/.venv/bin/python", sys.executable)
        copy = tmp_path / unit.name.replace("@", "@miner")
        copy.write_text(text)
        done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
        assert (done.returncode, [line for line in done.stderr.splitlines() if project.name in line]) == (0, [])


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed")
def test_dockerfiles_have_no_known_fault(projects):
    done = subprocess.run(
        ["hadolint", *(project / "Dockerfile" for project in projects)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
