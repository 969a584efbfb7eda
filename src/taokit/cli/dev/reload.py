"""Notices saved files by polling, and imports the user's classes anew."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from taokit.cli.dev.discover import Found, discover, sources

Stamp = Mapping[Path, tuple[int, int]]
"""By file: time of its last change in nanoseconds, and size."""


def stamp(folder: Path) -> Stamp:
    """How the folder's sources stand now. A file that vanishes meanwhile is left out."""
    stamps = {}
    for path in sources(folder):
        try:
            state = path.stat()
        except OSError:
            continue
        stamps[path] = (state.st_mtime_ns, state.st_size)
    return stamps


def reimport(folder: Path) -> Found | str:
    """The classes as they are on disk now; when that fails, the traceback as text, and nothing has changed."""
    importlib.invalidate_caches()
    sys.dont_write_bytecode = True  # compiled files go by whole seconds, and would hide a quick second save
    own = {name: module for name, module in sys.modules.items() if _below(getattr(module, "__file__", None), folder)}
    for name in own:
        del sys.modules[name]
    try:
        return discover(folder)
    except Exception as error:  # a syntax error, a name that is gone: all of it is the user's to read
        for name in [n for n, m in sys.modules.items() if _below(getattr(m, "__file__", None), folder)]:
            del sys.modules[name]
        sys.modules.update(own)
        return "".join(traceback.format_exception(error.__cause__ or error))


def _below(file: str | None, folder: Path) -> bool:
    return file is not None and folder.resolve() in Path(file).resolve().parents


__all__ = ["Stamp", "reimport", "stamp"]
