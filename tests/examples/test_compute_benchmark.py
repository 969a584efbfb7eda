import random

import numpy as np
import pytest

from compute_benchmark import CHANCE, BenchmarkValidator, Cheat, Multiply, Worker, is_right, matrices


def by(rows, seed=1):
    draw = random.Random(seed)
    return np.array([draw.randrange(CHANCE) for _ in range(rows)], dtype=np.int64)


def test_the_product_is_exact_and_passes():
    answer = Worker().forward(Multiply(seed=5, rows=40))
    left, right = (matrix.tolist() for matrix in matrices(5, 40))
    assert answer.product.tolist() == [
        [sum(left[i][k] * right[k][j] for k in range(40)) for j in range(40)] for i in range(40)
    ]
    assert is_right(answer, by(40))


def test_one_wrong_number_is_found():
    answer = Worker().forward(Multiply(seed=5, rows=40))
    for seed in range(20):
        wrong = answer.product.copy()
        wrong[seed, seed * 2 % 40] += 1
        assert not is_right(answer.model_copy(update={"product": wrong}), by(40, seed))
    assert not is_right(Cheat().forward(Multiply(seed=5, rows=40)), by(40))


@pytest.mark.parametrize("product", [None, np.zeros((3, 3), np.int32), np.zeros((40, 40))])
def test_what_is_no_product_is_not_right(product):
    assert not is_right(Multiply(seed=5, rows=40, product=product), by(40))


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_works_is_paid(neuron, clock, incentives):
    async with neuron(Worker) as worker, neuron(Cheat) as cheat, neuron(BenchmarkValidator, rows=64):
        await clock.epochs(3)
    assert await incentives(worker, cheat) == [65535, 0]
