"""How many of its users' own requests a validator sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from taokit.errors import ConfigurationError, OverBudget

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds on the questions, one for each miner asked, that users' own requests come to."""

    at_once: int = 16  # in flight
    per_minute: int = 120  # begun in any sixty seconds

    def __post_init__(self) -> None:
        if self.at_once < 0 or self.per_minute < 0:
            raise ConfigurationError(
                f"a budget of {self.at_once} at once, {self.per_minute} a minute", hint="neither is below 0"
            )


class Spending:
    """What is spent of a budget now."""

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        """Nothing is spent yet; `clock` tells seconds that never go back."""
        self._budget = budget
        self._clock = clock
        self._running = 0
        self._begun: deque[float] = deque()  # never longer than `per_minute`

    @contextmanager
    def taken(self, questions: int) -> Iterator[None]:
        """Take so many questions until the block ends; raises `OverBudget` and takes none when they are too many."""
        self._check(questions)
        self._begun.extend([self._clock()] * questions)
        self._running += questions
        try:
            yield
        finally:
            self._running -= questions

    def _check(self, questions: int) -> None:
        budget, now = self._budget, self._clock()
        while self._begun and self._begun[0] <= now - MINUTE_S:
            self._begun.popleft()
        if self._running + questions > budget.at_once:
            raise OverBudget(
                f"{self._running} questions of users are under way, {questions} more exceed {budget.at_once}",
                hint="wait for those, or raise `organic_budget`",
            )
        if excess := max(0, len(self._begun) + questions - budget.per_minute):
            wait = self._begun[excess - 1] + MINUTE_S - now if excess <= len(self._begun) else None
            raise OverBudget(
                f"{len(self._begun)} questions of users in a minute, {questions} more exceed {budget.per_minute}",
                retry_after=wait,
                hint="ask again later, or raise `organic_budget`",
            )


__all__ = ["Budget", "Spending"]
