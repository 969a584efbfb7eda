import math

import pytest

from prediction_market import (
    Boaster,
    Counter,
    Entry,
    MarketValidator,
    Odds,
    Shrugger,
    brier,
    judged,
    outcome,
    read,
    write,
)
from taokit.errors import ConfigurationError

pytestmark = pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)


def entry(**changes):
    return Entry(**{"number": 1, "due": 5, "biases": [0.2, 0.9], "chances": {"a": [0.0, 1.0], "b": None}} | changes)


def test_the_best_chance_to_name_is_the_true_one():
    """Brier (1950): expected over the outcome, no other chance scores less than the bias itself."""

    def expected(chance, bias):
        return bias * brier([chance], [True]) + (1 - bias) * brier([chance], [False])

    for bias in (0.1, 0.35, 0.8):
        assert min(range(101), key=lambda percent: expected(percent / 100, bias)) == round(100 * bias)


@pytest.mark.parametrize("chances", [None, [], [0.5], [0.5, 1.1], [0.5, math.nan], [-0.1, 0.5]])
def test_what_is_no_chance_is_worth_nothing(chances):
    assert brier(chances, [True, False]) == 1
    assert judged([entry(chances={"a": chances})], [[True, False]]) == {"a": 0}


def test_outcomes_follow_the_biases_and_differ_from_block_to_block():
    drawn = [outcome(bytes([k % 256, k // 256]) * 16, entry()) for k in range(2000)]
    assert sum(first for first, _ in drawn) / 2000 == pytest.approx(0.2, abs=0.04)
    assert sum(second for _, second in drawn) / 2000 == pytest.approx(0.9, abs=0.04)
    assert outcome(b"\1" * 32, entry()) == outcome(b"\1" * 32, entry())


def test_a_miner_that_was_silent_gets_nothing_when_the_day_comes():
    assert judged([entry(), entry()], [[False, True], [True, True]]) == {"a": 0.5, "b": 0.0}


@pytest.mark.parametrize("happened", [[False, True], [True, True], [False, False]])
def test_who_says_one_half_of_everything_gets_nothing(happened):
    assert judged([entry(chances={"a": [0.5, 0.5]})], [happened]) == {"a": 0}


def test_a_book_comes_back_from_its_file_and_garbage_is_told(tmp_path):
    write(tmp_path / "new" / "book.json", [entry()])
    assert read(tmp_path / "new" / "book.json") == [entry()]
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ConfigurationError, match="no book"):
        read(tmp_path / "bad.json")


async def test_counting_is_paid_more_than_boasting_and_shrugging(neuron, clock, incentives):
    async with neuron(Counter) as counter, neuron(Boaster) as boaster, neuron(Shrugger) as shrugger:
        async with neuron(MarketValidator):
            await clock.epochs(8)
        counted, boasted, shrugged = await incentives(counter, boaster, shrugger)
    assert counted > 2 * boasted
    assert shrugged == 0


async def test_what_was_open_before_a_restart_is_settled_after_it(neuron, clock, tmp_path):
    async with neuron(Counter) as counter:
        async with neuron(MarketValidator, folder=tmp_path, delay=3) as first:
            await clock.until(lambda: first.role.book)
            assert not first.scored()
        (file,) = tmp_path.glob("*.json")
        due = read(file)[0].due
        await clock.until(lambda: clock.block > due)
        async with neuron(MarketValidator, folder=tmp_path, delay=1000) as second:
            assert [each.due for each in second.role.book] == [due]
            await clock.until(second.scored)
            assert 0 < second.scored()[counter.signer.ss58] <= 1
            assert [each.due for each in read(file)] != [due]


async def test_every_event_gets_a_chance():
    asked = Odds(pasts=[[True] * 40, [False] * 40, []], due=1)
    assert (await Counter().forward(asked)).chances == [41 / 42, 1 / 42, 1 / 2]
