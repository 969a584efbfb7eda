"""Why an epoch said what it said of a uid, worked out again from what the epoch had read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taokit.consensus.explain import explain_incentive, explain_trust, explain_weights
from taokit.consensus.subnet import Stored
from taokit.consensus.telling import sentences, table

_SUBJECTS: Final[Mapping[str, Callable[[Stored, int], Any]]] = {
    "incentive": explain_incentive,
    "trust": explain_trust,
    "weights": explain_weights,
}

SUBJECTS: Final = tuple(_SUBJECTS)
"""What can be explained of a uid: what a miner was given, what a validator was, and what its weights counted for."""


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation for people: sentences, the answer first, and a table of what they rest on."""

    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def explained(stored: Stored, subject: str, uid: int) -> Told:
    """One of `SUBJECTS` for one uid. Raises `ConfigurationError` for a uid that is not there."""
    found = _SUBJECTS[subject](stored, uid)
    laid_out = table(found)
    return Told(tuple(sentences(found)), laid_out.columns, laid_out.rows)


__all__ = ["SUBJECTS", "Told", "explained"]
