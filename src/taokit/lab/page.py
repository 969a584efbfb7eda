"""The skeleton of an HTML report: one file that needs nothing else, on paper white or on dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from taokit.lab.plots import line_chart

STYLE = """
:root { color-scheme: light dark; --ink: #1d2127; --soft: #5b626c; --paper: #fff; --line: #d8dce1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa2ad; --paper: #15181c; --line: #333a43; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 62rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p.what { color: var(--soft); margin: 0 0 1rem; } p.said { font-size: 1.05rem; margin: .5rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; margin-bottom: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:nth-child(2), td:nth-child(2) { text-align: left; }
th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; }
@media (max-width: 34rem) { th, td { padding: .3rem .25rem; font-size: .85rem; white-space: normal; } }
"""

Columns: TypeAlias = Sequence[tuple[str, Callable[..., str]]]
"""Heading and cell text of each column; the second column holds words, the others numbers."""


def page(title: str, what: str, body: Iterable[str]) -> str:
    """A whole page of HTML: its title, one line on what it is about, and what follows."""
    head = f'<h1>{escape(title)}</h1><p class="what">{escape(what)}</p>'
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{head}{''.join(body)}</body></html>\n"
    )


def said(sentence: str) -> str:
    """A sentence of its own."""
    return f'<p class="said">{escape(sentence)}</p>'


def section(heading: str, figures: Iterable[str], *, what: str = "") -> str:
    """A heading with its charts, beside one another where there is room."""
    note = f'<p class="what">{escape(what)}</p>' if what else ""
    return f'<h2>{escape(heading)}</h2>{note}<div class="charts">{"".join(figures)}</div>'


def lines(
    x: Sequence[float], series: Mapping[str, Sequence[float]], label: str, caption: str, *, along: str = "epoch"
) -> str:
    """A line chart, over the epochs unless told otherwise, with a caption."""
    return figure(line_chart(series, x=x, x_label=along, y_label=label, size=(5.2, 3.2)), caption)


def figure(svg: str, caption: str) -> str:
    """A picture with a caption."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def table(columns: Columns, rows: Sequence[Any]) -> str:
    """A table that scrolls sideways by itself where the page is narrow."""
    head = "".join(f"<th>{escape(name)}</th>" for name, _ in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell(row))}</td>" for _, cell in columns) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


__all__ = ["STYLE", "Columns", "figure", "lines", "page", "said", "section", "table"]
