"""Metagraphs as files: a restart starts from the newest, and a notebook opens any of them without a chain."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from taokit.errors import ConfigurationError, LocalError, StateCorrupt
from taokit.metagraph import Metagraph, from_bytes, to_bytes

log = logging.getLogger("taokit.follow")

KEPT: Final = 30
"""Metagraphs of one subnet that stay on disk, unless told otherwise."""

_ENDING: Final = ".json.gz"
_DRAFT: Final = ".draft"
_FORGOTTEN_S: Final = 3600.0  # age of a draft whose writer must be gone


def load(path: Path) -> Metagraph:
    """The metagraph of a file, packed or not.

    Raises `ConfigurationError` where there is no file to read, `StateCorrupt` for one that is cut, damaged or of
    another format, with the cause.
    """
    try:
        return from_bytes(path.read_bytes())
    except OSError as error:
        hint = "name a file that a Shelf or `taokit.metagraph.to_bytes` wrote"
        raise ConfigurationError(f"cannot read {path}: {error.strerror}", hint=hint) from error
    except ConfigurationError as error:
        raise StateCorrupt(f"{path} does not read: {error}", hint=error.hint or "take an older one") from error


class Shelf:
    """The last metagraphs of some subnets of one chain, in a folder of their own: `<folder>/<netuid>/<block>.json.gz`.

    A file is there whole or not at all, whatever kills the process. One folder holds one chain.
    """

    def __init__(self, folder: Path, *, keep: int = KEPT) -> None:
        if keep < 1:
            raise ConfigurationError(f"a shelf keeps {keep} metagraphs, and at least 1 is needed")
        self.folder = folder
        self.keep = keep

    def save(self, metagraph: Metagraph) -> Path:
        """Put it on the disk, and the oldest beyond `keep` off it. Raises `LocalError` when it cannot be written."""
        folder = self.folder / str(metagraph.netuid)
        file = folder / f"{metagraph.block:010}{_ENDING}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(file, to_bytes(metagraph, packed=True))
            self._tidy(folder)
        except OSError as error:
            raise LocalError(f"cannot keep {file}: {error.strerror}", hint="choose another folder") from error
        return file

    def files(self, netuid: int) -> list[Path]:
        """What there is of a subnet, the oldest first."""
        folder = self.folder / str(netuid)
        return sorted(path for path in folder.glob(f"*{_ENDING}") if not path.name.startswith("."))

    def newest(self, netuid: int) -> Metagraph | None:
        """The newest that reads, or None where there is none; one that does not read is told in the log."""
        for file in reversed(self.files(netuid)):
            try:
                return load(file)
            except (ConfigurationError, StateCorrupt) as error:
                log.warning("%s", error)
        return None

    def _tidy(self, folder: Path) -> None:
        for file in self.files(int(folder.name))[: -self.keep]:
            file.unlink(missing_ok=True)
        for draft in folder.glob(f".*{_DRAFT}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > _FORGOTTEN_S:
                    draft.unlink()


def _write(file: Path, content: bytes) -> None:
    """The content under this name, at once, and on the disk when this returns."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=_DRAFT)
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(handle)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


__all__ = ["KEPT", "Shelf", "load"]
