"""The page of the settings names every variable and every exit code."""

import importlib.util
import re

import pytest

from doc_pages import DOCS, ROOT
from taokit.run import EXIT_CODES, OPTIONS


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("docs_settings", DOCS / "hooks" / "settings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.settings_page()


def test_every_variable_of_a_flag_is_there_beside_it(page):
    for option in OPTIONS:
        assert all(f"| `{name}` | `{option.flag}` |" in page for name in option.variables)
        assert all(f"`{old}`" in page for old in (*option.dotted, *option.old))


def test_every_variable_that_the_code_reads_is_there(page):
    read = set()
    for path in (ROOT / "src" / "taokit").rglob("*.py"):
        read |= set(re.findall(r"[\"'`]((?:BT|TAOKIT|BTCLI|XDG)_[A-Z_]+)[\"'`]", path.read_text()))
    compat_only = {name for name in read if name.startswith(("BT_LOGGING_", "BT_AXON_MAX"))}
    assert {name for name in read - compat_only if f"`{name}`" not in page} == set()


def test_every_exit_code_is_there(page):
    codes = re.findall(r"(\d) \w", EXIT_CODES)
    assert re.findall(r"^\| (\d) \|", page, re.MULTILINE) == codes
    assert len(codes) == 5
