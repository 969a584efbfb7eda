"""Fact checking: claims and some sources go out; for each a verdict and the sources that decide it come back.

The validator makes the claims from a small table of chemical elements, so that it knows the truth and the sentences
that show it. A right verdict is worth nothing without them, and as many claims are true as false: no verdict is right
more often than another, and what guesses can reach is worth nothing.

    python examples/fact_checking.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: a task whose answer the validator knows because it made it, a score for the grounds of an answer, and
one that begins where guessing ends.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

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
VERDICTS: tuple[Verdict, ...] = ("supported",) * 5 + ("refuted",) * 5 + ("unknown",) * 2  # of a question's claims
GUESSED = 0.6  # more than who finds the grounds of all claims and gives them all one verdict; that reaches 7 of 12


class Finding(BaseModel):
    """What is found of a claim."""

    verdict: Verdict
    evidence: list[int]  # the places of the sources that decide it; none for "unknown"


class Check(taokit.Synapse):
    """Claims, to be judged by these sources."""

    required_hash_fields = ("claims", "sources")

    claims: list[str]
    sources: list[str]
    findings: list[Finding] | None = None  # one for each claim


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Claims with their sources, and what is true of them."""

    claims: list[str]
    sources: list[str]
    truth: list[Finding]


class Reader(taokit.Miner):
    """Looks for the sentences about the elements in the claim, and compares the numbers in them."""

    async def forward(self, synapse: Check) -> Check:
        """Each claim by itself."""
        synapse.findings = [self.found(claim, synapse.sources) for claim in synapse.claims]
        return synapse

    def found(self, claim: str, sources: Sequence[str]) -> Finding:
        """The verdict and its grounds."""
        protons = re.fullmatch(r"An atom of (\w+) has (\d+) protons\.", claim)
        earlier = re.fullmatch(r"(\w+) was discovered before (\w+)\.", claim)
        found: dict[int, int] = {}  # by place, the number that the source gives
        if protons:
            found = numbers(sources, [protons[1]], r"has the atomic number (\d+)")
        if earlier:
            found = numbers(sources, [earlier[1], earlier[2]], r"discovery dates from (\d+)")
        values = list(found.values())
        true = len(values) == 1 and protons is not None and values[0] == int(protons[2])
        true |= len(values) == 2 and values[0] < values[1]
        return Finding(verdict=("supported" if true else "refuted") if values else "unknown", evidence=list(found))


class Guesser(taokit.Miner):
    """Believes everything, and points at a source or two."""

    async def forward(self, synapse: Check) -> Check:
        """Always the same."""
        synapse.findings = [Finding(verdict="supported", evidence=[0, 1])] * len(synapse.claims)
        return synapse


class FactValidator(taokit.Validator):
    """Makes claims, true and false ones, and pays for verdicts with their grounds."""

    rounds_per_epoch = 4

    async def query(self, round: taokit.Round) -> Check:
        """The claims of this round."""
        self.puzzle = puzzle(round.random)
        return Check(claims=self.puzzle.claims, sources=self.puzzle.sources)

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Check]]) -> dict[int, float]:
        """What each miner's findings are worth, by uid."""
        return {r.uid: worth(self.puzzle.truth, r.synapse.findings) for r in replies if r.synapse is not None}


def worth(truth: Sequence[Finding], said: Sequence[Finding] | None) -> float:
    """How far findings are above what guesses reach, 0 to 1; 0 for another number of them."""
    if said is None or len(said) != len(truth):
        return 0.0
    mean = sum(map(fit, truth, said)) / len(truth)
    return max(0.0, (mean - GUESSED) / (1 - GUESSED))


def fit(true: Finding, said: Finding) -> float:
    """0 for a wrong verdict, else how well its grounds fit: the F1 of the sources named, 0 to 1."""
    grounds, named = frozenset(true.evidence), frozenset(said.evidence)
    if said.verdict != true.verdict:
        return 0.0
    return 2 * len(named & grounds) / (len(named) + len(grounds)) if named or grounds else 1.0


def puzzle(draw: random.Random) -> Puzzle:
    """Claims of all verdicts, and sources for them, both in a random order."""
    names = draw.sample(sorted(ELEMENTS), 6)
    told = [sentence for name in names for sentence in about(name)]
    sources, verdicts = draw.sample(told, len(told)), draw.sample(VERDICTS, len(VERDICTS))
    made = [claimed(verdict, draw.sample(names, 2), draw) for verdict in verdicts]
    truth = [
        Finding(verdict=verdict, evidence=[sources.index(ground) for ground in grounds])
        for verdict, (_, grounds) in zip(verdicts, made, strict=True)
    ]
    return Puzzle([claim for claim, _ in made], sources, truth)


def claimed(verdict: Verdict, names: Sequence[str], draw: random.Random) -> tuple[str, list[str]]:
    """A claim that gets this verdict, and what shows it: of a number, of an order in time, or of what nobody tells."""
    first, second = names
    if verdict == "unknown":
        return f"{first} is traded more than {second}.", []
    true = verdict == "supported"
    if draw.random() < 0.5:
        number = ELEMENTS[first][1] + (0 if true else draw.choice([-1, 1, 2]))
        return f"An atom of {first} has {number} protons.", [about(first)[0]]
    if true != (ELEMENTS[first][2] < ELEMENTS[second][2]):  # no two years are the same
        first, second = second, first
    return f"{first} was discovered before {second}.", [about(first)[1], about(second)[1]]


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
