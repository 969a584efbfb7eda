"""Finds the user's miners and validator in a folder or a file."""

from __future__ import annotations

import inspect
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from taokit.errors import ConfigurationError
from taokit.neuron import Miner, Validator
from taokit.neuron.role import Role
from taokit.run import load_class, load_module

R = TypeVar("R", bound=Role)


@dataclass(frozen=True, slots=True)
class Found:
    """The classes of a user's subnet."""

    miners: tuple[type[Miner], ...]  # as many as a file defines or a folder's table names, in that order
    validator: type[Validator]


def discover(path: Path) -> Found:
    """The classes in a Python file, or in a folder what `[tool.taokit]` names, else the only ones.

    In a folder these are the only subclasses in `miner.py` and `validator.py` of it or its package. A file may define
    several miners that are to compete, and the table may list them. Raises `ConfigurationError` when a class is
    missing or when there are several.
    """
    if path.is_file():
        return _in_file(path)
    if not path.is_dir():
        raise ConfigurationError(
            f"{path} is neither a folder nor a file",
            hint="name the folder that holds your pyproject.toml, or a Python file",
        )
    _importable(path)
    named = _tool_table(path)
    if not named and not any([*_candidates(path, "miner.py"), *_candidates(path, "validator.py")]):
        raise ConfigurationError(
            f"{path if path.name else 'this folder'} holds no subnet: neither a miner.py nor a validator.py",
            hint="go to the folder of yours, or make one: taokit new my-subnet",
        )
    return Found(_miners(path, named), _role(path, named, "validator", Validator))


def sources(folder: Path) -> list[Path]:
    """The Python files whose change means something: those of a folder, hidden ones and environments left out.

    Of a file it is the file, and what has been imported from beside it.
    """
    if folder.is_file():
        return sorted({folder, *_imported_from(folder.resolve())})
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _foreign(Path(place, name))]
        found += [Path(place, name) for name in files if name.endswith(".py")]
    return sorted(found)


def _imported_from(beside: Path) -> Iterator[Path]:
    """The modules, besides this file itself, that come from its folder."""
    folder = beside.parent
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or os.devnull)
        if file == beside or file.suffix != ".py" or folder not in file.parents or name.partition(".")[0] == "taokit":
            continue
        if not any(_foreign(place) for place in file.parents if folder in place.parents):
            yield file


def _in_file(file: Path) -> Found:
    _importable(file.parent)
    module = load_module(file.stem)
    if Path(module.__file__ or "").resolve() != file.resolve():
        raise ConfigurationError(f"another module is named {file.stem!r} too", hint=f"give {file} another name")
    miners, validators = _subclasses(module, Miner), _subclasses(module, Validator)
    if not miners or len(validators) != 1:
        raise ConfigurationError(
            f"{file} has {len(miners) or 'no'} Miner and {len(validators) or 'no'} Validator",
            hint="define the miners that are to compete, and one validator",
        )
    return Found(tuple(miners), validators[0])


def _foreign(folder: Path) -> bool:
    """Whether a folder holds other people's code: an environment's, or what a tool keeps for itself."""
    known = folder.name in ("__pycache__", "node_modules", "site-packages")
    return known or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists()


def _importable(folder: Path) -> None:
    for place in (folder.resolve() / "src", folder.resolve()):
        if place.is_dir() and str(place) not in sys.path:
            sys.path.insert(0, str(place))


def _tool_table(folder: Path) -> dict[str, Any]:
    path = folder / "pyproject.toml"
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} does not read: {error}", hint="mend it, or remove it") from error
    found = table.get("tool", {}).get("taokit", {})
    return found if isinstance(found, dict) else {}


def _miners(folder: Path, named: dict[str, Any]) -> tuple[type[Miner], ...]:
    listed = named.get("miner")
    if isinstance(listed, list) and listed:
        return tuple(load_class(str(one), Miner) for one in listed)
    return (_role(folder, named, "miner", Miner),)


def _role(folder: Path, named: dict[str, Any], kind: str, base: type[R]) -> type[R]:
    if kind in named:
        return load_class(str(named[kind]), base)
    files = list(_candidates(folder, f"{kind}.py"))
    classes = [found for file in files for found in _subclasses(_import(file, folder), base)]
    if len(classes) == 1:
        return classes[0]
    listed = ", ".join(f"{c.__module__}:{c.__qualname__}" for c in classes) or "none"
    raise ConfigurationError(
        f"{folder} has {len(classes) or 'no'} {base.__name__} in {kind}.py (found: {listed})",
        hint=f'name one in pyproject.toml:  [tool.taokit]  {kind} = "package.module:Class"',
    )


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    """The file in the folder itself, else in each package directly below it or below `src`."""
    if (folder / name).exists():
        yield folder / name
        return
    for place in (folder, folder / "src"):
        yield from sorted(path for path in place.glob(f"*/{name}") if (path.parent / "__init__.py").exists())


def _import(file: Path, folder: Path) -> ModuleType:
    name = file.stem if file.parent == folder else f"{file.parent.name}.{file.stem}"
    return load_module(name)


def _subclasses(module: ModuleType, base: type[R]) -> list[type[R]]:
    return [
        found
        for found in dict.fromkeys(filter(inspect.isclass, vars(module).values()))
        if issubclass(found, base) and found.__module__ == module.__name__ and not inspect.isabstract(found)
    ]


__all__ = ["Found", "discover", "sources"]
