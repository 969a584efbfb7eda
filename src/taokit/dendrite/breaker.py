"""Leaves a neuron alone for a while that keeps failing: closed, open, then half open for one question."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from taokit.dendrite.reply import Target
from taokit.errors import ConfigurationError, Disconnected, NotAsked, TaokitError, TimedOut, Unreachable

log = logging.getLogger("taokit.dendrite")


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a neuron is left alone. Only silence counts: what answers, with whatever, is asked again."""

    failures: int = 3  # in a row, timeouts and missing or broken connections alone
    seconds: float = 60.0  # that it is left alone; then one question decides
    remembered: int = 4096  # neurons with failures, at most; the one that failed longest ago is forgotten

    def __post_init__(self) -> None:
        if self.failures < 1 or not self.seconds > 0 or self.remembered < 1:
            raise ConfigurationError(
                f"a breaker of {self.failures} failures, {self.seconds} seconds, {self.remembered} remembered",
                hint="failures and remembered are at least 1, seconds above 0",
            )


@dataclass(slots=True)
class Circuit:
    """What is remembered of one neuron that fails."""

    failures: int = 0
    open_until: float = 0.0  # seconds, by the caller's clock
    probing: bool = False  # the one question is under way


@dataclass(slots=True)
class Circuits:
    """One circuit for each neuron that failed of late, by its hotkey and address: one that moves begins anew."""

    breaker: Breaker
    _known: dict[tuple[str, str, int], Circuit] = field(default_factory=dict)

    def check(self, target: Target, now: float) -> None:
        """Return when the neuron may be asked, else raise `NotAsked`."""
        circuit = self._known.get(_key(target))
        if circuit is None or circuit.failures < self.breaker.failures:
            return
        if circuit.probing or now < circuit.open_until:
            wait = max(0.0, circuit.open_until - now)
            raise NotAsked(f"uid {target.uid} failed {circuit.failures} times in a row and is left alone, {wait:.0f} s")
        circuit.probing = True

    def note(self, target: Target, error: TaokitError | None, now: float) -> None:
        """Remember how a question that `check` let pass ended. Once for each, however often it was sent."""
        key = _key(target)
        if not isinstance(error, TimedOut | Disconnected | Unreachable):
            self._known.pop(key, None)
            return
        circuit = self._known.pop(key, None) or Circuit()
        circuit.failures += 1
        circuit.open_until, circuit.probing = now + self.breaker.seconds, False
        self._known[key] = circuit  # at the end: the order is that of the last failures
        if circuit.failures == self.breaker.failures:
            log.info("uid %d failed %d times in a row: left alone", target.uid, circuit.failures)
        if len(self._known) > self.breaker.remembered:
            del self._known[next(iter(self._known))]

    def undecided(self, target: Target) -> None:
        """Remember that a question that `check` let pass says nothing: it was given up, or never sent."""
        if circuit := self._known.get(_key(target)):
            circuit.probing = False


def _key(target: Target) -> tuple[str, str, int]:
    return target.hotkey, target.ip, target.port


__all__ = ["Breaker", "Circuits"]
