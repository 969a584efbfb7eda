import random

import pytest

from fact_checking import VERDICTS, Check, FactValidator, Finding, Guesser, Reader, fit, puzzle, worth

TOLD = (
    "Neon (Ne) has the atomic number 10.",
    "Boron: its discovery dates from 1808.",
    "Neon: its discovery dates from 1898.",
)


def finding(verdict, *evidence):
    return Finding(verdict=verdict, evidence=list(evidence))


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
    (found,) = (await Reader().forward(Check(claims=[claim], sources=list(TOLD)))).findings
    assert (found.verdict, sorted(found.evidence)) == (verdict, evidence)


async def test_what_the_validator_makes_can_be_read():
    for seed in range(50):
        made = puzzle(random.Random(seed))
        answer = await Reader().forward(Check(claims=made.claims, sources=made.sources))
        assert worth(made.truth, answer.findings) == 1


def test_a_verdict_is_worth_its_grounds():
    true = finding("refuted", 3, 5)
    assert fit(true, finding("refuted", 5, 3)) == 1
    assert fit(true, finding("refuted", 3)) == pytest.approx(2 / 3)
    assert fit(true, finding("refuted", *range(10))) == pytest.approx(1 / 3)
    assert fit(true, finding("refuted")) == fit(true, finding("supported", 3, 5)) == 0
    assert fit(finding("unknown"), finding("unknown")) == 1


@pytest.mark.parametrize("verdict", sorted(set(VERDICTS)))
def test_one_verdict_for_all_is_worth_nothing_even_with_the_right_grounds(verdict):
    for seed in range(50):
        made = puzzle(random.Random(seed))
        known = [true if true.verdict == "unknown" else finding(verdict, *true.evidence) for true in made.truth]
        assert worth(made.truth, known) == 0
        assert worth(made.truth, [finding(verdict, *range(len(made.sources)))] * len(made.truth)) == 0


def test_another_number_of_findings_is_worth_nothing():
    truth = puzzle(random.Random(1)).truth
    assert worth(truth, truth) == 1
    assert [worth(truth, said) for said in (None, [], truth[1:], truth * 2)] == [0, 0, 0, 0]


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_reads_is_paid(neuron, clock, incentives):
    async with neuron(Reader) as reader, neuron(Guesser) as guesser, neuron(FactValidator):
        await clock.epochs(3)
    assert await incentives(reader, guesser) == [65535, 0]
