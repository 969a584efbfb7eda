import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from protein_folding import Fold, Folder, FoldValidator, Hasty, Stretcher, attraction, depth, energy, folded  # noqa: E402


def slow_energy(chain, places):
    """The sum of Stillinger, Head-Gordon and Hirshfeld (1993), equation 1, pair by pair."""
    total = 0.0
    for k in range(1, len(chain) - 1):
        before, after = places[k] - places[k - 1], places[k + 1] - places[k]
        total += (1 - float(before @ after)) / 4
    for i in range(len(chain)):
        for j in range(i + 2, len(chain)):
            pull = {"AA": 1.0, "BB": 0.5}.get(chain[i] + chain[j], -0.5)
            distance = math.dist(places[i], places[j])
            total += 4 * (distance**-12 - pull * distance**-6)
    return total


def walk(beads, seed):
    steps = np.random.default_rng(seed).normal(size=(beads - 1, 3)) + np.array([1.5, 0, 0])
    return np.vstack([np.zeros(3), (steps / np.linalg.norm(steps, axis=1, keepdims=True)).cumsum(axis=0)])


@pytest.mark.parametrize("chain", ["AAA", "ABBABBABABBAB", "BBBBAAB"])
def test_the_energy_is_that_of_the_paper(chain):
    places = np.stack([walk(len(chain), seed) for seed in range(4)])
    found = energy(torch.tensor(places), attraction(chain))
    assert found.tolist() == pytest.approx([slow_energy(chain, each) for each in places])


def test_searching_lowers_the_energy_and_stays_above_the_lowest_that_is_known():
    """For thirteen beads of the Fibonacci chain the literature has none below about -5 in three dimensions."""
    chain = "ABBABBABABBAB"
    found = depth(Fold(chain=chain, places=folded(chain, starts=16, steps=150)))
    assert 1 < found < 5.1


def test_what_is_no_chain_is_worth_nothing():
    chain = "AABAABABAABBAAAB"
    places = folded(chain, starts=8, steps=100)
    assert depth(Fold(chain=chain, places=places)) > 1
    stretched = places.copy()
    stretched[-1] += 0.001
    for wrong in (
        None,
        places[1:],
        places.astype(np.float32),
        places * np.nan,
        stretched,
        np.zeros_like(places),
        np.full_like(places, 1e308),
    ):
        assert depth(Fold(chain=chain, places=wrong)) == 0


def test_a_fold_of_another_chain_is_worth_little():
    kept = folded("A" * 16, starts=8, steps=100)
    assert depth(Fold(chain="A" * 16, places=kept)) > 5
    for chain in ("AABAABAABABAAAAB", "ABAABAAABABAAAAA", "BAABAAAAABAABBBA"):
        own = folded(chain, starts=8, steps=100)
        assert depth(Fold(chain=chain, places=kept)) < depth(Fold(chain=chain, places=own)) / 4


@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)
async def test_who_searches_is_paid_most(neuron, clock, incentives):
    async with neuron(Folder, starts=16, steps=120) as folder, neuron(Hasty) as hasty, neuron(Stretcher) as stretcher:
        async with neuron(FoldValidator):
            await clock.epochs(3)
        deep, shallow, broken = await incentives(folder, hasty, stretcher)
    assert deep > 2 * shallow
    assert broken == 0
