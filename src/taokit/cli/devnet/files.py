"""Chains in files: read whole or refused, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from taokit.errors import ConfigurationError


def check(file: Path) -> None:
    """Raise `ConfigurationError` where no chain could be kept: better at its beginning than at its end."""
    if file.exists() and not file.is_file():
        raise ConfigurationError(f"{file} is no file that a chain could be kept in", hint="name another file")
    if not (file.parent.is_dir() and os.access(file.parent, os.W_OK)):
        raise ConfigurationError(f"cannot write into {file.parent}", hint="make that folder, or name another file")


def read(file: Path) -> str:
    """The text of a file. Raises `ConfigurationError` where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is no text, so it is no chain that `taokit devnet` wrote") from None


def write(file: Path, text: str) -> None:
    """Put a text into a file: until all of it is on disk, whatever was there stays. Raises `ConfigurationError`."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}", hint="name another file") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).replace(file)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ConfigurationError(f"cannot write {file}: {error.strerror}", hint="name another file") from None


__all__ = ["check", "read", "write"]
