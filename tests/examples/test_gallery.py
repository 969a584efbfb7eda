"""What all examples have in common."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from taokit.cli.dev.discover import discover

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_each_says_how_to_run_it_and_what_it_teaches(file):
    said = ast.get_docstring(ast.parse(file.read_text()))
    assert f"python examples/{file.name}" in said
    assert "What it teaches:" in said
    assert f"`{file.name}`" in (ROOT / "docs" / "gallery.md").read_text()
    assert (Path(__file__).parent / f"test_{file.name}").exists()


def test_the_gallery_lists_them_all_once_and_names_what_they_need():
    rows = [
        row.split(" | ") for row in (ROOT / "docs" / "gallery.md").read_text().splitlines() if row.startswith("| `")
    ]
    names = [row[0].strip("| `") for row in rows]
    assert sorted(names) == [file.name for file in EXAMPLES]
    for name, (_, paid, teaches) in zip(names, rows, strict=True):
        assert paid
        assert ("Needs" in teaches) == ("pip install" in (ROOT / "examples" / name).read_text())


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_each_has_miners_that_compete_and_one_validator(file):
    if file.stem == "protein_folding":
        pytest.importorskip("torch")
    found = discover(file)
    for role in (*found.miners, found.validator):
        role.check()


def test_one_runs_as_a_program_does():
    options = ["--epochs", "2", "--interval", "0", "--seed", "1", "--json"]
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "allocation.py", *options],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    last = json.loads(done.stdout.splitlines()[-1])
    assert {row["name"]: row["incentive"] > 0 for row in last["miners"]}["Balancer"]
    assert [row["name"] for row in last["miners"]] == ["Balancer", "Chaser", "Boundless"]


@pytest.mark.parametrize(
    ("name", "absent", "extra"),
    [("protein_folding", "torch", "taokit[torch]"), ("text_prompting", "transformers", "taokit[hf,torch]")],
)
def test_a_missing_extra_is_one_sentence_and_how_to_get_it(name, absent, extra):
    call = f"import {name}\nfrom taokit.errors import TaokitError\n"
    if name == "text_prompting":
        call += f"try:\n    {name}.embedder()\nexcept TaokitError as error:\n    sys.exit(f'{{error}} {{error.hint}}')"
    code = f"import sys\nsys.modules[{absent!r}] = None\nsys.path.insert(0, {str(ROOT / 'examples')!r})\n{call}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert extra in done.stderr
