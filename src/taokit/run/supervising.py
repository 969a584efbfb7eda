"""The process above a neuron: passes signals on, starts it again when its event loop is stuck, and ends as it ended."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from taokit.run.ending import EXIT_CRASHED, EXIT_STOPPED, LEAVE_S, on_signals

log = logging.getLogger("taokit")

POLL_S: Final = 0.5
"""Seconds between two looks, at most."""
GRACE_S: Final = 1.0
"""After the time in which a neuron ends itself by force, for one whose interpreter does not run."""
DUMP_S: Final = 0.3
"""For a stuck process to write where it is stuck."""
FIRST_DELAY_S, LONGEST_DELAY_S, STEADY_S = 0.5, 30.0, 60.0
"""Before the successor of a process that got stuck: twice as long each time, unless it had lived well so long."""

Command = Callable[[int], Sequence[str]]
"""The command line of a neuron that beats into the pipe with this descriptor."""


class Supervisor:
    """Keeps one neuron running. It is a process of its own, so nothing that the neuron does holds it up."""

    def __init__(self, command: Command, *, leave_s: float = LEAVE_S + GRACE_S) -> None:
        self._command = command
        self._leave_s = leave_s
        self._asked = False  # to leave
        self._delay_s = FIRST_DELAY_S

    def run(self) -> int:
        """Keep it running until it ends by itself or is told to; the exit code."""
        with _wakeful() as wake, on_signals((signal.SIGTERM, signal.SIGINT), self._ask):
            while not self._asked:
                began = time.monotonic()
                code = self._life(wake)
                if code is not None:
                    return self._ending(code)
                self._rest(wake, time.monotonic() - began)
        return EXIT_STOPPED

    def _ask(self) -> None:
        self._asked = True

    def _life(self, wake: int) -> int | None:
        """One process from its start to its end; its exit code, or None when it was ended because it was stuck."""
        ours, theirs = os.pipe()
        try:
            child = subprocess.Popen(  # noqa: S603  our own interpreter
                self._command(theirs), pass_fds=(theirs,), preexec_fn=_ignore_interrupts
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        try:
            return self._watched(child, Silence(ours), wake)
        finally:
            os.close(ours)
            if child.poll() is None:
                child.kill()
                child.wait()

    def _watched(self, child: subprocess.Popen[bytes], silence: Silence, wake: int) -> int | None:
        leave_by: float | None = None
        while (code := child.poll()) is None:
            if self._asked and leave_by is None:
                leave_by = time.monotonic() + self._leave_s
                child.terminate()
            silence.listen(wake)
            if leave_by is not None and time.monotonic() > leave_by:
                log.error("process %d did not end within %g s, and is ended by force", child.pid, self._leave_s)
                child.kill()
            elif leave_by is None and silence.too_long:
                _end_stuck(child, silence.seconds)
                return None
        return code

    def _ending(self, code: int) -> int:
        """The exit code for how the neuron ended."""
        if code >= 0:
            return code
        if self._asked and -code == signal.SIGTERM:  # before it could listen for it
            return EXIT_STOPPED
        log.error("the neuron was ended by signal %d", -code)
        return EXIT_CRASHED

    def _rest(self, wake: int, lived_s: float) -> None:
        delay_s = FIRST_DELAY_S if lived_s > STEADY_S else self._delay_s
        self._delay_s = min(2 * delay_s, LONGEST_DELAY_S)
        log.error("it starts again in %g s", delay_s)
        until = time.monotonic() + delay_s
        while not self._asked and (left := until - time.monotonic()) > 0:
            _drained(wake, min(left, POLL_S))


class Silence:
    """How long a process has not been heard of, once it was heard of at all: until it serves, it may take its time."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor: int | None = descriptor
        self._most_s: float | None = None
        self.seconds = 0.0

    @property
    def too_long(self) -> bool:
        """Whether it is longer than the process itself called long."""
        return self._most_s is not None and self.seconds > self._most_s

    def listen(self, wake: int) -> None:
        """Wait a moment for a beat. A pause of this whole machine is not counted as silence of the other."""
        began = time.monotonic()
        heard = [wake] if self._descriptor is None else [wake, self._descriptor]
        ready = select.select(heard, [], [], POLL_S if self._descriptor is not None else POLL_S / 10)[0]
        self.seconds += min(time.monotonic() - began, 2 * POLL_S)
        if wake in ready:
            _drained(wake, 0.0)
        if self._descriptor in ready:
            self._hear(os.read(self._descriptor or 0, 65536))

    def _hear(self, data: bytes) -> None:
        if not data:  # it is about to end
            self._descriptor = self._most_s = None
            return
        self.seconds = 0.0
        with suppress(ValueError):
            self._most_s = float(data.split()[-1])


def _end_stuck(child: subprocess.Popen[bytes], seconds: float) -> None:
    log.error("process %d has not shown for %.1f s that it lives, and is ended; it is stuck here:", child.pid, seconds)
    child.send_signal(signal.SIGUSR1)  # its interpreter writes every stack, even while other code has hold of it
    time.sleep(DUMP_S)
    child.kill()
    child.wait()


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal's Ctrl-C the supervisor makes a SIGTERM


@contextmanager
def _wakeful() -> Iterator[int]:
    """A descriptor that is readable once a signal has come, so that no wait outlasts one."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    before = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    try:
        yield ours
    finally:
        signal.set_wakeup_fd(before)
        os.close(ours)
        os.close(theirs)


def _drained(wake: int, seconds: float) -> None:
    if select.select([wake], [], [], seconds)[0]:
        with suppress(BlockingIOError):
            os.read(wake, 4096)


def supervise(kind: str, spec: str, argv: Sequence[str]) -> int:
    """Run `spec` as `kind` (`miner` or `validator`) with these flags below a supervisor; the exit code."""

    def command(descriptor: int) -> list[str]:
        return [sys.executable, "-m", "taokit.run", kind, spec, str(descriptor), *argv]

    return Supervisor(command).run()


__all__ = ["Command", "Silence", "Supervisor", "supervise"]
