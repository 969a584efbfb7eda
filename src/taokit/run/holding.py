"""Notices from a thread that an event loop does not turn, and says which line of the user's holds it."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
import sysconfig
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Final

from taokit.errors.failures import is_around
from taokit.protocol.uncollected import uncollected
from taokit.run.beating import BEATS, beat

HELD_S: Final = 2.0
"""Seconds in which nothing else ran, after which that is told."""
PLACES: Final = 256
"""Functions that are remembered, so that each is told once."""

_WAITS: Final = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_INTERPRETERS: Final = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib"))
_LIBRARIES: Final = tuple(sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib"))


@dataclass(frozen=True, slots=True)
class Place:
    """A line that runs, and its function."""

    file: str
    line: int
    function: str
    waits: bool  # whether the function can await

    def __str__(self) -> str:
        return f"{_from_here(self.file)}:{self.line} {self.function}()"

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.waits:
            return "use await, or `await asyncio.to_thread(...)`"
        return "let an async method (of score() this is run_round()) call it with `await asyncio.to_thread(...)`"


class LoopWatch:
    """Tells once of each function that holds the loop of one thread, and when the loop went on after it.

    Code that keeps the interpreter's lock for itself holds this watch too, and so goes unnoticed.
    """

    def __init__(self, thread: int, tell: Callable[[str], object], *, held_s: float = HELD_S) -> None:
        """`thread` is the identity of the one that runs the loop; `tell` is called in another."""
        self._thread, self._tell, self._held_s = thread, tell, held_s
        self._turns = self._seen = 0
        self._place: Place | None = None  # where the loop was at the last look
        self._for_s = 0.0  # seconds that it has been there
        self._telling = False  # whether that was told
        self._told: set[tuple[str, str]] = set()
        self._over = threading.Event()

    def turn(self) -> None:
        """The loop turns: call this in it, several times in each `held_s`."""
        self._turns += 1

    def forget(self) -> None:
        """Tell again of what was told, since its code is another now."""
        self._told.clear()

    def end(self) -> None:
        """Let `run` return."""
        self._over.set()

    def run(self) -> None:
        """Look again and again, until `end`."""
        last = time.monotonic()
        while not self._over.wait(self._held_s / BEATS / 2):
            now = time.monotonic()
            self._look(min(now - last, self._held_s / BEATS))  # a pause of the whole process is nobody's fault
            last = now

    def _look(self, passed_s: float) -> None:
        if self._seen != self._turns:
            self._seen = self._turns
            return self._left(None)
        with uncollected():  # a collection in there can lock up Python before 3.11.9 (gh-106883)
            innermost = sys._current_frames().get(self._thread)
        place = users_place(innermost)
        if place is None or self._place is None or _key(place) != _key(self._place):
            return self._left(place)
        self._for_s += passed_s
        if self._for_s >= self._held_s and _key(place) not in self._told and len(self._told) < PLACES:
            self._told.add(_key(place))
            self._place, self._telling = place, True
            self._tell(f"{place} has held the event loop for {self._for_s:.0f} s: {place.advice}")
        return None

    def _left(self, place: Place | None) -> None:
        """The loop is elsewhere now."""
        if self._telling:
            self._tell(f"{self._place} let go of the event loop after {self._for_s:.0f} s")
        self._place, self._for_s, self._telling = place, 0.0, False


def users_place(innermost: FrameType | None) -> Place | None:
    """Where the user's code is in a thread with this stack; None where none of its frames is theirs.

    It is the outermost function below the event loop that is neither a library's nor the interpreter's. A package that
    is installed among the libraries is the user's where taokit calls it.
    """
    frames = list(_below_the_loop(innermost))
    mine = (frame for frame in frames if not is_around(frame) and not _installed(frame))
    called = (inner for outer, inner in pairwise(frames) if _calls(outer, inner))
    frame = next(mine, None) or next(called, None)
    if frame is None or frame.f_code.co_name == "<module>":  # of an import there is nothing to say
        return None
    code = frame.f_code
    return Place(code.co_filename, frame.f_lineno, code.co_name, bool(code.co_flags & _WAITS))


def _below_the_loop(innermost: FrameType | None) -> Iterator[FrameType]:
    """The frames that the loop called, the outermost first."""
    frames = []
    while innermost is not None:
        frames.append(innermost)
        innermost = innermost.f_back
    frames.reverse()
    runs = [k for k, frame in enumerate(frames) if _package(frame) in ("asyncio", "uvloop")]
    return iter(frames[runs[0] if runs else len(frames) :])


def _calls(outer: FrameType, inner: FrameType) -> bool:
    file = inner.f_code.co_filename
    theirs = file.startswith(_LIBRARIES) or not file.startswith((*_INTERPRETERS, "<"))
    return _package(outer) == "taokit" and not is_around(inner) and theirs


def _installed(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith((*_INTERPRETERS, *_LIBRARIES, "<"))


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def _from_here(file: str) -> str:
    """A shorter name for what lies below the working directory."""
    try:
        path = Path(file)
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return file


def _key(place: Place) -> tuple[str, str]:
    return place.file, place.function


@asynccontextmanager
async def watching(tell: Callable[[str], object], *, held_s: float = HELD_S) -> AsyncIterator[LoopWatch]:
    """Watch the running loop for the length of the block. `tell` gets each sentence, in a thread of its own."""
    watch = LoopWatch(threading.get_ident(), tell, held_s=held_s)
    task = asyncio.create_task(beat(watch.turn, deadline_s=held_s), name="taokit turns")
    thread = threading.Thread(target=watch.run, name="taokit loop watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


__all__ = ["HELD_S", "LoopWatch", "Place", "users_place", "watching"]
