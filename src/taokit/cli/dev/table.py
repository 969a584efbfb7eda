"""The live table of `taokit dev`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from taokit.cli.dev.history import EpochRow, MinerRow, ValidatorRow
from taokit.units import RAO_PER_TAO

MINERS = {"uid": 3, "name": 8, "score": 5, "→ weight": 8, "→ incentive": 8, "→ emission α": 8}
VALIDATORS = {"uid": 3, "name": 8, "stake α": 8, "trust": 5, "dividends": 9, "per\nstake": 5, "weights": 10}
"""Columns with the width that each needs at least; together no more than 60."""


@dataclass(slots=True)
class Scene:
    """What the table shows now."""

    title: str
    block: int = 0
    done: int = 0  # blocks of this epoch
    tempo: int = 360
    row: EpochRow | None = None
    notes: list[str] = field(default_factory=list)  # the newest last

    def note(self, text: str) -> None:
        """Add a line below the table; only the last few are kept."""
        self.notes = [*self.notes, text][-6:]


def render(scene: Scene) -> RenderableType:
    """The whole picture."""
    parts: list[RenderableType] = [_heading(scene)]
    if scene.row is None:
        parts.append(Text("the chain and its neurons are starting"))
    else:
        parts += [_miners(scene.row.miners), _validators(scene.row)]
    parts += [Text(note, style="yellow") for note in scene.notes]
    return Group(*parts)


def _heading(scene: Scene) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=scene.tempo, completed=scene.done, width=18)
    grid.add_row(
        f"epoch {scene.row.epoch if scene.row else 0}",
        f"block {scene.block}",
        "next",
        bar,
        f"{scene.done}/{scene.tempo}",
    )
    return Group(Text(scene.title, style="bold"), grid)


def _miners(rows: Sequence[MinerRow]) -> Table:
    table = _table("miners")
    for column, width in MINERS.items():
        table.add_column(column, justify="left" if column == "name" else "right", min_width=width)
    revealed, paid = any(row.weight for row in rows), any(row.incentive for row in rows)
    for row in rows:
        table.add_row(
            str(row.uid),
            row.name,
            "not asked yet" if row.score is None else f"{row.score:.3f}",
            f"{row.weight:.3f}" if revealed else "not revealed yet",
            f"{row.incentive:.3f}" if paid else "next epoch" if revealed else "no weights yet",
            _alpha(row.emission),
        )
    return table


def _validators(epoch: EpochRow) -> Table:
    table = _table("validators")
    for column, width in VALIDATORS.items():
        table.add_column(column, justify="left" if column in ("name", "weights") else "right", min_width=width)
    bonded = any(row.dividends for row in epoch.validators)
    for row in epoch.validators:
        table.add_row(
            str(row.uid),
            row.name,
            _alpha(row.stake),
            f"{row.validator_trust:.3f}",
            f"{row.dividends:.3f}" if bonded else "no bonds yet",
            f"{per_stake(row, epoch.validators):.3f}" if bonded else "",
            _weights(row, epoch),
        )
    return table


def _table(title: str) -> Table:
    """A table narrow enough for 60 columns."""
    return Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )


def _weights(row: ValidatorRow, epoch: EpochRow) -> str:
    landed = f"since block {row.weights_block}" if row.weights_block is not None else ""
    waiting = epoch.waiting.get(row.name, "")
    return "; ".join(text for text in (landed, f"waits for {waiting}" if waiting else "") if text)


def per_stake(row: ValidatorRow, rows: Sequence[ValidatorRow]) -> float:
    """Dividends per stake, where 1 is the mean of all validators."""
    dividends, stake = sum(r.dividends for r in rows), sum(r.stake for r in rows)
    return row.dividends / dividends / (row.stake / stake) if dividends and row.stake else 0.0


def line(row: EpochRow) -> str:
    """An epoch that has ended, in one line for a log."""
    weighted, bonded = any(it.weight for it in row.miners), any(it.dividends for it in row.validators)
    paid = any(it.incentive for it in row.miners)
    incentive = ", ".join(f"{it.name} {it.incentive:.3f}" for it in row.miners)
    dividends = ", ".join(f"{it.name} {per_stake(it, row.validators):.3f}" for it in row.validators)
    return (
        f"block {row.block}, epoch {row.epoch}: "
        f"incentive {incentive if paid else 'from the next epoch' if weighted else 'of nobody, no weights yet'}; "
        f"dividends per stake {dividends if bonded else 'of nobody, no bonds yet'}"
    )


def _alpha(rao: int) -> str:
    return f"{rao / RAO_PER_TAO:,.2f}"


def live(scene: Scene, console: Console) -> Live:
    """A display that follows the scene on a terminal until it is closed."""
    return Live(get_renderable=lambda: render(scene), console=console, refresh_per_second=8, transient=False)


__all__ = ["Scene", "line", "live", "per_stake", "render"]
