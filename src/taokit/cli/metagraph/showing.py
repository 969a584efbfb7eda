"""A metagraph from wherever it comes, the rows of it that are wanted, and what is made of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from taokit.errors import ConfigurationError
from taokit.units import RAO_PER_TAO

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from taokit.follow import Update
    from taokit.metagraph import Metagraph

COLUMNS: Final = (
    *("uid", "hotkey", "stake", "validator_permit", "incentive", "dividends", "validator_trust", "emission"),
    *("last_update", "ip", "port"),
)
"""What the table shows unless told otherwise."""

SHARES: Final = frozenset({"incentive", "consensus", "dividends", "validator_trust"})
AMOUNTS: Final = frozenset({"stake", "alpha_stake", "tao_stake", "emission"})
KEYS: Final = frozenset({"hotkey", "coldkey"})
SHOWN: Final = 10
"""Characters of a key in a table; everything else has all of it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the metagraph comes from."""

    network: str
    netuid: int | None
    file: Path | None

    def subnet(self) -> int:
        """The netuid. Raises `ConfigurationError` where none was given."""
        if self.netuid is None:
            raise ConfigurationError("--netuid is missing", hint="pass --netuid NUMBER, or --offline FILE")
        return self.netuid


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of it, and in which form."""

    sort: str | None
    ascending: bool
    top: int | None
    columns: tuple[str, ...] | None  # None: the usual ones in a table, all of them elsewhere
    as_json: bool

    def uids(self, graph: Metagraph) -> np.ndarray[Any, Any]:
        """The rows, in order. Raises `ConfigurationError` for an unknown column."""
        return graph.sort(self.sort or "uid", ascending=self.ascending or self.sort is None)[: self.top]

    def names(self, graph: Metagraph, *, few: bool) -> list[str]:
        """The columns; without any that were asked for, a few or all of them."""
        if self.columns not in (None, ("all",)):
            assert self.columns is not None
            return list(self.columns)
        return [name for name in COLUMNS if name in graph.columns] if few and self.columns is None else [*graph.columns]


def show(source: Source, wanted: Wanted, *, csv: Path | None, parquet: Path | None, save: Path | None) -> None:
    """Print it, or write it to the files that are named."""
    graph = _read(source, rows=save is not None)
    files = ((csv, _csv), (parquet, _parquet), (save, _whole))
    written = [_written(file, make(graph, wanted, file)) for file, make in files if file is not None]
    if wanted.as_json:
        typer.echo(json.dumps(plain(graph, wanted)))
    elif not written:
        _console().print(table(graph, wanted))
    for file in written:
        typer.echo(f"{graph.n} uids at block {graph.block}: {file}", err=True)


def _read(source: Source, *, rows: bool) -> Metagraph:
    from taokit.chain import reads
    from taokit.connect import connect
    from taokit.follow import load

    if source.file is None:
        with connect(source.network) as chain:
            return chain.read(reads.metagraph(source.subnet(), weights=rows, bonds=rows))
    graph = load(source.file)
    if source.netuid not in (None, graph.netuid):
        raise ConfigurationError(f"{source.file} holds subnet {graph.netuid}", hint="leave --netuid out")
    return graph


def plain(graph: Metagraph, wanted: Wanted) -> dict[str, Any]:
    """What JSON carries: whole numbers in the chain's own units, one object for each neuron."""
    names, uids = wanted.names(graph, few=False), wanted.uids(graph)
    cells = [graph.column(name)[uids].tolist() for name in names]
    neurons = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    own = {
        "netuid": graph.netuid,
        "name": graph.name,
        "block": graph.block,
        "block_hash": "0x" + graph.block_hash.hex(),
    }
    return {**own, "uids": graph.n, "neurons": neurons}


def table(graph: Metagraph, wanted: Wanted) -> Table:
    """The rows for people: stakes and emission in TAO and alpha, shares of one, keys cut short."""
    from rich import box
    from rich.table import Table

    names, uids = wanted.names(graph, few=True), wanted.uids(graph)
    told = f"subnet {graph.netuid} {graph.name} · block {graph.block:,} · {graph.n} uids".replace("  ", " ")
    made = Table(title=told, box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        numbers = graph.column(name).dtype.kind in "uif"
        made.add_column(name.replace("_", "\n"), justify="right" if numbers else "left", no_wrap=True)
    cells = [[_cell(name, value) for value in graph.column(name)[uids].tolist()] for name in names]
    for row in zip(*cells, strict=True):
        made.add_row(*row)
    return made


def _cell(name: str, value: Any) -> str:
    if name in SHARES:
        return f"{value / 65535:.5f}" if value else "0"
    if name in AMOUNTS:
        return f"{value / RAO_PER_TAO:,.2f}"
    if isinstance(value, bool):
        return "yes" if value else ""
    return value[:SHOWN] + "…" if name in KEYS and len(value) > SHOWN + 1 else str(value)


def _console() -> Any:
    """Wide enough for the whole table where nobody looks at it."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


def _csv(graph: Metagraph, wanted: Wanted, _: Path) -> bytes:
    import csv
    from io import StringIO

    text = StringIO(newline="")
    names, uids = wanted.names(graph, few=False), wanted.uids(graph)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(names)
    rows.writerows(zip(*(graph.column(name)[uids].tolist() for name in names), strict=True))
    return text.getvalue().encode()


def _parquet(graph: Metagraph, wanted: Wanted, _: Path) -> bytes:
    from io import BytesIO

    found = graph.to_arrow(wanted.names(graph, few=False), uids=wanted.uids(graph))
    from pyarrow import parquet  # there, as the table could be made

    content = BytesIO()
    parquet.write_table(found, content)
    return content.getvalue()


def _whole(graph: Metagraph, _: Wanted, file: Path) -> bytes:
    from taokit.metagraph import to_bytes

    return to_bytes(graph, packed=file.suffix == ".gz")


def _written(file: Path, content: bytes) -> Path:
    from taokit.lab.files import write_whole

    write_whole(file, content)
    return file


def watch_it(source: Source, wanted: Wanted, *, files: Sequence[Path | None] = ()) -> None:
    """Show it at once and after every change, until it is interrupted."""
    if source.file is not None or any(files):
        raise ConfigurationError("--watch shows a chain and writes no file", hint="leave --watch or the file out")
    asyncio.run(_watching(source, wanted))


async def _watching(source: Source, wanted: Wanted) -> None:
    from taokit.connect import connection
    from taokit.follow import follow

    console = _console()
    async with connection(source.network) as chain, aclosing(follow(chain, source.subnet(), every="change")) as told:
        async for update in told:
            if wanted.as_json:
                happened = [happening(event) for event in update.events]
                typer.echo(json.dumps({**plain(update.metagraph, wanted), "events": happened}))
                continue
            if console.is_terminal:
                console.clear()
            console.print(table(update.metagraph, wanted))
            for line in _lines(update):
                console.print(line)


def happening(event: Any) -> dict[str, Any]:
    """An event as JSON carries it: its name, and its fields."""
    return {"event": type(event).__name__, **json.loads(json.dumps(asdict(event), default=_hexed))}


def _hexed(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _lines(update: Update) -> list[str]:
    """What happened, one line each."""
    told = [happening(event) for event in update.events]
    return [" ".join([one.pop("event"), *(f"{name}={value}" for name, value in one.items())]) for one in told]


__all__ = ["COLUMNS", "Source", "Wanted", "happening", "plain", "show", "table", "watch_it"]
