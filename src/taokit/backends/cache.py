"""Metadata on disk, by chain and runtime version: half a megabyte that need not travel at every start."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from taokit.chain import BlockHash

log = logging.getLogger("taokit.backends")

MAX_BYTES: Final = 8 << 20
"""The largest metadata that is kept; Subtensor's has a quarter of a megabyte."""
KEPT: Final = 16
"""Files in the folder; the ones used least lately go first."""

_SUFFIX: Final = ".metadata"
_PART: Final = ".part"
_DIGEST: Final = 32


class MetadataCache:
    """A folder with one file per genesis hash and spec version. Any number of processes may share it.

    A file is written aside and moved into place, so that nobody reads half of one. One that does not read back as it
    was written is removed. A folder that cannot be used costs time, never an error.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, genesis: BlockHash, spec_version: int) -> bytes | None:
        """The metadata, or None where it is not here in one piece."""
        path = self._path(genesis, spec_version)
        try:
            if path.stat().st_size > MAX_BYTES + _DIGEST:
                raise ValueError("too large")
            kept = path.read_bytes()
            if kept[:_DIGEST] != _digest(kept[_DIGEST:]):
                raise ValueError("damaged")
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("cached metadata %s is of no use: %s", path, error)
            self._remove(path)
            return None
        return kept[_DIGEST:]

    def store(self, genesis: BlockHash, spec_version: int, metadata: bytes) -> None:
        """Keep metadata for later."""
        if len(metadata) > MAX_BYTES:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._place(self._path(genesis, spec_version), _digest(metadata) + metadata)
            self._trim()
        except OSError as error:
            log.warning("metadata is not cached in %s: %s", self._folder, error)

    def _path(self, genesis: BlockHash, spec_version: int) -> Path:
        return self._folder / f"{genesis.hex()}-{spec_version}{_SUFFIX}"

    def _place(self, path: Path, content: bytes) -> None:
        with NamedTemporaryFile(dir=self._folder, suffix=_PART, delete=False) as file:
            try:
                file.write(content)
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                self._remove(Path(file.name))
                raise

    def _trim(self) -> None:
        newest_first = sorted(self._files(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in newest_first[KEPT:]:
            self._remove(path)

    def _files(self) -> Iterator[Path]:
        """The files of the cache, and what a killed process left of one."""
        return (path for path in self._folder.iterdir() if path.suffix in (_SUFFIX, _PART))

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            log.debug("%s cannot be removed", path)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()


__all__ = ["KEPT", "MAX_BYTES", "MetadataCache"]
