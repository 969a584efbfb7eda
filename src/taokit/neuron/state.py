"""Where a neuron keeps what must survive it: one folder per chain, subnet and hotkey, one process at a time.

A file is replaced whole: written beside the old one, forced to the disk, renamed over it. So whatever kills the
process, the file holds the old content or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from taokit.errors import AlreadyRunning, LocalError, StateCorrupt

Before = Callable[[str], None]
"""Called with the name of each step of a save just before it; tests end the process there."""


def state_root(
    explicit: str | Path | None = None, *, taokit_state: str | None, xdg_state_home: str | None, home: str | Path
) -> Path:
    """The folder of all state: `--state-dir`, else `$TAOKIT_STATE`, else `$XDG_STATE_HOME/taokit`.

    The variables are handed in as the edge read them; an empty one counts as unset, and without any of them it is
    `~/.local/state/taokit`.
    """
    if chosen := explicit or taokit_state:
        return Path(chosen)
    return Path(xdg_state_home or Path(home) / ".local" / "state") / "taokit"


def neuron_folder(root: Path, *, genesis: bytes, netuid: int, hotkey: str) -> Path:
    """One neuron's folder: `<genesis, 8 hex>/<netuid>/<hotkey>` under the root, so that no two chains share one."""
    return root / genesis.hex()[:8] / str(netuid) / hotkey


class StateFolder:
    """A neuron's files, locked for this process from its making until `close`, or until the process is gone."""

    def __init__(self, path: Path, *, before: Before = lambda step: None) -> None:
        """Make the folder where it is absent and lock it. Raises `AlreadyRunning`, or `LocalError` if it cannot."""
        self.path = path
        self._before = before
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _locked(path)
        except OSError as error:
            hint = "choose a folder that this user may write with --state-dir or TAOKIT_STATE"
            raise LocalError(f"cannot use the state folder {path}: {error.strerror}", hint=hint) from error

    def load(self, name: str, version: int) -> Any:
        """What was last saved under this name, or None when nothing was.

        Raises `StateCorrupt` for a file that does not read back, which is then kept under another name, and for one of
        another version, which stays where it is.
        """
        return _loaded(self._file(name), version)

    def save(self, name: str, version: int, data: Any) -> None:
        """Replace what is saved under this name; on return it is on the disk.

        The data is what JSON carries, finite numbers only. Raises `LocalError` when it cannot be written; what was
        saved before is then still there.
        """
        content = json.dumps({"version": version, "data": data}, allow_nan=False, indent=1).encode()
        file = self._file(name)
        try:
            self._replace(file, content)
        except OSError as error:
            hint = "free space on this disk or choose another folder with --state-dir; the last saved state is intact"
            raise LocalError(f"cannot save {file}: {error.strerror}", hint=hint) from error

    def close(self) -> None:
        """Let another process have the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.json"

    def _replace(self, file: Path, content: bytes) -> None:
        """Make the file hold this content, in steps that each leave the old file or the new one."""
        new = file.with_suffix(".new")  # one process at a time, so one name; a dead one's remains are written over
        try:
            self._write(new, content)
            self._before("rename")
            new.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        self._before("sync folder")
        _sync_folder(self.path)

    def _write(self, file: Path, content: bytes) -> None:
        self._before("open")
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            for half in (content[: len(content) // 2], content[len(content) // 2 :]):
                self._before("write")
                _write_all(opened, half)
            self._before("sync file")
            os.fsync(opened)
        finally:
            os.close(opened)


def peek(folder: Path, name: str, version: int) -> Any:
    """What a neuron last saved under a name, as `StateFolder.load`, beside the process that runs it."""
    return _loaded(folder / f"{name}.json", version)


def _loaded(file: Path, version: int) -> Any:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LocalError(f"cannot read {file}: {error.strerror}", hint="check its permissions") from error
    return _opened(file, text, version)


def _locked(folder: Path) -> int:
    """An open file whose lock this process holds; it is gone with the process, however that ends."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        hint = f"stop process {holder} first; a hotkey runs once"
        raise AlreadyRunning(f"process {holder} already runs this neuron, its state is {folder}", hint=hint) from error
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _opened(file: Path, text: bytes, version: int) -> Any:
    try:
        envelope = json.loads(text)
        found, data = envelope["version"], envelope["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _set_aside(file, error) from error
    if found != version:
        hint = f"run the taokit that wrote it, or move {file.name} away to start without it"
        raise StateCorrupt(f"{file} has version {found!r}, this taokit reads {version}", hint=hint)
    return data


def _set_aside(file: Path, cause: Exception) -> StateCorrupt:
    """Keep a file that does not read back under the first free name, and say so."""
    aside = next(name for number in range(1, 1000) if not (name := file.with_suffix(f".corrupt-{number}")).exists())
    file.rename(aside)
    hint = f"its bytes are kept as {aside.name}; mend them and rename it back, or start again without it"
    return StateCorrupt(f"{file} does not read back: {cause}", hint=hint)


def _write_all(opened: int, content: bytes) -> None:
    while content:
        content = content[os.write(opened, content) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


__all__ = ["Before", "StateFolder", "neuron_folder", "peek", "state_root"]
