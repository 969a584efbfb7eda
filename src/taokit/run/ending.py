"""How a neuron's process ends: its exit codes, the last words, and the end by force when it takes too long."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from taokit.errors import LocalError, NetworkError, NoSuchSubnet, NotRegistered, TaokitError

EXIT_STOPPED, EXIT_CRASHED, EXIT_CONFIGURATION, EXIT_UNREACHABLE, EXIT_DEREGISTERED = 0, 1, 2, 3, 4
EXIT_CODES: Final = (
    "Exit codes: 0 stopped, 1 crashed, 2 configuration, 3 chain unreachable, 4 not registered (any more)."
)

LEAVE_S: Final = 10.0
"""Seconds that a process has to leave in order, from the signal on; then it ends by force."""
DRAIN_S: Final = 8.0
"""Of these, for the requests under way; the rest is for releasing what it holds."""


def exit_code(error: TaokitError) -> int:
    """2 for what the user can set right, 3 for a chain that cannot be reached, 4 without a uid, else 1."""
    if isinstance(error, NotRegistered):
        return EXIT_DEREGISTERED
    if isinstance(error, LocalError | NoSuchSubnet):
        return EXIT_CONFIGURATION
    return EXIT_UNREACHABLE if isinstance(error, NetworkError) else EXIT_CRASHED


def report(error: TaokitError, *, as_json: bool) -> int:
    """Print an error as one sentence and one hint on standard error; returns the exit code."""
    if as_json:
        said = {"error": str(error), "hint": error.hint, "kind": type(error).__name__}
        sys.stderr.write(json.dumps(said) + "\n")
    else:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
    return exit_code(error)


class Leaving:
    """Told once to leave, it asks for an end in order, and ends the process by force when that takes too long."""

    def __init__(self, leave: Callable[[], object], *, seconds: float = LEAVE_S) -> None:
        self._leave = leave
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """Ask for the end; a second time does nothing."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, _by_force, [self._seconds])
            self._timer.daemon = True
            self._timer.start()  # a thread: an event loop that is stuck would not end itself
            self._leave()

    def left(self) -> None:
        """It ended in order."""
        if self._timer is not None:
            self._timer.cancel()


def _by_force(seconds: float) -> None:
    sys.stderr.write(f"error: it did not end within {seconds:g} s, and was ended by force\n")
    sys.stderr.flush()
    os._exit(EXIT_CRASHED)


@contextmanager
def on_signals(numbers: Sequence[signal.Signals], begin: Callable[[], object]) -> Iterator[None]:
    """Call `begin` at each of these signals, for the length of the block.

    Handlers of the event loop would wait for it; these run between any two steps of Python code.
    """

    def caught(number: int, frame: FrameType | None) -> None:
        begin()

    before = {number: signal.signal(number, caught) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


__all__ = [
    "DRAIN_S",
    "EXIT_CODES",
    "EXIT_CONFIGURATION",
    "EXIT_CRASHED",
    "EXIT_DEREGISTERED",
    "EXIT_STOPPED",
    "EXIT_UNREACHABLE",
    "LEAVE_S",
    "Leaving",
    "exit_code",
    "on_signals",
    "report",
]
