"""The number by which a subnet tells old validator code from new."""

from __future__ import annotations

import importlib.metadata
import re
import sys


def version_key(owner: type) -> int:
    """The version of the package that defines a class, as most subnets count it: 1000 major + 10 minor + patch.

    It is the package's `__version__`, else that of the installed distribution of the same name; 0 without either.
    """
    package = owner.__module__.partition(".")[0]
    stated = getattr(sys.modules.get(package), "__version__", None)
    numbers = re.findall(r"\d+", stated if isinstance(stated, str) else _installed(package))
    major, minor, patch = (*map(int, numbers[:3]), 0, 0, 0)[:3]
    return 1000 * major + 10 * minor + patch


def _installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return ""


__all__ = ["version_key"]
