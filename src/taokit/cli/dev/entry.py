"""`taokit dev`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def dev(
    path: Annotated[Path | None, typer.Argument(help="Folder or file of your subnet; none: the built-in one.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Stop after so many epochs.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes keys, time, tasks and salts.")] = None,
    interval: Annotated[float, typer.Option(min=0.0, help="Seconds that an epoch takes at least.")] = 5.0,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report to this file at the end.")] = None,
    miners: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many miners (4; of a file, each class once).")
    ] = None,
    validators: Annotated[int | None, typer.Option(min=1, max=16, help="How many of your validators (3).")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of your classes.")
    ] = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Each neuron in a process of its own, on a chain over a socket.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each epoch, nothing else.")] = False,
) -> None:
    """Run a whole subnet on this machine: an embedded chain, miners and validators, and a live table.

    Where the output is no terminal, each epoch is one line, printed when it ends, and failures come between the lines.
    Code that holds the event loop, so that nothing else runs, is named by file and line.
    """
    from taokit.cli.dev.command import Options, play

    play(
        Options(
            path=path,
            epochs=epochs,
            seed=seed,
            interval=interval,
            report=report,
            miners=miners,
            validators=validators,
            settings=tuple(settings or ()),
            as_json=as_json,
            processes=processes,
        )
    )


__all__ = ["dev"]
