"""`taokit dev`: sets the stage, plays block by block, shows what happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.live import Live

from taokit.cli.dev.cast import Part, cast_of, demo_cast
from taokit.cli.dev.discover import Found, discover
from taokit.cli.dev.history import EpochRow
from taokit.cli.dev.reload import reimport, stamp
from taokit.cli.dev.report import write_report
from taokit.cli.dev.stage import Stage
from taokit.cli.dev.table import Scene, live
from taokit.cli.dev.verdict import verdict
from taokit.errors import ConfigurationError
from taokit.run import pairs

POLL_S = 0.5
"""Seconds between looks at the user's files."""
LOOK_S = 0.25
"""Seconds between looks at the figures for the live table."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    path: Path | None
    epochs: int | None
    seed: int | None
    interval: float  # seconds that an epoch takes at least
    report: Path | None
    miners: int
    validators: int
    settings: tuple[str, ...]
    as_json: bool


@dataclass(slots=True)
class Play:
    """A play under way."""

    options: Options
    title: str
    scene: Scene
    rows: list[EpochRow]
    stamped: object = None  # the user's files when they were last imported
    polled: float = 0.0
    looked: float = 0.0


def play(options: Options) -> None:
    """Run `taokit dev` until its last epoch or until it is interrupted."""
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    found = None if options.path is None else discover(options.path)
    cast = _cast(options, found, seed)
    if options.report is not None:
        _charts_work()
    title = f"taokit dev · {options.path or 'lossless compression'} · seed {seed}"
    console = Console()
    scene = Scene(title)
    it = Play(options, title, scene, [])
    if options.path is not None:
        it.stamped = stamp(options.path)
    display: contextlib.AbstractContextManager[Live | None] = (
        contextlib.nullcontext() if options.as_json else live(scene, console)
    )
    _logs_into(scene, quiet=options.as_json)
    with display, contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_play(it, cast, seed))
    _close(it, console)


async def _play(it: Play, cast: tuple[Part, ...], seed: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(prefix="taokit-dev-") as folder:
        stage = await Stage.open(cast, seed=seed, folder=Path(folder))
        try:
            await _show(it, stage, None)
            while it.options.epochs is None or len(it.rows) < it.options.epochs:
                await _epoch(it, stage)
        finally:
            await stage.close()


async def _epoch(it: Play, stage: Stage) -> None:
    """Block by block to the end of an epoch, no faster than the interval asks."""
    began, first = time.monotonic(), stage.done
    while True:
        row = await stage.advance()
        await _show(it, stage, row)
        if row is not None:
            it.rows.append(row)
            return
        share = (stage.done - first) / max(1, stage.tempo - first)
        await asyncio.sleep(max(0.0, began + it.options.interval * share - time.monotonic()))
        await _watch(it, stage)


async def _show(it: Play, stage: Stage, ended: EpochRow | None) -> None:
    """Bring the scene up to date; for programs, print the epoch that ended."""
    for trouble in stage.trouble:
        it.scene.note(trouble)
    stage.trouble.clear()
    if it.options.as_json:
        if ended is not None:
            sys.stdout.write(json.dumps(ended.to_json()) + "\n")
            sys.stdout.flush()
        return
    it.scene.block, it.scene.done, it.scene.tempo = stage.block, stage.done, stage.tempo
    if ended is not None or time.monotonic() > it.looked + LOOK_S:
        it.looked = time.monotonic()
        it.scene.row = ended or await stage.row()


async def _watch(it: Play, stage: Stage) -> None:
    """Take over what the user saved: on success each neuron restarts, on failure the old ones keep running."""
    path, now = it.options.path, time.monotonic()
    if path is None or now < it.polled + POLL_S:
        return
    it.polled = now
    stamped = stamp(path)
    if stamped == it.stamped:
        return
    it.stamped = stamped
    found = reimport(path)
    if isinstance(found, str):
        it.scene.note(f"not reloaded, what ran before keeps running:\n{found}")
        return
    changed = {part.name: replace(part, role=found.miner if part.is_miner else found.validator) for part in stage.cast}
    await stage.replace(changed)
    it.scene.note(f"reloaded at block {stage.block}")


def _cast(options: Options, found: Found | None, seed: int) -> tuple[Part, ...]:
    if found is None:
        if options.settings:
            raise ConfigurationError("--set is for your own classes", hint="name their folder: taokit dev .")
        return demo_cast(seed)
    settings = pairs(options.settings)
    unknown = [
        k for k in settings if k not in found.miner.Settings.model_fields | found.validator.Settings.model_fields
    ]
    if unknown:
        raise ConfigurationError(f"neither your miner nor your validator has a setting {unknown[0]!r}")
    return cast_of(
        found.miner, found.validator, miners=options.miners, validators=options.validators, settings=settings
    )


def _charts_work() -> None:
    """Raise now rather than after the last epoch when there are no charts to be had."""
    from taokit.lab import line_chart

    line_chart({"a": [0.0]}, x=[0.0], x_label="", y_label="", size=(1, 1))


def _close(it: Play, console: Console) -> None:
    """The last words, and the report."""
    said = verdict(it.rows) if it.options.path is None else []
    if not it.options.as_json:
        console.print("" if console.is_terminal else "\n")
        for sentence in said:
            console.print(sentence)
    if it.options.report is not None and it.rows:
        write_report(it.options.report, it.rows, title=it.title, said=said)
        if not it.options.as_json:
            console.print(f"The report is in {it.options.report}.")


class _Notes(logging.Handler):
    """Shows warnings below the table."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(logging.WARNING)
        self._scene = scene

    def emit(self, record: logging.LogRecord) -> None:
        self._scene.note(self.format(record))


def _logs_into(scene: Scene, *, quiet: bool) -> None:
    """Warnings go below the table, or to standard error where the output is for programs."""
    handler = logging.StreamHandler(sys.stderr) if quiet else _Notes(scene)
    handler.setLevel(logging.WARNING)
    logging.getLogger("taokit").addHandler(handler)


__all__ = ["Options", "play"]
