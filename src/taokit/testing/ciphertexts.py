"""Sealed messages, remembered from one test run to the next. For tests only: encryption is random for a reason."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Final

from taokit.devnet.beacon.patch import Encrypt, encrypt_now
from taokit.neuron.timelock import digest

MOST: Final = 4096
"""Messages that are kept; the oldest go first."""


class Ciphertexts(MutableMapping[bytes, bytes]):
    """Sealed messages by their `digest`, in memory and, where a folder is named, in one file each."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[bytes, bytes] = {} if folder is None else _read(folder)

    def __getitem__(self, name: bytes) -> bytes:
        return self._known[name]

    def __setitem__(self, name: bytes, sealed: bytes) -> None:
        if len(self._known) >= MOST:
            del self[next(iter(self._known))]
        self._known[name] = sealed
        if self._folder is not None:
            new = self._folder / f"{name.hex()}.{os.getpid()}"  # several processes may share the folder
            with contextlib.suppress(OSError):  # a cache that cannot be written is no reason to fail
                new.write_bytes(sealed)
                new.replace(self._folder / name.hex())

    def __delitem__(self, name: bytes) -> None:
        del self._known[name]
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / name.hex()).unlink()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def remembering(ciphertexts: MutableMapping[bytes, bytes], encrypt: Encrypt = encrypt_now) -> Encrypt:
    """The same encryption, which does nothing twice."""

    def remembered(message: bytes, round: int, public_key: bytes) -> bytes:
        name = digest(message, round, public_key)
        if name not in ciphertexts:
            ciphertexts[name] = encrypt(message, round, public_key)
        return ciphertexts[name]

    return remembered


def _read(folder: Path) -> dict[bytes, bytes]:
    """What is there, the oldest first; files with other names are somebody's that died."""
    known = {}
    for file in sorted(folder.iterdir(), key=_age):
        with contextlib.suppress(OSError, ValueError):
            known[bytes.fromhex(file.name)] = file.read_bytes()
    return known


def _age(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


__all__ = ["MOST", "Ciphertexts", "remembering"]
