"""The page of the commands says what the command line has."""

import importlib.util

import pytest
import typer

from doc_pages import DOCS
from taokit.cli.app import app
from taokit.run import OPTIONS


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("docs_commands", DOCS / "hooks" / "commands.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(made):
    return made.commands_page()


def test_every_command_has_a_section_with_its_options(made, page):
    for words, command in made.walk(typer.main.get_command(app), ("taokit",)):
        title = f"{'#' * len(words)} `{' '.join(words)}`\n"
        section = page[page.index(title) + len(title) :].partition("\n#")[0]
        for parameter in command.params:
            for name in parameter.opts:
                assert f"`{name}`" in section or parameter.param_type_name == "argument", (words, name)


def test_the_options_of_neurons_are_there_with_their_variables(page):
    section = page[page.index("## Options of neurons") :]
    for option in OPTIONS:
        assert f"`{option.flag}`" in section
        assert all(f"`{name}`" in section for name in option.variables)


def test_nothing_breaks_a_table(page):
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) > 100
    assert {line.count("|") for line in rows} == {3}
