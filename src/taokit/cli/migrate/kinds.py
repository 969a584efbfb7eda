"""What a file is, by its name: which look it gets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

FileKind: TypeAlias = Literal["python", "notebook", "requirements", "pyproject", "compute", "commands"]

_KINDS: tuple[tuple[FileKind, str], ...] = (
    ("python", r".*\.py"),
    ("notebook", r".*\.ipynb"),
    ("requirements", r".*(requirements|constraints).*\.(txt|in)|setup\.cfg"),
    ("pyproject", r"pyproject\.toml"),
    ("compute", r"min_compute\.ya?ml"),
    ("commands", r".*\.(sh|bash|service)|(.*\.)?(docker|container)file(\..*)?|(gnu)?makefile|justfile"),
    ("commands", r"(docker-)?compose.*\.ya?ml|.*(ecosystem|pm2|\.config)\b.*\.(js|cjs|mjs|json)"),
)


def kind_of(file: Path) -> FileKind | None:
    """The kind of a file, or None for one that is not looked at."""
    name = file.name.lower()
    found = next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, name)), None)
    if found is None and file.parent.name in ("requirements", "pm2", "pm2_configs"):
        return {".txt": "requirements", ".in": "requirements", ".js": "commands"}.get(file.suffix)  # type: ignore[return-value]
    return found


__all__ = ["FileKind", "kind_of"]
