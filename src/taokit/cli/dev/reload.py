"""Notices saved files by polling, and imports the user's classes anew."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from taokit.cli.dev.discover import Found, discover, sources

Stamp = Mapping[Path, tuple[int, int]]
"""By file: time of its last change in nanoseconds, and size."""


def stamp(folder: Path) -> Stamp:
    """How the folder's sources stand now. A file that vanishes meanwhile is left out."""
    stamps = {}
    for path in (folder / "pyproject.toml", *sources(folder)):
        try:
            state = path.stat()
        except OSError:
            continue
        stamps[path] = (state.st_mtime_ns, state.st_size)
    return stamps


def reimport(folder: Path) -> Found | str:
    """The classes as they are on disk now; when that fails, the traceback as text, and nothing has changed."""
    importlib.invalidate_caches()
    own = _imported(folder)
    for name in own:
        del sys.modules[name]
    try:
        return discover(folder)
    except Exception as error:  # a syntax error, a name that is gone: all of it is the user's to read
        for name in _imported(folder):
            del sys.modules[name]
        sys.modules.update(own)
        return "".join(traceback.format_exception(error.__cause__ or error))


def _imported(folder: Path) -> dict[str, ModuleType]:
    """The modules that come from the folder's own sources. An environment inside the folder is not among them."""
    own = {str(path.resolve()) for path in sources(folder)}
    return {name: module for name, module in sys.modules.items() if getattr(module, "__file__", None) in own}


__all__ = ["Stamp", "reimport", "stamp"]
