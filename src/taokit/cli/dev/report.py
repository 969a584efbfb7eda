"""The report of a `taokit dev` run: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

from taokit.cli.dev.history import EpochRow, MinerRow, ValidatorRow
from taokit.cli.dev.table import per_stake
from taokit.errors import ConfigurationError
from taokit.lab import line_chart
from taokit.units import RAO_PER_TAO

STYLE = """
:root { color-scheme: light dark; --ink: #1d2127; --soft: #5b626c; --paper: #fff; --line: #d8dce1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa2ad; --paper: #15181c; --line: #333a43; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 62rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p.what { color: var(--soft); margin: 0 0 1rem; } p.said { font-size: 1.05rem; margin: .5rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; margin-bottom: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:nth-child(2), td:nth-child(2) { text-align: left; }
th { color: var(--soft); font-weight: 600; }
"""


def write_report(path: Path, rows: Sequence[EpochRow], *, title: str, said: Iterable[str]) -> None:
    """Write the report of these epochs. Raises `ConfigurationError` when the file cannot be written."""
    if not rows:
        raise ConfigurationError("there is no epoch to report on", hint="let at least one epoch end: --epochs 1")
    page = render_report(rows, title=title, said=said)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the report to {path}: {error.strerror}", hint="name another file with --report"
        ) from error


def render_report(rows: Sequence[EpochRow], *, title: str, said: Iterable[str]) -> str:
    """The page as text."""
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="what">{len(rows)} epochs, up to block {rows[-1].block}</p>',
        *(f'<p class="said">{escape(sentence)}</p>' for sentence in said),
        "<h2>Over the epochs</h2>",
        f'<div class="charts">{"".join(_charts(rows))}</div>',
        "<h2>Bonds</h2>",
        "<p class=\"what\">Each validator's share of a miner's bonds, which decide its dividends.</p>",
        f'<div class="charts">{"".join(_bonds(rows))}</div>',
        "<h2>The last epoch</h2>",
        _table(_MINERS, rows[-1].miners),
        _table(_validator_columns(rows[-1]), rows[-1].validators),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
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
    svg = line_chart(series, x=[row.epoch for row in rows], x_label="epoch", y_label=label, size=(5.2, 3.2))
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _of(items: Sequence[MinerRow] | Sequence[ValidatorRow], name: str, value: Callable[..., float]) -> float:
    """One figure of the row of this name; 0 while the neuron had no uid."""
    return next((value(item) for item in items if item.name == name), 0.0)


Columns = Sequence[tuple[str, Callable[..., str]]]

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


def _table(columns: Columns, rows: Sequence[MinerRow] | Sequence[ValidatorRow]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name, _ in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell(row))}</td>" for _, cell in columns) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


__all__ = ["render_report", "write_report"]
