"""The closing words of the demonstration, computed from its figures."""

from __future__ import annotations

from collections.abc import Sequence

from taokit.cli.dev.history import EpochRow, ValidatorRow


def verdict(rows: Sequence[EpochRow]) -> list[str]:
    """What happened to the cheat and to the copier, in sentences."""
    if not rows:
        return ["No epoch has ended yet."]
    return [cheat_sentence(rows), copier_sentence(rows[-1])]


def cheat_sentence(rows: Sequence[EpochRow]) -> str:
    """What the cheat's answers earned it."""
    last, earned = rows[-1].miner("cheat"), sum(row.miner("cheat").emission for row in rows)
    if last.incentive == 0 and earned == 0:
        return f"The cheat earned nothing: its incentive was 0 and its emission 0 in all {len(rows)} epochs."
    return f"The cheat ends with incentive {last.incentive:.3f}, after {earned} rao in {len(rows)} epochs."


def copier_sentence(last: EpochRow) -> str:
    """How the copier's dividends per stake compare with those of each honest validator."""
    own = rate(last.validator("copier"))
    honest = [row for row in last.validators if row.name.startswith("honest")]
    if not all(map(rate, honest)):
        return "No dividends were paid yet: the first weights are still on their way."
    gaps = ", ".join(f"{1 - own / rate(row):.1%} less than {row.name}" for row in honest if own < rate(row))
    ahead = ", ".join(row.name for row in honest if own >= rate(row))
    if not ahead:
        return (
            f"The copier, late by the reveal, gets {gaps}, per stake. "
            "It is the change that costs it: with a task whose best miner never changed it would come to parity."
        )
    return f"The copier does not get less per stake than {ahead}" + (f", but {gaps}." if gaps else ".")


def rate(row: ValidatorRow) -> float:
    """Dividends per rao of stake."""
    return row.dividends / row.stake if row.stake else 0.0


__all__ = ["cheat_sentence", "copier_sentence", "rate", "verdict"]
