"""Shows that an event loop lives: in a file for whoever watches it, and through a pipe for who starts it again."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

log = logging.getLogger("taokit")

DEADLINES: Final = 3
"""After so many deadlines without a beat, a neuron counts as stuck."""
BEATS: Final = 4
"""In each deadline."""


async def beat(tell: Callable[[], None], *, deadline_s: float) -> None:
    """Tell that this event loop lives, several times in each deadline, until cancelled."""
    while True:
        tell()
        await asyncio.sleep(deadline_s / BEATS)


class HeartbeatFile:
    """A file that is written anew at each beat: `{"at": seconds since 1970, "pid": …, "block": …}`.

    A disk that is full ends nothing: the file is then touched only, or let be.
    """

    def __init__(self, path: Path, block: Callable[[], int]) -> None:
        self.path = path
        self._block = block
        self._complained = False

    def beat(self) -> None:
        """Write it."""
        said = {"at": time.time(), "pid": os.getpid(), "block": self._block()}
        part = self.path.with_name(self.path.name + ".part")
        try:
            part.write_text(json.dumps(said) + "\n", encoding="utf-8")
            part.replace(self.path)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        try:
            os.utime(self.path)
        except OSError:
            if not self._complained:
                self._complained = True
                log.warning("no heartbeat in %s: %s", self.path, error.strerror)

    def end(self) -> None:
        """Take it away: nothing lives here."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s stays: %s", self.path, error.strerror)


class Pulse:
    """Our end of a pipe to a supervisor. Each line is the silence, in seconds, after which it may end us."""

    def __init__(self, descriptor: int, *, deadline_s: float, alone: Callable[[], object]) -> None:
        """`alone` is called when nobody is at the other end."""
        os.set_blocking(descriptor, False)
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self._line = f"{DEADLINES * deadline_s:g}\n".encode()
        self._alone = alone

    def beat(self) -> None:
        """Say so. A supervisor that is slow to listen loses nothing by what it does not hear."""
        try:
            os.write(self._descriptor, self._line)
        except BlockingIOError:
            pass
        except OSError:
            self._alone()


__all__ = ["BEATS", "DEADLINES", "HeartbeatFile", "Pulse", "beat"]
