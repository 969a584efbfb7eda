"""One thing that was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from taokit.run import EXIT_CONFIGURATION, EXIT_DEREGISTERED, EXIT_STOPPED, EXIT_UNREACHABLE

State: TypeAlias = Literal["good", "note", "bad", "skipped"]

SIGNS: Final = {"good": "✓", "note": "!", "bad": "✗", "skipped": "-"}
"""How each state is shown."""
CHAIN, REGISTERED = "chain", "registration"
"""The two findings that have exit codes of their own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what mends it."""

    name: str
    state: State
    said: str
    mend: str = ""  # a command or a step; empty where there is nothing to mend


def good(name: str, said: str) -> Finding:
    """A finding of something in order."""
    return Finding(name, "good", said)


def note(name: str, said: str, mend: str) -> Finding:
    """A finding that a neuron can live with."""
    return Finding(name, "note", said, mend)


def bad(name: str, said: str, mend: str) -> Finding:
    """A finding that a neuron cannot live with."""
    return Finding(name, "bad", said, mend)


def skipped(name: str, said: str, mend: str = "") -> Finding:
    """Something that could not be looked at."""
    return Finding(name, "skipped", said, mend)


def code_of(findings: Sequence[Finding]) -> int:
    """The exit code: 3 for an unreachable chain, 4 without a uid, 2 for anything else that is bad, else 0."""
    wrong = {one.name for one in findings if one.state == "bad"}
    if CHAIN in wrong:
        return EXIT_UNREACHABLE
    if wrong == {REGISTERED}:
        return EXIT_DEREGISTERED
    return EXIT_CONFIGURATION if wrong else EXIT_STOPPED


__all__ = ["CHAIN", "REGISTERED", "SIGNS", "Finding", "State", "bad", "code_of", "good", "note", "skipped"]
