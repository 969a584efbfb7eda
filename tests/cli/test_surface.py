"""The whole command line as one design: what holds for every command."""

import re
import subprocess
import sys

import pytest
import typer

from taokit.cli.app import app

ROOT = typer.main.get_command(app)
MARKUP = re.compile(r"\[[a-z#/@][^\]]*\]")
PRINTS_A_PAGE = {"taokit devnet surface"}  # Markdown is what it is for
READS_ITS_OWN_FLAGS = {"taokit miner", "taokit validator"}  # those of the class; see tests/test_run.py


def commands(command, path):
    """Every command that does something, with its words."""
    below = getattr(command, "commands", {})
    for name, one in below.items():
        yield from commands(one, (*path, name))
    if path and (not below or command.invoke_without_command):
        yield " ".join(("taokit", *path)), command


COMMANDS = dict(commands(ROOT, ()))
OWN_FLAGS = {name: command for name, command in COMMANDS.items() if name not in READS_ITS_OWN_FLAGS}


def options(command):
    return {word for param in command.params for word in param.opts}


def test_the_walk_finds_commands_at_every_depth():
    assert {"taokit dev", "taokit devnet", "taokit devnet mine", "taokit devnet fault reorg"} <= COMMANDS.keys()


@pytest.mark.parametrize("name", OWN_FLAGS)
def test_it_says_what_it_does_and_shows_how(name):
    command = COMMANDS[name]
    assert (command.help or "").strip().splitlines()[0].endswith(".")
    assert "xample" in (command.epilog or "")
    assert f"{name.removesuffix(' play')} " in f"{command.epilog} "


@pytest.mark.parametrize("name", sorted(OWN_FLAGS.keys() - PRINTS_A_PAGE))
def test_it_speaks_json(name):
    assert "--json" in options(COMMANDS[name])


@pytest.mark.parametrize("name", OWN_FLAGS)
def test_every_option_says_what_it_is(name):
    for param in COMMANDS[name].params:
        assert param.help or param.param_type_name == "argument" or param.name == "help", param.name
        assert not MARKUP.search(param.help or ""), f"{param.name}: what stands in brackets would not be shown"


@pytest.mark.parametrize("name", OWN_FLAGS)
def test_one_thing_has_one_name(name):
    words = options(COMMANDS[name])
    for other in ("--subtensor", "--chain", "--endpoint", "--wallet-name", "--uids", "--output-file", "--subnet"):
        assert other not in words


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "taokit", *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["devnett"], "devnett"),
        (["metagraph", "--netuidd", "7"], "--netuidd"),
        (["devnet", "mine", "many"], "count"),
        (["sim", "play", "--epochs"], "--epochs"),
    ],
)
def test_a_mistake_on_the_command_line_is_a_sentence_and_a_hint(words, said):
    found = run(*words)
    assert found.returncode == 2
    assert said in found.stderr
    assert "--help" in found.stderr
    assert "Traceback" not in found.stderr
    assert not found.stdout


def test_nothing_heavy_is_loaded_to_show_the_help():
    code = (
        "import sys; from taokit.cli.app import app; "
        "print([name for name in ('numpy', 'aiohttp', 'torch', 'pydantic', 'bittensor_core') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
