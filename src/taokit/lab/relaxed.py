"""Relaxed Yuma: the steps of an epoch with smooth stand-ins, in torch float64, so that everything has a gradient.

It is near to Yuma and never equal: nothing is rounded, medians and minima are soft, and bonds are carried on
unrounded. `distance` says how near. Needs the `torch` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import torch
from jaxtyping import Bool, Float

from taokit.consensus import Hyperparameters, Stored
from taokit.consensus.epoch import Inputs
from taokit.consensus.scalar import ONE
from taokit.consensus.subnet import load, unload
from taokit.errors import ConfigurationError
from taokit.lab.engines import engine

PerLine: TypeAlias = Float[torch.Tensor, " validators"]
PerUid: TypeAlias = Float[torch.Tensor, " uids"]
Matrix: TypeAlias = Float[torch.Tensor, "validators uids"]
Mask: TypeAlias = Bool[torch.Tensor, "validators uids"]
Number: TypeAlias = Float[torch.Tensor, ""]

HALVINGS = 42
"""Steps that find a soft median, to a billionth of the temperature."""

TEMPERATURE = 1e-4
"""How far, in shares of a row, the soft median and the soft minimum reach. Smaller is nearer to Yuma, and steeper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxedParameters:
    """The settings of an epoch as numbers that may carry gradients; each is a share, but for the steepness."""

    kappa: Number
    penalty: Number
    rate: Number  # of bonds, where liquid alpha does not set it
    low: Number
    high: Number
    steepness: Number
    yuma3: bool
    liquid_alpha: bool
    temperature: float = TEMPERATURE


def relaxed_parameters(parameters: Hyperparameters, *, temperature: float = TEMPERATURE) -> RelaxedParameters:
    """A subnet's settings; raises `ConfigurationError` for those out of bounds, and a temperature not above 0."""
    parameters.check()
    if not temperature > 0:
        raise ConfigurationError(f"a temperature of {temperature} is not above 0")
    bits = parameters.bits()
    return RelaxedParameters(
        kappa=_number(int(bits.kappa) / ONE),
        penalty=_number(int(bits.penalty) / ONE),
        rate=_number(int(bits.rate) / ONE),
        low=_number(parameters.alpha_low / 65535),
        high=_number(parameters.alpha_high / 65535),
        steepness=_number(parameters.alpha_sigmoid_steepness / 100),
        yuma3=parameters.yuma3,
        liquid_alpha=parameters.liquid_alpha,
        temperature=temperature,
    )


def _number(value: float) -> Number:
    return torch.tensor(value, dtype=torch.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxedEpoch:
    """What a relaxed epoch says; shares of one."""

    consensus: PerUid
    incentive: PerUid
    validator_trust: PerLine
    dividends: PerLine
    bonds: Matrix  # as the next epoch takes them: under Yuma 2 parts of the largest of the column


def relaxed_epoch(
    stake: PerLine, weights: Matrix, bonds: Matrix, parameters: RelaxedParameters, *, present: Mask | None = None
) -> RelaxedEpoch:
    """One epoch of validators with active stake, their weights on any scale, and the bonds they hold, 0 to 1.

    `present` tells stored zeros from missing entries, which liquid alpha does; without it every entry is there.
    """
    active, rows = _share(stake, 0), _share(weights, 1)
    ceiling = soft_median(active, rows, 1 - parameters.kappa, parameters.temperature)
    clipped = soft_minimum(rows, ceiling, parameters.temperature)
    incentive = _share(active @ clipped, 0)
    bought = rows + parameters.penalty * (clipped - rows)
    if parameters.yuma3:
        held = _relative(bought, bonds, ceiling, parameters, present)
        earned, kept = (_share(held, 0) @ incentive) * active, held
    else:
        delta = _share(bought * active[:, None], 0)
        held = _share(parameters.rate * delta + (1 - parameters.rate) * _share(bonds, 0), 0)
        earned, kept = held @ incentive, _over(held, held.amax(0, keepdim=True))
    return RelaxedEpoch(
        consensus=ceiling,
        incentive=incentive,
        validator_trust=clipped.sum(1),
        dividends=_share(earned, 0),
        bonds=kept,
    )


def relaxed_run(
    stake: PerLine, weights: Sequence[Matrix], parameters: RelaxedParameters, *, bonds: Matrix | None = None
) -> list[RelaxedEpoch]:
    """Epochs one after another, a matrix of weights each; bonds carry on, and so do gradients through them."""
    held = torch.zeros_like(weights[0]) if bonds is None else bonds
    epochs = []
    for rows in weights:
        epochs.append(relaxed_epoch(stake, rows, held, parameters))
        held = epochs[-1].bonds
    return epochs


def soft_median(votes: PerLine, rows: Matrix, below: Number, temperature: float) -> PerUid:
    """Each column's value with so much of the votes softly below it; 0 where nobody votes.

    The value is found without gradients; one Newton step from it, which moves nothing, carries them.
    """
    with torch.no_grad():
        reach = 40 * temperature
        low, high = rows.amin(0) - reach, rows.amax(0) + reach
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            under = (votes[:, None] * torch.sigmoid((middle - rows) / temperature)).sum(0) < below
            low, high = torch.where(under, middle, low), torch.where(under, high, middle)
        found = (low + high) / 2
        gate = torch.sigmoid((found - rows) / temperature)
        slope = (votes[:, None] * gate * (1 - gate)).sum(0) / temperature
        # Between two reports the sum is flat: the true slope would throw gradients far beyond any step.
        slope = slope.clamp_min(1e-3 / temperature)
    held = (votes[:, None] * torch.sigmoid((found - rows) / temperature)).sum(0)
    moved = (held - held.detach()) - (below - below.detach())
    return (found - moved / slope).clamp_min(0) * (votes.sum() > 0)


def soft_minimum(rows: Matrix, ceiling: PerUid, temperature: float) -> Matrix:
    """The smaller of report and ceiling with a rounded corner; a report of nothing stays nothing."""
    softplus = torch.nn.functional.softplus
    over = softplus((rows - ceiling) / temperature) - softplus(-ceiling / temperature)
    return rows - temperature * over


def _relative(
    bought: Matrix, bonds: Matrix, ceiling: PerUid, parameters: RelaxedParameters, present: Mask | None
) -> Matrix:
    if not parameters.liquid_alpha:
        return parameters.rate * bought + (1 - parameters.rate) * bonds
    difference = torch.where(bought >= bonds, bought - ceiling, bonds - bought).clamp(0, 1)
    exponent = (parameters.steepness * (difference - 0.5)).clamp(-20, 20)
    rate = parameters.low + torch.sigmoid(exponent) * (parameters.high - parameters.low).clamp_min(0)
    moved = rate * bought + (1 - rate) * bonds
    return moved if present is None else moved * present


def _share(values: Any, axis: int) -> Any:
    return _over(values, values.sum(axis, keepdim=True))


def _over(values: Any, whole: Any) -> Any:
    """The quotient; 0, and without a gradient, where the divisor is 0."""
    nothing = whole == 0
    return torch.where(nothing, torch.zeros_like(values), values / torch.where(nothing, torch.ones_like(whole), whole))


def relaxed(stored: Stored, *, temperature: float = TEMPERATURE) -> RelaxedEpoch:
    """The relaxed epoch of a stored subnet; lines are the uids that hold an old permit or bonds, ascending."""
    inputs = load(stored).inputs
    parameters = relaxed_parameters(stored.parameters, temperature=temperature)
    return _of_inputs(inputs, parameters)


def _of_inputs(inputs: Inputs, parameters: RelaxedParameters) -> RelaxedEpoch:
    def floats(array: Any, whole: int) -> Any:
        return torch.from_numpy(np.asarray(array, dtype=np.float64) / whole)

    return relaxed_epoch(
        floats(inputs.votes, ONE),
        floats(inputs.weights, 65535),
        floats(inputs.bonds, 65535),
        parameters,
        present=torch.from_numpy(np.ascontiguousarray(inputs.has_weight)),
    )


def distance(stored: Stored, *, temperature: float = TEMPERATURE) -> dict[str, float]:
    """By output, the largest difference between this epoch relaxed and exact, in shares of one."""
    loaded = load(stored)
    settings = stored.parameters
    exact = unload(loaded, engine().run(loaded.inputs, yuma3=settings.yuma3, liquid_alpha=settings.liquid_alpha))
    near = _of_inputs(loaded.inputs, relaxed_parameters(settings, temperature=temperature))
    pairs = {
        "consensus": (near.consensus, exact.consensus),
        "incentive": (near.incentive, exact.incentive),
        "dividends": (near.dividends, exact.dividends[loaded.lines]),
        "validator_trust": (near.validator_trust, exact.validator_trust[loaded.lines]),
    }
    return {name: _apart(ours, np.asarray(theirs)) for name, (ours, theirs) in pairs.items()}


def _apart(ours: Any, theirs: Any) -> float:
    return float(np.abs(ours.detach().numpy() - theirs / 65535).max(initial=0.0))


def with_gradient(parameters: RelaxedParameters, *names: str) -> RelaxedParameters:
    """The parameters with the named ones asking for their gradient."""
    asked: dict[str, Any] = {name: getattr(parameters, name).clone().requires_grad_() for name in names}
    return replace(parameters, **asked)


__all__ = [
    "TEMPERATURE",
    "RelaxedEpoch",
    "RelaxedParameters",
    "distance",
    "relaxed",
    "relaxed_epoch",
    "relaxed_parameters",
    "relaxed_run",
    "soft_median",
    "soft_minimum",
    "with_gradient",
]
