"""The same measurement at every point of a grid: in bounded memory, on several cores, and resumable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from taokit.errors import ConfigurationError

Value: TypeAlias = int | float | str | bool
Point: TypeAlias = Mapping[str, Value]
Figures: TypeAlias = Mapping[str, Value]
Measure: TypeAlias = Callable[[Sequence[Point], int], Sequence[Figures]]
"""Figures for points, of which at most so many are in memory at once. Of a module, so that other processes find it."""

Chunk: TypeAlias = Sequence[Point]
Submit: TypeAlias = Callable[[Measure, Chunk, int], Future[Sequence[Figures]]]
"""Has a chunk measured, with so many points in memory at once."""

Pool: TypeAlias = Callable[[int], AbstractContextManager[Submit]]
"""Opens what measures, for so many workers; never more chunks than workers are with it at a time."""

DEFAULT_MEMORY = 1 << 30
"""Bytes that a sweep may use for its points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What to measure, where."""

    name: str
    grid: Mapping[str, Sequence[Value]]  # the last axis moves fastest
    measure: Measure
    bytes_per_point: int = 1 << 20  # that measuring one takes, about
    chunk: int = 64  # points that are measured and stored together
    settings: Mapping[str, Value] = field(default_factory=dict)  # what else decides the figures

    def points(self) -> list[dict[str, Value]]:
        """Every point, in order."""
        return [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]

    def identity(self) -> dict[str, Any]:
        """What a stored sweep must agree in to be gone on with."""
        grid = {name: list(values) for name, values in self.grid.items()}
        return {"sweep": self.name, "grid": grid, "settings": dict(self.settings)}


Progress: TypeAlias = Callable[[int, int], None]
"""Told how many points are done, of how many."""


@contextmanager
def processes(workers: int) -> Iterator[Submit]:
    """A pool of this machine: so many processes, or this one alone for a single worker."""
    if workers <= 1:
        yield _here
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool.submit


def _here(measure: Measure, chunk: Chunk, at_once: int) -> Future[Sequence[Figures]]:
    done: Future[Sequence[Figures]] = Future()
    done.set_result(measure(chunk, at_once))
    return done


def run_sweep(
    sweep: Sweep,
    *,
    workers: int = 1,
    memory: int = DEFAULT_MEMORY,
    store: Path | None = None,
    progress: Progress = lambda done, of: None,
    pool: Pool = processes,
) -> list[dict[str, Value]]:
    """Each point with its figures, in the order of the grid.

    With a `store`, what is done is kept there and a later call goes on where this one ended, on whichever pool. Raises
    `ConfigurationError` where not even one point fits the memory, for an empty axis, and for a store of another sweep.
    """
    points = _checked_points(sweep)
    at_once = memory // max(1, workers) // sweep.bytes_per_point
    if at_once < 1:
        need = sweep.bytes_per_point * max(1, workers)
        raise ConfigurationError(
            f"one point for each worker takes {need:,} bytes and the budget is {memory:,}",
            hint="fewer workers, more memory or a smaller scale",
        )
    chunks = [points[first : first + sweep.chunk] for first in range(0, len(points), sweep.chunk)]
    done = {} if store is None else _stored(store, sweep, chunks)
    progress(sum(len(chunks[number]) for number in done), len(points))
    waiting = {number: chunks[number] for number in range(len(chunks)) if number not in done}
    for number, figures in _measured(sweep.measure, waiting, at_once=at_once, workers=workers, pool=pool):
        done[number] = figures
        if store is not None:
            _append(store, {"chunk": number, "figures": figures})
        progress(sum(map(len, done.values())), len(points))
    return [
        {**point, **figures}
        for number, chunk in enumerate(chunks)
        for point, figures in zip(chunk, done[number], strict=True)
    ]


def _checked_points(sweep: Sweep) -> list[dict[str, Value]]:
    empty = [name for name, values in sweep.grid.items() if not len(values)]
    if empty or not sweep.grid:
        raise ConfigurationError(f"the sweep {sweep.name} has no values for {empty[0] if empty else 'anything'}")
    return sweep.points()


Done: TypeAlias = list[dict[str, Value]]


def _measured(
    measure: Measure, chunks: Mapping[int, Chunk], *, at_once: int, workers: int, pool: Pool
) -> Iterator[tuple[int, Done]]:
    """Each chunk's number and figures, as they come."""
    if not chunks:
        return
    waiting = iter(chunks.items())
    running: dict[Future[Sequence[Figures]], int] = {}
    with pool(workers) as submit:
        while True:
            for number, chunk in islice(waiting, max(1, workers) - len(running)):
                running[submit(measure, chunk, at_once)] = number
            if not running:
                return
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                yield running.pop(future), _plain(future.result())


def _plain(figures: Iterable[Figures]) -> Done:
    return [dict(one) for one in figures]


def _stored(store: Path, sweep: Sweep, chunks: Sequence[Chunk]) -> dict[int, Done]:
    """The chunks that a store holds; a line cut short by the end of its writer is done again."""
    identity = sweep.identity()
    if not store.exists():
        _append(store, identity)
        return {}
    head, _, body = store.read_text(encoding="utf-8").partition("\n")
    if _line(head) != json.loads(json.dumps(identity)):
        raise ConfigurationError(f"{store} belongs to another sweep", hint="name another file, or delete this one")
    whole, _, _ = body.rpartition("\n")
    found = [line for line in map(_line, whole.splitlines()) if line is not None]
    if len(body) > len(whole) + 1:
        _truncate(store, head, whole)
    done = {line["chunk"]: line["figures"] for line in found}
    return {number: figures for number, figures in done.items() if len(figures) == len(chunks[number])}


def _truncate(store: Path, head: str, whole: str) -> None:
    from taokit.lab.files import write_whole

    write_whole(store, f"{head}\n{whole}\n" if whole else f"{head}\n")


def _line(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _append(store: Path, line: Mapping[str, Any]) -> None:
    try:
        with store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise ConfigurationError(f"cannot write {store}: {error.strerror}", hint="name another file") from error


__all__ = ["DEFAULT_MEMORY", "Figures", "Point", "Pool", "Submit", "Sweep", "Value", "processes", "run_sweep"]
