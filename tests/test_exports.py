"""Public names: listed, there, documented, and quick to import."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import taokit

ROOT = Path(taokit.__file__).parent
PACKAGES = sorted(
    "taokit." + p.parent.relative_to(ROOT).as_posix().replace("/", ".")
    for p in ROOT.rglob("__init__.py")
    if p.parent != ROOT and p.stat().st_size
)


def test_every_root_name_resolves():
    for name in taokit.__all__:
        assert getattr(taokit, name) is not None


def test_an_unknown_root_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Mnier'"):
        taokit.Mnier  # noqa: B018


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_lists_its_names_and_documents_them(package):
    module = importlib.import_module(package)
    assert module.__doc__, package
    for name in getattr(module, "__all__", []):
        value = getattr(module, name)
        ours = getattr(value, "__module__", "").startswith("taokit")  # Keypair is the wallet library's
        if ours and (inspect.isclass(value) or inspect.isfunction(value)):
            assert inspect.getdoc(value), f"{package}.{name} has no docstring"


def test_importing_taokit_loads_nothing_heavy():
    heavy = "{'numpy', 'aiohttp', 'pydantic', 'torch', 'bittensor_core', 'typer', 'rich', 'cryptography'}"
    code = f"import sys, taokit; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
