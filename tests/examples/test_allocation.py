import math
import random

import pytest

from allocation import Allocate, AllocationValidator, Balancer, Boundless, Chaser, Pool, drawn, gain, income


def asked(seed, pools=4, total=1000.0):
    draw = random.Random(seed)
    return Allocate(total=total, pools=[drawn(draw) for _ in range(pools)])


@pytest.mark.parametrize("seed", range(8))
def test_no_small_transfer_improves_the_balanced_division(seed):
    """Income is concave in the amounts, so a division that no transfer improves is the best there is."""
    answer = Balancer().forward(asked(seed))
    best = income(answer.pools, answer.amounts)
    assert sum(answer.amounts) == pytest.approx(1000)
    for source in range(4):
        for target in range(4):
            moved = list(answer.amounts)
            step = min(1.0, moved[source])
            moved[source] -= step
            moved[target] += step
            assert income(answer.pools, moved) <= best + 1e-9


def test_a_grid_of_all_divisions_finds_nothing_better():
    answer = Balancer().forward(asked(3, pools=3, total=100.0))
    best = income(answer.pools, answer.amounts)
    grid = [income(answer.pools, [a, b, 100 - a - b]) for a in range(101) for b in range(101 - a)]
    assert max(grid) <= best + 1e-9
    assert max(grid) == pytest.approx(best, rel=1e-3)


def test_income_by_hand():
    pool = Pool(base=0.01, slope=0.1, lent=50, supplied=100)
    assert pool.rate(0) == pytest.approx(0.06)
    assert income([pool], [100]) == pytest.approx(100 * 0.035)
    assert pool.marginal(pool.amount_at(0.02)) == pytest.approx(0.02)


@pytest.mark.parametrize(
    "amounts", [None, [], [1000.0], [-1.0, 0, 0, 0], [math.nan] * 4, [math.inf] * 4, [300.0] * 4, [250.0] * 4]
)
def test_amounts_that_are_not_allowed_and_the_even_split_are_worth_nothing(amounts):
    assert gain(asked(1).model_copy(update={"amounts": amounts})) == 0


@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)
async def test_who_balances_is_paid_most(neuron, clock, incentives):
    async with neuron(Balancer) as balancer, neuron(Chaser) as chaser, neuron(Boundless) as boundless:
        async with neuron(AllocationValidator):
            await clock.epochs(3)
        balanced, chased, cheated = await incentives(balancer, chaser, boundless)
    assert balanced > 2 * chased
    assert cheated == 0
