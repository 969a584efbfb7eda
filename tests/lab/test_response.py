import numpy as np
import pytest

pytest.importorskip("torch")

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.response import Game, best_response, exact_return

MERITS = (1, 0.6, 0.3, 0.1)


def game(delay):
    draw = np.random.default_rng(0)
    base = np.array([draw.permutation(MERITS) for _ in range(6)])
    honest = np.maximum(0.01, base[None] * (1 + 0.02 * draw.standard_normal((2, 6, 4))))
    return Game((10_000, 6_000, 4_000), honest, Hyperparameters(yuma3=True, commit_reveal=False), delay)


def copied(it):
    weighted = np.tensordot(np.array(it.stakes[:-1]), it.honest, axes=1)
    return [weighted[max(0, epoch - it.delay)] for epoch in range(it.epochs)]


def test_who_sees_the_others_weights_does_best_by_copying():
    open_game = game(delay=0)
    found = exact_return(open_game, best_response(open_game, steps=4))
    assert found == pytest.approx(exact_return(open_game, copied(open_game)), abs=0.01)
    assert found == pytest.approx(1, abs=0.02)


def test_who_does_not_see_them_finds_better_than_copying_and_still_loses():
    sealed = game(delay=1)
    found = exact_return(sealed, best_response(sealed, steps=30))
    assert exact_return(sealed, copied(sealed)) < found < 0.9


def test_stakes_and_rows_must_fit():
    wrong = Game((1, 1), game(0).honest, Hyperparameters())
    with pytest.raises(ConfigurationError, match="2 stakes for 2 honest validators and one more"):
        best_response(wrong, steps=1)
