"""Fact checking: a claim and some sources go out; a verdict and the sources that decide it come back.

The validator makes each claim from a small table of chemical elements, so that it knows the truth and the sentences
that show it. A right verdict is worth nothing without them: who guesses is right every second time.

    python examples/fact_checking.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: a task whose answer the validator knows because it made it, and a score for the grounds of an answer.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import taokit
from taokit.cli.main import main

ELEMENTS = {  # name: symbol, atomic number, year in which it was discovered or first isolated
    "Hydrogen": ("H", 1, 1766),
    "Helium": ("He", 2, 1895),
    "Lithium": ("Li", 3, 1817),
    "Beryllium": ("Be", 4, 1798),
    "Boron": ("B", 5, 1808),
    "Nitrogen": ("N", 7, 1772),
    "Fluorine": ("F", 9, 1886),
    "Neon": ("Ne", 10, 1898),
    "Sodium": ("Na", 11, 1807),
    "Aluminium": ("Al", 13, 1825),
    "Silicon": ("Si", 14, 1824),
    "Phosphorus": ("P", 15, 1669),
    "Argon": ("Ar", 18, 1894),
    "Titanium": ("Ti", 22, 1791),
    "Cobalt": ("Co", 27, 1735),
    "Nickel": ("Ni", 28, 1751),
    "Gallium": ("Ga", 31, 1875),
}
Verdict = Literal["supported", "refuted", "unknown"]


class Check(taokit.Synapse):
    """A claim, to be judged by these sources."""

    required_hash_fields = ("claim", "sources")

    claim: str
    sources: list[str]
    verdict: Verdict | None = None
    evidence: list[int] | None = None  # the places of the sources that decide it; none for "unknown"


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A claim with its sources, and what is true of it."""

    claim: str
    sources: tuple[str, ...]
    verdict: Verdict
    evidence: frozenset[int]


class Reader(taokit.Miner):
    """Looks for the sentences about the elements in the claim, and compares the numbers in them."""

    async def forward(self, synapse: Check) -> Check:
        """The verdict and its grounds."""
        protons = re.fullmatch(r"An atom of (\w+) has (\d+) protons\.", synapse.claim)
        earlier = re.fullmatch(r"(\w+) was discovered before (\w+)\.", synapse.claim)
        found: dict[int, int] = {}  # by place, the number that the source gives
        if protons:
            found = numbers(synapse.sources, [protons[1]], r"has the atomic number (\d+)")
        if earlier:
            found = numbers(synapse.sources, [earlier[1], earlier[2]], r"discovery dates from (\d+)")
        values = list(found.values())
        true = len(values) == 1 and protons is not None and values[0] == int(protons[2])
        true |= len(values) == 2 and values[0] < values[1]
        synapse.verdict = ("supported" if true else "refuted") if values else "unknown"
        synapse.evidence = list(found)
        return synapse


class Guesser(taokit.Miner):
    """Believes everything, and points at a source or two."""

    async def forward(self, synapse: Check) -> Check:
        """Always the same."""
        synapse.verdict, synapse.evidence = "supported", [0, 1]
        return synapse


class FactValidator(taokit.Validator):
    """Makes claims, true and false ones, and pays for verdicts with their grounds."""

    rounds_per_epoch = 6

    async def query(self, round: taokit.Round) -> Check:
        """The claim of this round."""
        self.puzzle = puzzle(round.random)
        return Check(claim=self.puzzle.claim, sources=list(self.puzzle.sources))

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Check]]) -> dict[int, float]:
        """What each verdict is worth, by uid."""
        return {reply.uid: worth(self.puzzle, reply.synapse) for reply in replies if reply.synapse is not None}


def worth(puzzle: Puzzle, answer: Check) -> float:
    """0 for a wrong verdict, else how well its grounds fit: the F1 of the sources named, 0 to 1."""
    named = frozenset(answer.evidence or [])
    if answer.verdict != puzzle.verdict:
        return 0.0
    if not named and not puzzle.evidence:
        return 1.0
    return 2 * len(named & puzzle.evidence) / (len(named) + len(puzzle.evidence))


def puzzle(draw: random.Random) -> Puzzle:
    """A claim among sources in a random order: of a number, of an order in time, or of what no source tells."""
    names = draw.sample(sorted(ELEMENTS), 6)
    told = [sentence for name in names for sentence in about(name)]
    sources = draw.sample(told, len(told))
    first, second = names[:2]
    (_, number, year), (_, _, other) = ELEMENTS[first], ELEMENTS[second]
    kind = draw.random()
    if kind < 0.45 or (kind < 0.9 and year == other):
        said = number if draw.random() < 0.5 else number + draw.choice([-1, 1, 2])
        grounds, true = [about(first)[0]], said == number
        claim = f"An atom of {first} has {said} protons."
    elif kind < 0.9:
        grounds, true = [about(first)[1], about(second)[1]], year < other
        claim = f"{first} was discovered before {second}."
    else:
        return Puzzle(f"{first} is traded more than {second}.", tuple(sources), "unknown", frozenset())
    return Puzzle(claim, tuple(sources), "supported" if true else "refuted", frozenset(map(sources.index, grounds)))


def about(name: str) -> tuple[str, str]:
    """What the sources say of an element."""
    symbol, number, year = ELEMENTS[name]
    return f"{name} ({symbol}) has the atomic number {number}.", f"{name}: its discovery dates from {year}."


def numbers(sources: Sequence[str], names: Sequence[str], pattern: str) -> dict[int, int]:
    """By place, the number in the first source about each name that fits; names without one are left out."""
    found = {}
    for name in names:
        for place, source in enumerate(sources):
            if source.startswith((f"{name} ", f"{name}:")) and (match := re.search(pattern, source)):
                found[place] = int(match[1])
                break
    return found


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
