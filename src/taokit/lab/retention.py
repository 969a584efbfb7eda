"""The retention map: how useful an honest majority must be so that it loses no stake, whatever the rest does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

from taokit.consensus import Hyperparameters
from taokit.consensus.epoch import Epoch, Inputs, Parameters
from taokit.consensus.stake import shares
from taokit.errors import ConfigurationError
from taokit.lab.engines import EngineName, engine
from taokit.lab.sweep import Figures, Point, Sweep

Matrix = Int64[np.ndarray, "validators uids"]
Normal = Float[np.ndarray, "..."]

VALIDATORS, SERVERS = 64, 448
"""The size of the full map."""

STAKES = (0.51, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.99)
"""Shares of stake that the honest side holds."""

STEPS = 51
"""Utilities and claims from 0 to 1."""

SUPPLY = 21 * 10**15
FULL_PENALTY = 65534
"""Of 65535; one below the largest, so that the penalty interpolates even where it is full."""

MATRICES = 16
"""Matrices that an epoch holds at once, about."""

CACHED = 1 << 20
"""Bytes of one matrix of a batch; more and it leaves the processor's cache."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the points of one share of stake have in common."""

    validators: int
    servers: int
    share: float  # of the honest side
    sigma: float  # how far reports scatter
    seed: int

    @property
    def uids(self) -> int:
        """All neurons."""
        return self.validators + self.servers


def majority(total: int, share: float) -> int:
    """How many of so many neurons are on the honest side; always one at least on either."""
    return max(1, min(total - 1, int(Fraction(str(share)) * total)))


@lru_cache(maxsize=4)
def _draws(ground: Ground) -> tuple[list[int], Normal, Normal]:
    """Stake shares, and reports on either side's servers with rows that sum to one; normal numbers of one seed."""
    draw = np.random.default_rng(ground.seed)
    stakes = np.maximum(0, 1 + 0.3 * draw.standard_normal(ground.validators))
    y = np.maximum(0, 1 + ground.sigma * draw.standard_normal((ground.validators, ground.servers)))
    ours, first = majority(ground.validators, ground.share), majority(ground.servers, ground.share)
    sides = (
        ground.share * stakes[:ours] / stakes[:ours].sum(),
        (1 - ground.share) * stakes[ours:] / stakes[ours:].sum(),
    )
    rao = [int(part * SUPPLY) << 64 for part in np.concatenate(sides)]
    own, other = (part / part.sum(axis=1, keepdims=True) for part in (y[:, :first], y[:, first:]))
    return shares(rao, threshold=0, owner_uid=None), own, other


def upscaled_rows(values: Int64[np.ndarray, "... uids"]) -> Int64[np.ndarray, "... uids"]:
    """Rows stretched so that their largest value is 65535, as the chain stores them (`vec_max_upscale_to_u16`)."""
    largest = np.maximum(values.max(axis=-1, keepdims=True), 1)
    by_factor = values * ((65535 << 32) // largest)
    by_quotient = np.where(largest > 32768, 0, (values * 65535 << 32) // largest)
    nearest = (np.where(largest > 32768, by_factor, by_quotient) + (1 << 31)) >> 32
    stored: Int64[np.ndarray, "... uids"] = np.minimum(nearest, 65535)
    return stored


@lru_cache(maxsize=512)
def _rows(ground: Ground, honest: bool, own_part: float) -> Matrix:
    """The stored rows of one side, which gives `own_part` of its weight to its own servers."""
    _, majors, minors = _draws(ground)
    ours = majority(ground.validators, ground.share)
    side = slice(None, ours) if honest else slice(ours, None)
    first, second = (own_part, 1 - own_part) if honest else (1 - own_part, own_part)
    weights = np.concatenate([majors[side] * first, minors[side] * second], axis=1)
    rows = upscaled_rows(np.floor(65535 * weights).astype(np.int64))
    return np.pad(rows, ((0, 0), (ground.validators, 0)))


def inputs(ground: Ground, pairs: Sequence[tuple[float, float]], *, beta: float) -> Inputs:
    """One network for each pair of (honest utility, the other side's claim), before its first epoch."""
    stake, _, _ = _draws(ground)
    size, v = len(pairs), ground.validators
    weights = np.stack([np.concatenate([_rows(ground, True, h), _rows(ground, False, c)]) for h, c in pairs])
    column = np.arange(ground.uids)
    everyone = np.array([*stake, *[0] * ground.servers], dtype=np.int64)
    return Inputs(
        stake=np.broadcast_to(everyone, (size, ground.uids)),
        votes=np.broadcast_to(everyone[:v], (size, v)),
        line=np.broadcast_to(np.minimum(column, v), (size, ground.uids)),
        weights=weights,
        has_weight=np.broadcast_to(column >= v, weights.shape),
        bonds=np.zeros_like(weights),
        emission=np.full(size, 10**9, dtype=np.int64),
        parameters=_parameters(beta, size),
    )


def _parameters(beta: float, size: int) -> Parameters:
    bits = Hyperparameters(bonds_penalty=int(FULL_PENALTY * beta), commit_reveal=False).bits()
    many = {name: np.broadcast_to(getattr(bits, name), (size,)) for name in ("kappa", "penalty", "rate")}
    return Parameters(**many, sigmoid=bits.sigmoid)


def honest_emission(ground: Ground, epoch: Epoch) -> Float[np.ndarray, " points"]:
    """The honest side's part of all emission at each point, rounded to three decimals."""
    emission = epoch.emission.both
    ours, first = majority(ground.validators, ground.share), majority(ground.servers, ground.share)
    v = ground.validators
    kept = emission[:, :ours].sum(axis=1) + emission[:, v : v + first].sum(axis=1)
    rounded: Float[np.ndarray, " points"] = np.round(kept / emission.sum(axis=1), 3)
    return rounded


def _measure(
    points: Sequence[Point], at_once: int, *, validators: int, servers: int, yuma3: bool, on: EngineName
) -> list[Figures]:
    """The honest emission of each point; neighbours that share their ground are computed together."""

    def common(point: Point) -> tuple[Any, ...]:
        return point["sigma"], point["beta"], point["seed"], point["share"]

    found: list[Figures] = []
    runs = engine(on)
    batch = max(1, min(at_once, CACHED // (8 * validators * (validators + servers))))
    for (sigma, beta, seed, share), group in groupby(points, key=common):
        ground = Ground(validators, servers, share, sigma, seed)
        pairs = [(float(point["utility"]), float(point["claim"])) for point in group]
        for first in range(0, len(pairs), batch):
            epoch = runs.run(inputs(ground, pairs[first : first + batch], beta=beta), yuma3=yuma3, liquid_alpha=False)
            found += [{"honest_emission": float(kept)} for kept in honest_emission(ground, epoch)]
    return found


def retention(
    *,
    scale: float = 1.0,
    stakes: Sequence[float] = STAKES,
    sigmas: Sequence[float] = (0.4,),
    betas: Sequence[float] = (1.0,),
    seeds: Sequence[int] = (0,),
    yuma3: bool = False,
    on: EngineName = "numpy",
) -> Sweep:
    """The map as a sweep: share of stake, honest utility and the other side's claim, one epoch without bonds before.

    `scale` is the part of the full 64 validators and 448 servers, above 0 and at most 1; the grid stays as it is.
    Raises `ConfigurationError` for a scale that leaves less than 2 validators.
    """
    validators, servers = round(VALIDATORS * scale), round(SERVERS * scale)
    if not (0 < scale <= 1 and validators >= 2):
        raise ConfigurationError(f"a scale of {scale:g} is no part of the full map", hint="between 0.04 and 1")
    grid = tuple(round(k / (STEPS - 1), 2) for k in range(STEPS))
    axes: Mapping[str, Sequence[float]] = {
        "sigma": sigmas,
        "beta": betas,
        "seed": seeds,
        "share": stakes,
        "utility": grid,
        "claim": grid,
    }
    return Sweep(
        name="retention",
        grid=axes,
        measure=partial(_measure, validators=validators, servers=servers, yuma3=yuma3, on=on),
        bytes_per_point=8 * MATRICES * validators * (validators + servers),
        chunk=STEPS,
        settings={"validators": validators, "servers": servers, "yuma3": yuma3},
    )


def required_utility(results: Iterable[Point]) -> dict[tuple[Any, ...], float]:
    """By (sigma, beta, seed, share): the least honest utility from which on no claim takes stake from the honest.

    A point is left out where none suffices.
    """
    worst: dict[tuple[Any, ...], dict[float, float]] = {}
    for point in results:
        key = (point["sigma"], point["beta"], point["seed"], point["share"])
        by_utility, utility = worst.setdefault(key, {}), float(point["utility"])
        by_utility[utility] = min(by_utility.get(utility, 1.0), float(point["honest_emission"]))
    found = {key: _from_where_on(by_utility, float(key[3])) for key, by_utility in worst.items()}
    return {key: utility for key, utility in found.items() if utility is not None}


def _from_where_on(worst: Mapping[float, float], share: float) -> float | None:
    least = None
    for utility in sorted(worst, reverse=True):
        if worst[utility] < share:
            break
        least = utility
    return least


__all__ = ["Ground", "honest_emission", "inputs", "majority", "required_utility", "retention", "upscaled_rows"]
