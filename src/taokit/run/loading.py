"""Finds a class by its name in code that is the user's own."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from taokit.errors import ConfigurationError, TaokitError

R = TypeVar("R")


def load_class(spec: str, base: type[R]) -> type[R]:
    """The class that `MODULE:CLASS` names. Raises `ConfigurationError` unless it is a subclass of `base`."""
    module_name, colon, name = spec.partition(":")
    if not colon or not module_name or not name:
        raise ConfigurationError(f"{spec!r} does not name a class", hint="write it as package.module:Class")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    module = load_module(module_name)
    found = getattr(module, name, None)
    if isinstance(found, type) and issubclass(found, base) and found is not base:
        return found
    there = [k for k, v in vars(module).items() if isinstance(v, type) and issubclass(v, base) and v is not base]
    raise ConfigurationError(
        f"{module_name} has no {base.__name__} named {name!r}",
        hint=f"it has: {', '.join(there) or 'none'}",
    )


def load_module(name: str) -> ModuleType:
    """The module of this name. Raises `ConfigurationError` that says what went wrong in it, and where."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        wanted = "" if error.name == name.partition(".")[0] else f" ({_place(error)})"
        raise ConfigurationError(
            f"there is no module {error.name!r}{wanted}",
            hint="run from the folder that holds it, or install it: in a project, pip install -e .",
        ) from error
    except TaokitError as error:  # a class that is wrong says so itself when it is defined
        raise ConfigurationError(f"{error} ({_place(error)})", hint=error.hint) from error
    except Exception as error:
        raise ConfigurationError(
            f"{name} cannot be imported: {type(error).__name__}: {_said(error)} ({_place(error)})", hint="mend it"
        ) from error


def _said(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error)


def _place(error: Exception) -> str:
    """The last line of the user's own that led to the error."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else "before its first line"


def _is_users(file: str) -> bool:
    return not file.startswith("<frozen") and Path(__file__).parents[1] not in Path(file).parents


__all__ = ["load_class", "load_module"]
