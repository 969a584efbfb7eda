"""`taokit dev`: sets the stage, plays block by block, shows what happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from rich.console import Console

from taokit.cli.dev.cast import Part, cast_of, demo_cast
from taokit.cli.dev.discover import Found, discover
from taokit.cli.dev.history import EpochRow
from taokit.cli.dev.once import Once
from taokit.cli.dev.reload import reimport, stamp
from taokit.cli.dev.report import write_report
from taokit.cli.dev.stage import Stage
from taokit.cli.dev.stopping import Stopper
from taokit.cli.dev.table import Scene, line, live, render
from taokit.cli.dev.verdict import verdict
from taokit.errors import ConfigurationError
from taokit.neuron import Miner, Validator
from taokit.run import from_variables, pairs, unknown_variables
from taokit.run.holding import LoopWatch, watching

log = logging.getLogger("taokit.dev")

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
    miners: int | None
    validators: int | None
    settings: tuple[str, ...]
    as_json: bool
    processes: bool = False  # each neuron in one of its own


@dataclass(slots=True)
class Play:
    """A play under way."""

    options: Options
    scene: Scene
    table: bool  # whether somebody looks at the live table; else a line for each epoch is printed
    rows: list[EpochRow] = field(default_factory=list)
    stamped: object = None  # the user's files when they were last imported
    once: Once = field(default_factory=Once)  # what failed since they were
    polled: float = 0.0
    looked: float = 0.0
    held: LoopWatch | None = None  # notices what holds the event loop


def play(options: Options) -> None:
    """Run `taokit dev` until its last epoch or until it is interrupted."""
    seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    how = " · a process each" if options.processes else ""
    console = Console()
    scene = Scene(f"taokit dev · {options.path or 'lossless compression'} · seed {seed}{how}")
    it = Play(options, scene, table=not options.as_json and console.is_interactive and sys.stdout.isatty())
    cast = _cast(it, seed)
    if options.report is not None:
        _report_works(options.report)
    _logs_into(it)

    def last_words() -> None:
        console.show_cursor(not options.as_json)

    stopper = Stopper(last_words)
    try:
        with _display(it, console), stopper.listening(), contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
            if not (it.table or options.as_json):
                _print(scene.title)
            asyncio.run(_play(it, cast, seed, stopper))
        _close(it, console)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _display(it: Play, console: Console) -> contextlib.AbstractContextManager[object]:
    return live(it.scene, console) if it.table else contextlib.nullcontext()


async def _play(it: Play, cast: tuple[Part, ...], seed: int, stopper: Stopper) -> None:
    task = asyncio.current_task()
    assert task is not None
    stopper.ends(task)
    with tempfile.TemporaryDirectory(prefix="taokit-dev-") as folder:
        async with watching(log.warning) as it.held:
            stage = await Stage.open(cast, seed=seed, folder=Path(folder), apart=it.options.processes)
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
    """Bring the scene up to date; where nobody looks at it, print the epoch that ended."""
    for trouble in stage.trouble:
        _note(it, trouble)
    stage.trouble.clear()
    if ended is not None and not it.table:
        _print(json.dumps(ended.to_json()) if it.options.as_json else line(ended))
    if it.options.as_json:
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
    found = reimport(path)
    it.stamped = {**stamp(path), **stamped}  # another import may have brought other files
    it.scene.notes.clear()
    it.once.forget()
    if it.held is not None:
        it.held.forget()
    if isinstance(found, str):
        _note(it, f"not reloaded, what ran before keeps running:\n{found}")
        return
    await stage.replace({part.name: replace(part, role=_role(found, part)) for part in stage.cast})
    _note(it, f"reloaded at block {stage.block}")


def _role(found: Found, part: Part) -> type[Miner | Validator]:
    """The class as it is now; of a miner's that is gone, the first."""
    if not part.is_miner:
        return found.validator
    return next((kind for kind in found.miners if kind.__name__ == part.role.__name__), found.miners[0])


def _note(it: Play, text: str) -> None:
    """Tell the user: below the table, between the lines, or on standard error where the output is for programs."""
    if it.table:
        it.scene.note(text)
    else:
        _print(text.rstrip("\n"), sys.stderr if it.options.as_json else sys.stdout)


def _print(text: str, out: TextIO | None = None) -> None:
    """A line that is seen at once, through a pipe too."""
    out = sys.stdout if out is None else out
    out.write(text + "\n")
    out.flush()


def _cast(it: Play, seed: int) -> tuple[Part, ...]:
    """Who plays: the built-in cast, or the user's classes as the folder, the flags and the variables say."""
    options = it.options
    if options.path is None:
        given = {"--set": options.settings, "--miners": options.miners, "--validators": options.validators}
        if strange := [flag for flag, value in given.items() if value]:
            raise ConfigurationError(f"{strange[0]} is for your own classes", hint="name their folder: taokit dev .")
        return demo_cast(seed)
    sys.dont_write_bytecode = True  # compiled files go by whole seconds, and would hide a quick second save
    stamped = stamp(options.path)
    found = discover(options.path)
    it.stamped = {**stamp(options.path), **stamped}
    for role in (*found.miners, found.validator):
        role.check()
    for sentence in unknown_variables([*found.miners, found.validator], os.environ):
        _note(it, sentence)
    return cast_of(
        found.miners,
        found.validator,
        miners=options.miners or (4 if len(found.miners) == 1 else len(found.miners)),
        validators=options.validators or 3,
        settings=_settings(options, found),
    )


def _settings(options: Options, found: Found) -> dict[str, str]:
    settings = pairs(options.settings)
    roles = (*found.miners, found.validator)
    known = {name: field for role in roles for name, field in role.Settings.model_fields.items()}
    if unknown := [name for name in settings if name not in known]:
        raise ConfigurationError(
            f"neither your miner nor your validator has a setting {unknown[0]!r}",
            hint=f"their settings are: {', '.join(known) or 'none'}",
        )
    return {name: value for role in roles for name, value in from_variables(role, os.environ).items()} | settings


def _report_works(path: Path) -> None:
    """Raise now rather than after the last epoch when there are no charts to be had, or no file to put them in."""
    from taokit.lab import line_chart

    line_chart({"a": [0.0]}, x=[0.0], x_label="", y_label="", size=(1, 1))
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ConfigurationError(f"cannot write the report to {path}", hint="name another file with --report")


def _close(it: Play, console: Console) -> None:
    """The last words, and the report."""
    said = verdict(it.rows) if it.options.path is None else []
    if not it.options.as_json:
        console.print("" if it.table else render(replace(it.scene, notes=[])))
        for sentence in said:
            console.print(sentence)
    if it.options.report is not None and it.rows:
        write_report(it.options.report, it.rows, title=it.scene.title, said=said)
        if not it.options.as_json:
            console.print(f"The report is in {it.options.report}.")


class _Notes(logging.Handler):
    """Tells the user of warnings."""

    def __init__(self, it: Play) -> None:
        super().__init__(logging.WARNING)
        self.addFilter(it.once)
        self._play = it

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(BrokenPipeError):  # whoever prints next will see to it
            _note(self._play, self.format(record))


def _logs_into(it: Play) -> None:
    """Warnings go where notes go."""
    logging.getLogger("taokit").addHandler(_Notes(it))


__all__ = ["Options", "play"]
