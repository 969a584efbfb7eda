"""`taokit sim`: who earns what in a story, under which Yuma, and maps of many stories."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.lab.report import Run
    from taokit.lab.scenarios import Scenario
    from taokit.lab.sweep import Progress, Sweep


class StoryFirst(TyperGroup):
    """Subcommands by name; anything else is a story to play."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["play", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(name="sim", help="Simulate incentive: who earns what, and why it pays.", cls=StoryFirst)

Json = Annotated[bool, typer.Option("--json", help="JSON, nothing else.")]


class YumaOption(StrEnum):
    """Which consensus runs."""

    TWO = "2"
    THREE = "3"
    LIQUID = "liquid"


@app.command(epilog="Examples:  taokit sim   ·   taokit sim kappa-first   ·   taokit sim --copiers 1 --burn 0.2")
def play(
    story: Annotated[
        str, typer.Argument(metavar="[SCENARIO|FILE]", help="A name of `sim list`, or a file.")
    ] = "copier",
    copiers: Annotated[int, typer.Option(min=0, max=64, help="More validators that copy all the others.")] = 0,
    burn: Annotated[float | None, typer.Option(help="Part of all weight on the owner's hotkey, 0 to 1.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, max=100_000, help="How many epochs.")] = None,
    yuma: Annotated[YumaOption | None, typer.Option(help="Only this one.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every epoch to this file, .csv or .parquet.")] = None,
    as_json: Json = False,
) -> None:
    """Play a story under each Yuma: what validators earn for their stake, and miners of the incentive."""
    from taokit.lab.files import write_whole
    from taokit.lab.report import scenario_page
    from taokit.lab.tables import epoch_rows, write_table

    runs = _runs(_told(story, copiers=copiers, burn=burn), [yuma.value] if yuma else list(YumaOption), epochs)
    if report is not None:
        write_whole(report, scenario_page(runs))
    if csv is not None:
        write_table(csv, [row for run in runs for row in epoch_rows(run.scenario, run.steps, run.variant)])
    if as_json:
        typer.echo(json.dumps(_figures(runs)))
    else:
        _show(runs)


def _told(story: str, *, copiers: int, burn: float | None) -> Scenario:
    from taokit.lab.catalogue import scenario
    from taokit.lab.replay import replay_file
    from taokit.lab.scenarios import with_burn, with_copiers

    told = replay_file(Path(story)) if _is_file(story) else scenario(story)
    if copiers:
        told = with_copiers(told, copiers)
    return told if burn is None else with_burn(told, burn)


def _is_file(story: str) -> bool:
    """Whether a file is meant: one that is there, or what no scenario's name looks like."""
    return Path(story).is_file() or "/" in story or story.endswith((".json", ".gz"))


def _runs(told: Scenario, variants: list[Any], epochs: int | None) -> list[Run]:
    from taokit.lab.report import Run
    from taokit.lab.scenarios import play, under

    made = [(str(variant), under(told, variant)) for variant in variants]
    return [Run(scenario, variant, play(scenario, epochs=epochs)) for variant, scenario in made]


def _figures(runs: list[Run]) -> dict[str, Any]:
    """What the table shows, for programs."""
    told = runs[0].scenario
    return {
        "scenario": told.name,
        "story": told.story,
        "epochs": len(runs[0].steps),
        "runs": [
            {
                "yuma": run.variant,
                "returns": run.returns(),
                "incentive": run.incentives(),
                "refused": sum(len(step.refused) for step in run.steps),
            }
            for run in runs
        ],
    }


def _show(runs: list[Run]) -> None:
    from taokit.lab.report import NAMED

    told = runs[0].scenario
    console = Console()
    console.print(f"[bold]{told.name}[/bold]: {told.story}; {len(runs[0].steps)} epochs")
    for heading, figures in (
        ("return on stake", [run.returns() for run in runs]),
        ("share of incentive", [run.incentives() for run in runs]),
    ):
        shown = Table(heading, *(NAMED[run.variant] for run in runs), box=None)
        for name in dict.fromkeys(name for by_name in figures for name in by_name):
            shown.add_row(name, *(f"{by_name[name]:.4f}" if name in by_name else "–" for by_name in figures))
        console.print(shown)


@app.command("list", epilog="Example:  taokit sim list")
def list_scenarios(as_json: Json = False) -> None:
    """The stories and maps there are."""
    from taokit.lab.catalogue import scenarios
    from taokit.lab.sweeps import SWEEPS

    known = {"scenarios": {name: told.story for name, told in scenarios().items()}}
    known["sweeps"] = {name: str(maker.__doc__).partition("\n")[0] for name, maker in SWEEPS.items()}
    if as_json:
        typer.echo(json.dumps(known))
        return
    for kind, stories in known.items():
        shown = Table(kind, "", box=None)
        for name, story in stories.items():
            shown.add_row(name, story)
        Console().print(shown)


class SweepEngine(StrEnum):
    """Where a sweep is measured."""

    LOCAL = "local"
    RAY = "ray"


@app.command(
    epilog="Examples:  taokit sim sweep retention --scale 0.25   ·   taokit sim sweep burn --set kappa=0,32767"
)
def sweep(
    name: Annotated[str, typer.Argument(help="A sweep of `sim list`, or a scenario.")],
    scale: Annotated[float | None, typer.Option(help="Part of the full size, above 0 to 1; all of it.")] = None,
    axes: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=V,V…", help="Values of an axis.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes, or tasks on the cluster.")] = 1,
    engine: Annotated[
        SweepEngine, typer.Option(help="Processes of this machine, or a Ray cluster.")
    ] = SweepEngine.LOCAL,
    memory: Annotated[int, typer.Option(min=1, help="Mebibytes that the points may take.")] = 1024,
    store: Annotated[Path | None, typer.Option(help="Keep what is done here, and go on from it.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report of the retention map.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every point to this file, .csv or .parquet.")] = None,
    as_json: Json = False,
) -> None:
    """Measure a story at every point of a grid."""
    from taokit.lab.cluster import ray_cluster
    from taokit.lab.sweep import processes, run_sweep
    from taokit.lab.sweeps import axis_values, sweep_of
    from taokit.lab.tables import write_table

    chosen = sweep_of(name, scale=scale, axes=axis_values(axes or []))
    if report is not None and chosen.name != "retention":
        raise ConfigurationError(f"there is no report of the sweep {chosen.name}", hint="use --csv")
    with _progress(chosen.name, quiet=as_json) as progress:
        pool = ray_cluster if engine is SweepEngine.RAY else processes
        results = run_sweep(chosen, workers=workers, memory=memory << 20, store=store, progress=progress, pool=pool)
    if report is not None:
        _write_map(report, chosen, results)
    if csv is not None:
        write_table(csv, results)
    _show_points(chosen, results, as_json=as_json)


def _write_map(path: Path, chosen: Sweep, results: list[dict[str, Any]]) -> None:
    from taokit.lab.files import write_whole
    from taokit.lab.report import retention_page

    sizes = ", ".join(f"{value} {key}" for key, value in chosen.settings.items() if key != "yuma3")
    write_whole(path, retention_page(results, what=f"{len(results):,} networks of {sizes}"))


class _Silent:
    """No progress at all."""

    def __enter__(self) -> Progress:
        return lambda done, of: None

    def __exit__(self, *_: object) -> None:
        pass


class _Bar:
    """A bar on standard error."""

    def __init__(self, name: str) -> None:
        from rich.progress import Progress as Bar

        self.bar = Bar(console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(name, total=None)

    def __enter__(self) -> Progress:
        self.bar.start()
        return lambda done, of: self.bar.update(self.task, completed=done, total=of)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()


def _progress(name: str, *, quiet: bool) -> _Silent | _Bar:
    return _Silent() if quiet else _Bar(name)


def _show_points(chosen: Sweep, results: list[dict[str, Any]], *, as_json: bool) -> None:
    from taokit.lab.retention import required_utility

    rows = results
    if chosen.name == "retention":
        names = ("sigma", "beta", "seed", "share", "required_utility")
        rows = [dict(zip(names, (*key, least), strict=True)) for key, least in required_utility(results).items()]
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row))
        return
    shown = Table(*(rows[0] if rows else ("nothing",)), box=None)
    for row in rows:
        shown.add_row(*(f"{value:g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(shown)


__all__ = ["app"]
