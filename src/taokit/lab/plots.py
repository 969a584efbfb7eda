"""Line charts and maps as SVG text, for reports that need no other file."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from taokit.errors import ConfigurationError

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c")
"""Told apart by the colour-blind as well; repeated beyond seven lines."""
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), "-.")
"""So that lines which run over one another are both seen."""
NAMED = 12
"""Of more lines than this those that end highest have a name, the others are pale."""
MARKED = 60
"""A line of more points than this has no markers: they would run into one."""
INK = "#7a7f87"
"""Readable on white and on black, so one picture serves both."""


def line_chart(
    series: Mapping[str, Sequence[float]], *, x: Sequence[float], x_label: str, y_label: str, size: tuple[float, float]
) -> str:
    """An SVG element of `size` inches with one line for each series, each as long as `x`."""
    figure, axes = _figure(size)
    marker = "o" if len(x) <= MARKED else None
    named, others = _named(series)
    for k, values in enumerate(others):
        axes.plot(x, values, label=None if k else f"{len(others)} others", color=INK, alpha=0.4, linewidth=0.8)
    for k, (name, values) in enumerate(named.items()):
        colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
        axes.plot(x, values, label=name, color=colour, linestyle=dash, linewidth=1.8, marker=marker, markersize=3)
    axes.set_xlabel(x_label, color=INK)
    axes.set_ylabel(y_label, color=INK)
    axes.set_ylim(bottom=0)
    figure.legend(loc="outside upper left", ncols=4, frameon=False, labelcolor=INK, fontsize=9)
    return _svg(figure)


def _named(series: Mapping[str, Sequence[float]]) -> tuple[Mapping[str, Sequence[float]], list[Sequence[float]]]:
    if len(series) <= NAMED:
        return series, []
    highest = set(sorted(series, key=lambda name: series[name][-1], reverse=True)[: NAMED - 1])
    named = {name: values for name, values in series.items() if name in highest}
    return named, [values for name, values in series.items() if name not in highest]


def contour_map(
    values: Sequence[Sequence[float]],
    *,
    x: Sequence[float],
    y: Sequence[float],
    labels: tuple[str, str],
    marked: Sequence[tuple[float, float]],
    size: tuple[float, float],
) -> str:
    """An SVG element of `size` inches: a map of values by (y, x), shaded, a named line at every tenth.

    `labels` are those of the axes, `marked` the (x, y) of a line drawn over the map. Raises `ConfigurationError`
    where the values do not fit the axes.
    """
    if len(values) != len(y) or any(len(line) != len(x) for line in values):
        raise ConfigurationError(f"a map of {len(values)} lines for {len(y)} by {len(x)} places")
    figure, axes = _figure(size, integers=False)
    axes.contourf(x, y, values, levels=24, cmap="cividis", alpha=0.85)
    drawn = axes.contour(x, y, values, levels=[k / 10 for k in range(1, 10)], colors="white", linewidths=1.4)
    axes.clabel(drawn, fontsize=8, fmt="%g")
    axes.plot(*zip(*marked, strict=True), color=COLOURS[1], linewidth=2.5, marker="o", markersize=4)
    axes.set_xlabel(labels[0], color=INK)
    axes.set_ylabel(labels[1], color=INK)
    return _svg(figure)


def _figure(size: tuple[float, float], *, integers: bool = True) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise ConfigurationError(
            "charts need matplotlib, which is not installed", hint="pip install 'taokit[lab]'"
        ) from error
    figure = Figure(figsize=size, layout="constrained")
    figure.patch.set_alpha(0.0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0.0)
    axes.grid(True, color=INK, alpha=0.25, linewidth=0.6)
    axes.tick_params(colors=INK, labelsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=integers))
    for spine in axes.spines.values():
        spine.set_color(INK)
        spine.set_alpha(0.5)
    return figure, axes


def _svg(figure: Any) -> str:
    """The figure's `<svg>` element alone: no prologue, no date, a width that follows the page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*"',
        r'\1 width="100%"',
        re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1),
        count=1,
    )


__all__ = ["COLOURS", "contour_map", "line_chart"]
