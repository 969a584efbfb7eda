"""The experiments against figures that another exact implementation of the epoch gives for them."""

import numpy as np
import pytest

from taokit.errors import ConfigurationError
from taokit.lab.experiments import burn, cabal, copying, hand_over
from taokit.lab.measures import against_honest, burned_share, stake_share, tao_share
from taokit.lab.scenarios import play, under


def test_a_copier_of_a_task_that_never_changes_only_loses_its_late_start():
    steps = play(copying(delay=1, changing=False))
    against = [round(against_honest(steps[epoch - 1], 2, (0, 1)), 2) for epoch in (3, 6, 10, 15, 20, 24)]
    assert against == [0.53, 0.84, 0.93, 0.97, 0.98, 0.99]


@pytest.mark.parametrize(
    ("changing", "figures"),
    [(False, [1.01, 1.00, 0.99, 0.98, 0.97]), (True, [1.01, 0.75, 0.74, 0.74, 0.72])],
    ids=["static", "changing"],
)
def test_what_the_reveals_delay_takes_from_a_copier(changing, figures):
    def settled(delay, seed):
        steps = play(copying(delay=delay, changing=changing, seed=seed))
        return np.mean([against_honest(step, 2, (0, 1)) for step in steps[24:]])

    seeds = range(10) if changing else range(3)
    means = [np.mean([settled(delay, seed) for seed in seeds]) for delay in range(5)]
    assert np.round(means, 2).tolist() == pytest.approx(figures, abs=0.0101)


@pytest.mark.parametrize(
    ("utility", "two", "three"),
    [
        (0.60, (0.548, 0.503, 0.275), (0.546, 0.488, 0.250)),
        (0.74, (0.632, 0.658, 0.695), (0.634, 0.662, 0.703)),
        (0.90, (0.704, 0.779, 0.870), (0.706, 0.783, 0.874)),
    ],
)
def test_how_a_cabal_grows(utility, two, three):
    for variant, figures in (("2", two), ("3", three)):
        steps = play(under(cabal(utility), variant), epochs=201)
        honest = [float(stake_share(steps[epoch], range(6))) for epoch in (50, 100, 200)]
        assert honest == pytest.approx(figures, abs=0.0006)


@pytest.mark.parametrize(
    ("share", "incentive", "tao"),
    [
        (0, [0, 26213, 19660, 13107, 6553], 0.1000),
        (0.25, [16383, 19660, 14745, 9830, 4915], 0.0769),
        (0.5, [32767, 13106, 9829, 6553, 3276], 0.0526),
        (0.75, [49151, 6553, 4914, 3276, 1638], 0.0270),
        (0.9, [58982, 2621, 1965, 1310, 655], 0.0110),
        (1, [65535, 0, 0, 0, 0], 0),
    ],
)
def test_what_burning_costs_a_subnet(share, incentive, tao):
    last = play(burn(share), epochs=6)[-1]
    assert last.outcome.incentive[3:].tolist() == incentive
    assert round(tao_share(burned_share(last, 3), subnets=10), 4) == tao


HALVES, THIRDS = [32767, 32767, 0], [21844, 21844, 21844]
OFTEN = (1100, 1400, 1460, 1800, 2200, 2500, 2900)


@pytest.mark.parametrize(
    ("how", "incentive", "bonds"),
    [
        ({"registered": None}, [THIRDS, THIRDS, THIRDS], [4150, 5919, 7511]),
        ({}, [HALVES, THIRDS, THIRDS], [None, 2184, 4150]),
        ({"commits": (1100, 1400, 2200, 2500, 2900)}, [HALVES, HALVES, THIRDS], [None, None, 2184]),
        ({"registered": 1450, "commits": OFTEN}, [THIRDS, THIRDS, THIRDS], [2184, 4150, 5919]),
        ({"registered": 1750}, [THIRDS, THIRDS, THIRDS], [4150, 2184, 4150]),
        ({"period": 2}, [HALVES, THIRDS, THIRDS], [None, 2184, 4150]),
        ({"timelocked": False, "registered": None}, [THIRDS, THIRDS, THIRDS], [2184, 4150, 5919]),
        ({"timelocked": False}, [HALVES, THIRDS, THIRDS], [None, 2184, 4150]),
    ],
    ids=str,
)
def test_a_uid_that_changes_hands_between_commit_and_reveal(how, incentive, bonds):
    steps = play(hand_over(**how))
    assert [step.outcome.incentive[2:].tolist() for step in steps[1:]] == incentive
    assert [dict(step.outcome.bonds[0].tolist()).get(4) for step in steps[1:]] == bonds
    assert not [refusal for step in steps for refusal in step.refused]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (lambda: burn(-0.1), "a share of -0.1 cannot be burned"),
        (lambda: cabal(2), "an honest weight of 2 lies outside"),
    ],
)
def test_what_cannot_be_is_told_by_name(do, told):
    with pytest.raises(ConfigurationError, match=told):
        do()
