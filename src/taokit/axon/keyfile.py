"""A secret in a file of its own: made once, for its owner alone, and never seen half written."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from taokit.errors import ConfigurationError

OWNER_ONLY: Final = 0o600


def secret_in(file: Path, make: Callable[[], bytes]) -> bytes:
    """What a file holds; where there is none, what `make` makes, written with mode 600.

    Raises `ConfigurationError` for a file that others may read, or that cannot be read or made.
    """
    try:
        if not file.exists():
            _write(file, make())
        mode = file.stat().st_mode & 0o777
        if mode & 0o077:
            raise ConfigurationError(
                f"{file} is a secret key that others may use (mode {mode:o})", hint=f"chmod 600 {file}"
            )
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"cannot use the key file {file}: {error.strerror}", hint="choose a folder that this user may write"
        ) from error


def _write(file: Path, content: bytes) -> None:
    """Write beside, force to the disk, then put in place: the file is whole, and others never could read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)


__all__ = ["secret_in"]
