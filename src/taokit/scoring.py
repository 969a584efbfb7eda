"""From scores to shares: pure rules over a memory that is kept by hotkey and saved as JSON.

A rule does two things. It remembers (`Ema`, `Window`, `EpochMean`: many rounds become one score per hotkey) and it
splits (in proportion, or `Rank`, `WinnerTakesAll`: scores become shares of one). A splitting rule is built over a
remembering one, and each of them can be a validator's `rule` as it stands:

    Ema(alpha=0.2)
    Rank(shares=(0.6, 0.3, 0.1))                 over the mean of the epoch
    WinnerTakesAll(over=Window(rounds=20))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypedDict

from taokit.errors import ConfigurationError, StateCorrupt

VERSION = 1


class Memory(TypedDict):
    """What a rule remembers: plain values that JSON carries unchanged. Never edited, each update makes a new one."""

    version: int
    kind: str  # the remembering rule that wrote it
    kept: dict[str, list[float]]  # by hotkey; what the numbers mean is the rule's own


class Rule(Protocol):
    """How a validator turns the scores of its rounds into shares."""

    def start(self) -> Memory:
        """A memory that holds nobody yet."""

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        """The memory after a round of this epoch. A hotkey without a score in it keeps what it has.

        Scores are finite and at least 0, else `ConfigurationError`.
        """

    def scores(self, memory: Memory) -> dict[str, float]:
        """One score for each remembered hotkey, finite and at least 0."""

    def split(self, memory: Memory) -> dict[str, float]:
        """Each remembered hotkey's share, 0 to 1; together they are 1. Empty when no score is above 0."""


@dataclass(frozen=True, slots=True)
class EpochMean:
    """The mean of the rounds of the last epoch that scored a hotkey; an epoch's first round starts afresh."""

    def start(self) -> Memory:
        return _memory("epoch-mean", {})

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        return _updated(memory, "epoch-mean", scores, lambda kept, score: _mean_with(kept, score, epoch=epoch))

    def scores(self, memory: Memory) -> dict[str, float]:
        return {hotkey: mean for hotkey, (_, _, mean) in _kept(memory, "epoch-mean").items()}

    def split(self, memory: Memory) -> dict[str, float]:
        return in_proportion(self.scores(memory))


@dataclass(frozen=True, slots=True)
class Ema:
    """An exponential moving average over rounds. A hotkey's first score counts in full."""

    alpha: float  # weight of the newest round, above 0 and at most 1; 1 forgets everything older

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 1:
            raise ConfigurationError(f"Ema(alpha={self.alpha!r}): alpha must be above 0 and at most 1")

    def start(self) -> Memory:
        return _memory("ema", {})

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        return _updated(memory, "ema", scores, self._moved)

    def _moved(self, kept: list[float], score: float) -> list[float]:
        old = kept[0] if kept else score
        return [old + self.alpha * (score - old)]

    def scores(self, memory: Memory) -> dict[str, float]:
        return {hotkey: average for hotkey, (average,) in _kept(memory, "ema").items()}

    def split(self, memory: Memory) -> dict[str, float]:
        return in_proportion(self.scores(memory))


@dataclass(frozen=True, slots=True)
class Window:
    """The mean of a hotkey's last scores. Rounds that left it out do not count."""

    rounds: int  # how many scores are remembered, at least 1

    def __post_init__(self) -> None:
        if self.rounds < 1:
            raise ConfigurationError(f"Window(rounds={self.rounds!r}): rounds must be at least 1")

    def start(self) -> Memory:
        return _memory("window", {})

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        return _updated(memory, "window", scores, lambda kept, score: [*kept, score][-self.rounds :])

    def scores(self, memory: Memory) -> dict[str, float]:
        return {hotkey: _mean(kept[-self.rounds :]) for hotkey, kept in _kept(memory, "window").items()}

    def split(self, memory: Memory) -> dict[str, float]:
        return in_proportion(self.scores(memory))


@dataclass(frozen=True, slots=True)
class Rank:
    """Fixed shares for the best, the second, and so on; equal scores share their places equally.

    A score of 0 wins no place, and a place that nobody wins goes to the winners in proportion to their shares.
    """

    shares: tuple[float, ...] = (0.6, 0.3, 0.1)  # first place first, never rising
    over: Rule = EpochMean()  # remembers the scores

    def __post_init__(self) -> None:
        falling = all(first >= second for first, second in zip(self.shares, self.shares[1:], strict=False))
        if not (self.shares and falling and self.shares[-1] >= 0 and 0 < self.shares[0] < math.inf):
            raise ConfigurationError(f"Rank(shares={self.shares!r}): shares start above 0, never rise and stay finite")

    def start(self) -> Memory:
        return self.over.start()

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        return self.over.update(memory, scores, epoch=epoch)

    def scores(self, memory: Memory) -> dict[str, float]:
        return self.over.scores(memory)

    def split(self, memory: Memory) -> dict[str, float]:
        return by_rank(self.scores(memory), self.shares)


@dataclass(frozen=True, slots=True)
class WinnerTakesAll:
    """Everything for the best score; equal ones share it equally."""

    over: Rule = EpochMean()  # remembers the scores

    def start(self) -> Memory:
        return self.over.start()

    def update(self, memory: Memory, scores: Mapping[str, float], *, epoch: int = 0) -> Memory:
        return self.over.update(memory, scores, epoch=epoch)

    def scores(self, memory: Memory) -> dict[str, float]:
        return self.over.scores(memory)

    def split(self, memory: Memory) -> dict[str, float]:
        return by_rank(self.scores(memory), (1.0,))


def forget(memory: Memory, hotkeys: Iterable[str]) -> Memory:
    """The memory without these hotkeys: they left the subnet, or their uid changed hands."""
    gone = frozenset(hotkeys)
    return _memory(memory["kind"], {hotkey: kept for hotkey, kept in memory["kept"].items() if hotkey not in gone})


def read_memory(data: object) -> Memory:
    """A memory as it came back from JSON, else `StateCorrupt`."""
    match data:
        case {"version": version} if version != VERSION:
            raise StateCorrupt(f"scores of version {version!r}, this taokit reads {VERSION}")
        case {"version": _, "kind": str(kind), "kept": dict(kept)} if all(map(_plausible, kept.values())):
            return _memory(kind, {str(hotkey): list(numbers) for hotkey, numbers in kept.items()})
    raise StateCorrupt("scores that do not read back: not a memory of a rule")


def in_proportion(scores: Mapping[str, float]) -> dict[str, float]:
    """Shares in proportion to the scores; empty when none is above 0."""
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return {}
    scaled = {hotkey: score / best for hotkey, score in scores.items()}  # large scores must not add up to infinity
    total = math.fsum(scaled.values())
    return {hotkey: score / total for hotkey, score in scaled.items()}


def by_rank(scores: Mapping[str, float], shares: tuple[float, ...]) -> dict[str, float]:
    """Shares by place, highest score first; equal scores divide the shares of the places they fill together."""
    won: dict[str, float] = {}
    place = 0
    for score, tied in groupby(sorted(scores, key=scores.__getitem__, reverse=True), key=scores.__getitem__):
        hotkeys = list(tied)
        pot = math.fsum(shares[place : place + len(hotkeys)]) if score > 0 else 0.0
        won |= dict.fromkeys(hotkeys, pot / len(hotkeys))
        place += len(hotkeys)
    return in_proportion({hotkey: won[hotkey] for hotkey in scores})


def checked(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores as floats, each finite and at least 0, else `ConfigurationError` naming the hotkey."""
    return {hotkey: _checked_score(hotkey, score) for hotkey, score in scores.items()}


def _checked_score(hotkey: str, score: float) -> float:
    hint = "return scores that are finite and at least 0; who is left out keeps the score it has"
    try:
        value = float(score)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"the score of {hotkey} is {score!r}, which is not a number", hint=hint) from error
    if not 0 <= value < math.inf:
        raise ConfigurationError(f"the score of {hotkey} is {value!r}", hint=hint)
    return value + 0.0  # minus zero becomes zero


def _memory(kind: str, kept: dict[str, list[float]]) -> Memory:
    return Memory(version=VERSION, kind=kind, kept=kept)


def _kept(memory: Memory, kind: str) -> dict[str, list[float]]:
    if memory["kind"] != kind:
        hint = f"go back to a rule that remembers by {memory['kind']}, or start over with the new rule's `start()`"
        raise ConfigurationError(f"these scores were remembered by {memory['kind']}, not by {kind}", hint=hint)
    return memory["kept"]


def _updated(
    memory: Memory, kind: str, scores: Mapping[str, float], moved: Callable[[list[float], float], list[float]]
) -> Memory:
    kept = _kept(memory, kind)
    new = {hotkey: moved(kept.get(hotkey, []), score) for hotkey, score in checked(scores).items()}
    return _memory(kind, {**kept, **new})


def _mean_with(kept: list[float], score: float, *, epoch: int) -> list[float]:
    """Epoch, rounds in it and their mean, after one more score. A running mean cannot overflow, a sum can."""
    if not kept or kept[0] != epoch:
        return [epoch, 1, score]
    _, rounds, mean = kept
    return [epoch, rounds + 1, mean + (score - mean) / (rounds + 1)]


def _mean(values: list[float]) -> float:
    return math.fsum(value / len(values) for value in values)


def _plausible(numbers: object) -> bool:
    return (
        isinstance(numbers, list)
        and len(numbers) > 0
        and all(type(number) in (int, float) and 0 <= number < math.inf for number in numbers)
    )


__all__ = [
    "Ema",
    "EpochMean",
    "Memory",
    "Rank",
    "Rule",
    "Window",
    "WinnerTakesAll",
    "by_rank",
    "checked",
    "forget",
    "in_proportion",
    "read_memory",
]
