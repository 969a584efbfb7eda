"""`taokit yuma`: vector files through consensus, and how fast it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from taokit.lab.bench import Timing
    from taokit.lab.vectors import Checked

app = typer.Typer(name="yuma", help="Consensus: check it against vector files, and time it.", no_args_is_help=True)


class EngineOption(StrEnum):
    """Which arrays an epoch runs on."""

    NUMPY = "numpy"
    TORCH = "torch"


Engine = Annotated[EngineOption, typer.Option("--engine", help="Which arrays the epochs run on.")]
Device = Annotated[str, typer.Option("--device", help="cpu, or cuda with torch.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("run", epilog="Example:  taokit yuma run tests/vectors/yuma/*.json --engine torch")
def run_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of vectors, plain or .gz.")],
    engine: Engine = EngineOption.NUMPY,
    device: Device = "cpu",
    outputs: Annotated[bool, typer.Option("--outputs", help="Tell what was computed, too.")] = False,
    as_json: Json = False,
) -> None:
    """Run files of test vectors and compare every value; the last line is `passed P of N`, and exits 1 unless all."""
    from taokit.lab.engines import engine as engine_of
    from taokit.lab.vectors import check, read

    on = engine_of(engine.value, device=device)
    passed = 0
    for file in [read(path) for path in files]:  # all of them first: a bad file is told before anything is printed
        checked = check(file, on)
        passed += checked.passed
        typer.echo(json.dumps(checked.to_json(outputs=outputs)) if as_json else _line(checked, outputs=outputs))
    typer.echo(f"passed {passed} of {len(files)}")
    raise typer.Exit(0 if passed == len(files) else 1)


def _line(checked: Checked, *, outputs: bool) -> str:
    verdict = "ok  " if checked.passed else "FAIL"
    epochs = f"{checked.epochs} epochs, " if checked.epochs else ""
    told = f"{verdict} {checked.kind:10} {checked.name}: {epochs}{checked.compared} values"
    if checked.mismatches:
        first = checked.mismatches[0]
        place = first.output if first.index is None else f"{first.output}[{first.index}]"
        told += f", {len(checked.mismatches)} differ; first in step {first.step}: "
        told += f"{place} is {first.got}, expected {first.expected}"
    return told + (f"\n{json.dumps(checked.outputs)}" if outputs else "")


@app.command(epilog="Example:  taokit yuma bench --engine torch --batch 64 --compile")
def bench(
    engine: Engine = EngineOption.NUMPY,
    device: Device = "cpu",
    batch: Annotated[int, typer.Option(min=1, max=4096, help="Subnets run together.")] = 1,
    compiled: Annotated[bool, typer.Option("--compile", help="Compile with torch.compile.")] = False,
    as_json: Json = False,
) -> None:
    """Milliseconds for an epoch of 256 uids and 64 validators, from arrays to arrays."""
    from taokit.lab.bench import ENTRIES, KINDS, UIDS, VALIDATORS, measure
    from taokit.lab.engines import engine as engine_of

    on = engine_of(engine.value, device=device, compiled=compiled)
    if not as_json:
        typer.echo(f"{UIDS} uids, {VALIDATORS} validators, {ENTRIES} weights each; {batch} at once on {engine.value}")
    tell: Callable[[Timing], str] = (lambda one: json.dumps(asdict(one))) if as_json else _timed
    for kind in KINDS:
        typer.echo(tell(measure(on, kind, batch=batch)))


def _timed(timing: Timing) -> str:
    return f"{timing.kind:14}{timing.epoch_ms:8.2f} ms per epoch   (first batch {timing.first_s:.2f} s)"


__all__ = ["app"]
