"""Relaxed Yuma: near to the recorded vectors, and its gradients those of small steps."""

import math

import pytest

torch = pytest.importorskip("torch")

from consensus.worlds import recorded, steps  # noqa: E402
from taokit.consensus import Hyperparameters  # noqa: E402
from taokit.errors import ConfigurationError  # noqa: E402
from taokit.lab.relaxed import (  # noqa: E402
    distance,
    relaxed_epoch,
    relaxed_parameters,
    relaxed_run,
    soft_median,
    soft_minimum,
    with_gradient,
)

OUTPUTS = ("consensus", "incentive", "dividends", "validator_trust")
VARIANTS = [{}, {"yuma3": True}, {"yuma3": True, "liquid_alpha": True}]


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def distances(temperature):
    """By output, the distance in the first epoch of every recorded run, ascending."""
    first = [next(steps(vector)) for vector in recorded("epochs")]
    found = [distance(world.stored(step["emission"]), temperature=temperature) for world, step in first]
    return {name: sorted(far[name] for far in found) for name in OUTPUTS}


def test_most_recorded_epochs_are_near_and_nearer_when_colder():
    warm, cold = distances(1e-3), distances(1e-5)
    for name in OUTPUTS:
        middle = len(cold[name]) * 8 // 10
        assert cold[name][middle] < 3e-3, name
        assert cold[name][middle] <= warm[name][middle], name


@pytest.mark.parametrize("settings", VARIANTS, ids=["2", "3", "liquid"])
def test_gradients_are_those_of_small_steps(settings):
    parameters = relaxed_parameters(Hyperparameters(bonds_penalty=40000, **settings), temperature=0.05)
    draw = torch.Generator().manual_seed(0)
    weights = torch.rand((3, 4), generator=draw, dtype=torch.float64).requires_grad_()
    bonds = torch.rand((3, 4), generator=draw, dtype=torch.float64)
    stake = tensor([0.45, 0.35, 0.2]).requires_grad_()

    def outputs(stake, weights):
        epoch = relaxed_epoch(stake, weights, bonds, parameters)
        return epoch.dividends, epoch.incentive, epoch.consensus, epoch.validator_trust, epoch.bonds

    assert torch.autograd.gradcheck(outputs, (stake, weights), eps=1e-6, atol=1e-4)


def test_parameters_carry_gradients_too():
    settings = Hyperparameters(yuma3=True, liquid_alpha=True, bonds_penalty=40000)
    names = ("kappa", "penalty", "low", "high", "steepness")
    parameters = with_gradient(relaxed_parameters(settings, temperature=0.05), *names)
    rows = [tensor([[0.6, 0.4], [0.3, 0.7], [0.5, 0.5]]), tensor([[0.2, 0.8], [0.3, 0.7], [0.5, 0.5]])]
    run = relaxed_run(tensor([0.45, 0.35, 0.2]), rows, parameters)
    run[-1].dividends[0].backward()
    for name in names:
        assert math.isfinite(getattr(parameters, name).grad), name
        assert getattr(parameters, name).grad != 0, name


def test_the_soft_median_of_agreement_is_what_all_agree_on():
    found = soft_median(tensor([0.5, 0.3, 0.2]), tensor([[0.25, 0], [0.25, 0], [0.25, 0]]), tensor(0.5), 1e-3)
    assert found.tolist() == pytest.approx([0.25, 0], abs=1e-9)


def test_the_soft_minimum_keeps_nothing_at_nothing():
    kept = soft_minimum(tensor([[0, 0.2, 0.9]]), tensor([0.0, 0.5, 0.5]), 1e-4)
    assert kept[0].tolist() == pytest.approx([0, 0.2, 0.5], abs=1e-4)
    assert kept[0, 0] == 0


def test_nobody_votes_and_nothing_is_infinite():
    epoch = relaxed_epoch(tensor([0.0, 0.0]), tensor([[1.0, 0], [0, 1]]), tensor([[0.0, 0], [0, 0]]), _plain())
    assert epoch.consensus.tolist() == [0, 0]
    assert torch.isfinite(epoch.dividends).all()


def _plain():
    return relaxed_parameters(Hyperparameters(yuma3=True))


def test_what_cannot_be_is_told_by_name():
    with pytest.raises(ConfigurationError, match="kappa is 65536"):
        relaxed_parameters(Hyperparameters(kappa=65536))
    with pytest.raises(ConfigurationError, match="a temperature of 0"):
        relaxed_parameters(Hyperparameters(), temperature=0)
