"""Stories known from the field: how weights move between miners, and who is paid for being early or late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from taokit.lab.acts import Stake
from taokit.lab.behaviours import Scores, at_epoch, every_epoch, row, timetable
from taokit.lab.scenarios import EPOCHS, Scenario
from taokit.lab.simulate import Behaviour
from taokit.lab.world import founded
from taokit.units import RAO_PER_TAO


def tale(
    name: str,
    story: str,
    *,
    stakes: Sequence[int] = (800, 100, 100),
    miners: int = 2,
    rows: Sequence[Behaviour] = (),
    reset: tuple[int, str] | None = None,
) -> Scenario:
    """Validators A, B, C and miners M1, M2 …; stakes in whole alpha."""
    return Scenario(
        name=name,
        story=story,
        validators=tuple("ABCDEFGHIJ"[: len(stakes)]),
        miners=tuple(f"M{k + 1}" for k in range(miners)),
        initial=founded([*(stake * RAO_PER_TAO for stake in stakes), *[0] * miners], validators=len(stakes)),
        behaviours=tuple(rows),
        reset=reset,
    )


Lines: TypeAlias = Mapping[int, Sequence[Scores]]
"""By epoch, the scores that A, B, C … give to the miners from then on."""


def scored(lines: Lines) -> list[Behaviour]:
    """The validators of a story, each submitting the scores of its line."""
    count = len(next(iter(lines.values())))
    return [
        timetable(uid, {epoch: row(scores[uid], first=count) for epoch, scores in lines.items()})
        for uid in range(count)
    ]


def _switching(name: str, story: str, words: Mapping[int, str], **others: object) -> Scenario:
    """A story told in words such as `1 2 1`: the miner that A, B and C put all weight on."""
    chosen = {epoch: [_all_on(int(miner), of=2) for miner in word.split()] for epoch, word in words.items()}
    return tale(name, story, rows=scored(chosen), **others)  # type: ignore[arg-type]


def _all_on(miner: int, *, of: int) -> list[float]:
    return [float(k + 1 == miner) for k in range(of)]


def _switches() -> list[Scenario]:
    return [
        _switching(
            "kappa-first",
            "the big validator moves to M2 first, the small ones follow one by one",
            {0: "1 1 1", 1: "2 1 1", 2: "2 2 1", 3: "2 2 2"},
        ),
        _switching(
            "kappa-second",
            "a small validator discovers M2, the big one follows at once",
            {0: "1 1 1", 1: "1 2 1", 2: "2 2 1", 3: "2 2 2"},
        ),
        _switching(
            "kappa-third",
            "both small validators discover M2, the big one comes last",
            {0: "1 1 1", 1: "1 2 1", 2: "1 2 2", 3: "2 2 2"},
        ),
        _switching("all-switch", "everyone moves to M2 together", {0: "1 1 1", 1: "2 2 2"}),
        _switching(
            "second-then-third",
            "the big validator is late; later the other way round, one after another",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 1 2", 22: "2 1 1", 23: "1 1 1"},
            reset=(20, "M2"),
        ),
        _switching(
            "second-then-all",
            "a small validator discovers M2 and the others follow; later all move back together",
            {0: "1 1 1", 1: "1 2 1", 2: "2 2 1", 3: "2 2 2", 21: "1 1 1"},
            reset=(21, "M1"),
        ),
        _switching(
            "late-then-straggler",
            "the big validator is late, then one small one is early on the way back",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 2 1", 22: "1 1 1"},
            reset=(21, "M1"),
        ),
        _switching(
            "big-late-twice",
            "the big validator is late, twice",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 1 1", 22: "1 1 1"},
            reset=(20, "M2"),
        ),
        _merge(),
        _switching(
            "kappa-delayed",
            "the big validator ignores M2 for nine epochs",
            {0: "1 1 1", 1: "1 2 1", 10: "2 2 1", 11: "2 2 2"},
        ),
        _switching(
            "one-epoch-switch",
            "three equal validators, one of which errs for a single epoch",
            {0: "1 1 1", 20: "1 1 2", 21: "1 1 1"},
            stakes=(330, 330, 340),
        ),
    ]


def _merge() -> Scenario:
    made = _switching("merge", "two small validators merge their stake", {0: "2 2 2"})
    acts = (Stake(uid=1, alpha=200 * RAO_PER_TAO), Stake(uid=2, alpha=0))
    return replace(made, behaviours=(*made.behaviours, at_epoch(6, *acts)))


def _divided() -> list[Scenario]:
    a, b = (0.3, 0.7), (0.6, 0.4)
    first, second, both = (1, 0), (0, 1), (0.5, 0.5)
    foot = {0: [first, (0.999, 0.001), first], 1: [second, (0.001, 0.999), second]}
    return [
        tale(
            "clipping",
            "two big validators disagree, and the small one between them changes sides",
            stakes=(490, 490, 20),
            rows=scored({0: [a, b, (0.61, 0.39)], 20: [a, b, (0.3, 0.61)]}),
            reset=(20, "M2"),
        ),
        tale(
            "foot-in-door",
            "one validator always keeps a trace of weight on the miner it does not favour",
            rows=scored({**foot, 21: foot[0]}),
            reset=(20, "M2"),
        ),
        tale(
            "half-support",
            "one validator divides its weight, later another joins it",
            rows=scored({0: [second, both, second], 21: [second, both, both]}),
            reset=(20, "M1"),
        ),
        *(_stable(q) for q in (0.25, 0.5, 0.75, 0.9)),
    ]


def _stable(q: float) -> Scenario:
    a, b = (1 - q, 0, q), (0, 1 - q, q)
    return tale(
        f"stable-{q:g}",
        f"M3 always gets {q:g} of the weight while the rest moves from M1 to M2",
        miners=3,
        rows=scored({0: [a, a, a], 1: [a, b, a], 2: [b, b, a], 3: [b, b, b]}),
    )


def _takes_all() -> list[Scenario]:
    two = ((490, 490, 20), (0.60, 0.55), (0.05, 0.15, 0.15))
    three = ((340, 330, 330), (0.30, 0.35, 0.40), (0.05, 0.10, 0.10))
    return [
        _measured(f"{name}-{how}", *setting, winner=how == "winner")
        for name, setting in (("two-miners", two), ("three-miners", three))
        for how in ("share", "winner")
    ]


def _measured(
    name: str, stakes: Sequence[int], merit: Sequence[float], noise: Sequence[float], *, winner: bool
) -> Scenario:
    """Miners of nearly equal merit under validators that measure with noise."""
    count, miners = len(stakes), len(merit)
    z = np.random.default_rng(0).standard_normal((EPOCHS, count, miners))
    scores = np.clip(np.array(merit) + np.array(noise)[:, None] * z, 0, 1)
    if winner:
        scores = np.eye(miners)[np.argmax(scores, axis=-1)]
    how = "all weight goes to the best score" if winner else "weights are the scores"
    return tale(
        name,
        f"{miners} miners of nearly equal merit, measured with noise; {how}",
        stakes=stakes,
        miners=miners,
        rows=[every_epoch(uid, [row(line, first=count) for line in scores[:, uid]]) for uid in range(count)],
    )


def field_stories() -> list[Scenario]:
    """All of them, in the order of their telling."""
    return [*_switches(), *_divided(), *_takes_all()]


__all__ = ["field_stories", "scored", "tale"]
