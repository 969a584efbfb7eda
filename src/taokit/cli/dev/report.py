"""The report of a `taokit dev` run: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from taokit.cli.dev.history import EpochRow, MinerRow, ValidatorRow
from taokit.cli.dev.table import per_stake
from taokit.errors import ConfigurationError
from taokit.lab.files import write_whole
from taokit.lab.page import Columns, lines, page, section, table
from taokit.lab.page import said as sentence
from taokit.units import RAO_PER_TAO

BONDS = "Each validator's share of a miner's bonds, which decide its dividends."


def write_report(path: Path, rows: Sequence[EpochRow], *, title: str, said: Iterable[str]) -> None:
    """Write the report of these epochs. Raises `ConfigurationError` when the file cannot be written."""
    if not rows:
        raise ConfigurationError("there is no epoch to report on", hint="let at least one epoch end: --epochs 1")
    write_whole(path, render_report(rows, title=title, said=said))


def render_report(rows: Sequence[EpochRow], *, title: str, said: Iterable[str]) -> str:
    """The page as text."""
    return page(
        title,
        f"{len(rows)} epochs, up to block {rows[-1].block}",
        [
            *map(sentence, said),
            section("Over the epochs", _charts(rows)),
            section("Bonds", _bonds(rows), what=BONDS),
            "<h2>The last epoch</h2>",
            table(_MINERS, rows[-1].miners),
            table(_validator_columns(rows[-1]), rows[-1].validators),
        ],
    )


def _charts(rows: Sequence[EpochRow]) -> list[str]:
    last = rows[-1]
    incentive = {m.name: [_of(row.miners, m.name, lambda r: r.incentive) for row in rows] for m in last.miners}
    weight = {m.name: [_of(row.miners, m.name, lambda r: r.weight) for row in rows] for m in last.miners}
    dividends = {v.name: [_of(row.validators, v.name, lambda r: r.dividends) for row in rows] for v in last.validators}
    relative = {
        v.name: [_of(row.validators, v.name, lambda r, row=row: per_stake(r, row.validators)) for row in rows]
        for v in last.validators
    }
    return [
        _figure(rows, incentive, "incentive", "What each miner is paid, as a share of all."),
        _figure(rows, weight, "weight on chain", "What the validators say of it, by stake."),
        _figure(rows, dividends, "dividends", "What each validator is paid, as a share of all."),
        _figure(rows, relative, "dividends per stake", "1 is the mean of all validators."),
    ]


def _bonds(rows: Sequence[EpochRow]) -> list[str]:
    return [
        _figure(
            rows,
            {v: [row.bonds.get(v, {}).get(m.name, 0.0) for row in rows] for v in rows[-1].bonds},
            "share of bonds",
            f"Bonds on {m.name}.",
        )
        for m in rows[-1].miners
    ]


def _figure(rows: Sequence[EpochRow], series: dict[str, list[float]], label: str, caption: str) -> str:
    return lines([row.epoch for row in rows], series, label, caption)


def _of(items: Sequence[MinerRow] | Sequence[ValidatorRow], name: str, value: Callable[..., float]) -> float:
    """One figure of the row of this name; 0 while the neuron had no uid."""
    return next((value(item) for item in items if item.name == name), 0.0)


_MINERS: Columns = (
    ("uid", lambda r: str(r.uid)),
    ("name", lambda r: r.name),
    ("score", lambda r: "–" if r.score is None else f"{r.score:.3f}"),
    ("weight", lambda r: f"{r.weight:.3f}"),
    ("incentive", lambda r: f"{r.incentive:.3f}"),
    ("emission, α", lambda r: f"{r.emission / RAO_PER_TAO:,.3f}"),
)


def _validator_columns(last: EpochRow) -> Columns:
    return (
        ("uid", lambda r: str(r.uid)),
        ("name", lambda r: r.name),
        ("stake, α", lambda r: f"{r.stake / RAO_PER_TAO:,.0f}"),
        ("trust", lambda r: f"{r.validator_trust:.3f}"),
        ("dividends", lambda r: f"{r.dividends:.3f}"),
        ("per stake", lambda r: f"{per_stake(r, last.validators):.3f}"),
        ("weights since block", lambda r: "–" if r.weights_block is None else str(r.weights_block)),
    )


__all__ = ["render_report", "write_report"]
