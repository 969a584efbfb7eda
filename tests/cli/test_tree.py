import subprocess
import sys

import typer

from taokit.cli.app import app
from taokit.cli.tree import tree


def names(made):
    return set(typer.main.get_command(made).commands)


def test_whoever_calls_a_command_waits_for_no_other():
    assert names(tree(["devnet", "--port", "0"])) == {"devnet"}
    assert names(tree(["serve-info"])) == {"serve-info"}
    code = """
import sys
from taokit.cli.tree import tree
tree(["devnet"])
print([name for name in sys.modules if name.startswith("taokit.cli.") and name.count(".") == 2])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "['taokit.cli.tree', 'taokit.cli.devnet', 'taokit.cli.options']"


def test_what_names_no_command_finds_all_of_them():
    every = names(app)
    assert {"devnet", "chain", "miner", "dev"} <= every
    for words in ([], ["--help"], ["--help", "devnet"], ["devnett"], ["--version"]):
        assert names(tree(words)) == every
