"""Imports point down only: the table in layers.toml against the imports of every file."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "taokit"
TABLE = tomllib.loads((Path(__file__).parent / "layers.toml").read_text())
FILES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module, keys):
    """The table's longest key that begins the module's name; `taokit` stands for the root package alone."""
    fits = [key for key in keys if key != "taokit" and (module == key or module.startswith(key + "."))]
    return max(fits, key=len, default="taokit" if module.count(".") <= 1 else None)


def imports_of(path):
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stay_within_the_table(path):
    allowed = TABLE["may_import"]
    own = package_of(module_of(path), allowed)
    for name in imports_of(path):
        if name == "taokit" or name.startswith("taokit."):
            # `from taokit import x` names a submodule only where there is one
            target = package_of(name, allowed) if is_module(name) else None
            assert target in (None, own, *allowed[own]), f"{own} imports {name} of {target}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_cores_never_import_what_would_make_them_impure(path):
    own = package_of(module_of(path), TABLE["may_import"])
    forbidden = TABLE["never_import"].get(own, [])
    for name in imports_of(path):
        root = name.partition(".")[0]
        assert root not in forbidden, f"{own} imports {name}"


def is_module(name):
    path = ROOT.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def test_the_table_would_notice_an_import_that_points_up():
    allowed = TABLE["may_import"]
    assert package_of("taokit.neuron.host", allowed) == "taokit.neuron"
    assert package_of("taokit.devnet.runtime.state", allowed) == "taokit.devnet.runtime"
    assert "taokit.backends" not in allowed["taokit.neuron"]
    assert "taokit.neuron" not in allowed["taokit.chain"]
