"""`taokit metagraph`: its flags, as the arguments of one function."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taokit.cli.options import AnyNetuid, Network


def metagraph(
    network: Network = "finney",
    netuid: AnyNetuid = None,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Largest first by this column; without it, ascending by uid.")
    ] = None,
    ascending: Annotated[bool, typer.Option("--ascending", help="Smallest first instead.")] = False,
    top: Annotated[int | None, typer.Option(min=1, help="So many neurons at most.")] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="These columns, such as uid,hotkey,incentive; or `all`.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows to this file.")] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows to this file; needs lab.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep everything, weights and bonds too, for --offline.")
    ] = None,
    offline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file of --save, or of a follower, in place of a chain.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and show it again whenever it changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; with --watch one for each change.")] = False,
) -> None:
    """Show a subnet: who is registered, with what stake, incentive and place. Needs no wallet."""
    from taokit.cli.metagraph.showing import Source, Wanted, show, watch_it

    wanted = Wanted(sort, ascending, top, None if columns is None else tuple(columns.split(",")), as_json)
    source = Source(network, netuid, offline)
    if watch:
        watch_it(source, wanted, files=(csv, parquet, save))
    else:
        show(source, wanted, csv=csv, parquet=parquet, save=save)


__all__ = ["metagraph"]
