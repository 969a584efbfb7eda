import random

import pytest

from fact_checking import Check, FactValidator, Guesser, Puzzle, Reader, puzzle, worth

TOLD = (
    "Neon (Ne) has the atomic number 10.",
    "Boron: its discovery dates from 1808.",
    "Neon: its discovery dates from 1898.",
)


@pytest.mark.parametrize(
    ("claim", "verdict", "evidence"),
    [
        ("An atom of Neon has 10 protons.", "supported", [0]),
        ("An atom of Neon has 11 protons.", "refuted", [0]),
        ("Boron was discovered before Neon.", "supported", [1, 2]),
        ("Neon was discovered before Boron.", "refuted", [1, 2]),
        ("Neon is traded more than Boron.", "unknown", []),
    ],
)
async def test_reading_finds_the_verdict_and_its_grounds(claim, verdict, evidence):
    answer = await Reader().forward(Check(claim=claim, sources=list(TOLD)))
    assert (answer.verdict, sorted(answer.evidence)) == (verdict, evidence)


async def test_what_the_validator_makes_can_be_read():
    kinds = set()
    for seed in range(200):
        made = puzzle(random.Random(seed))
        answer = await Reader().forward(Check(claim=made.claim, sources=list(made.sources)))
        assert worth(made, answer) == 1
        kinds.add(made.verdict)
    assert kinds == {"supported", "refuted", "unknown"}


def test_a_verdict_is_worth_its_grounds():
    made = Puzzle("", (), "refuted", frozenset({3, 5}))

    def answer(verdict, *evidence):
        return Check(claim="", sources=[], verdict=verdict, evidence=list(evidence))

    assert worth(made, answer("refuted", 5, 3)) == 1
    assert worth(made, answer("refuted", 3)) == pytest.approx(2 / 3)
    assert worth(made, answer("refuted", *range(10))) == pytest.approx(1 / 3)
    assert worth(made, answer("refuted")) == 0
    assert worth(made, answer("supported", 3, 5)) == 0
    assert worth(made, Check(claim="", sources=[])) == 0


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_reads_is_paid(neuron, clock, incentives):
    async with neuron(Reader) as reader, neuron(Guesser) as guesser, neuron(FactValidator):
        await clock.epochs(3)
    read, guessed = await incentives(reader, guesser)
    assert read > 2 * guessed
