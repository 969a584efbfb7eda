"""Weights as validator software prepares them: shares of any scale in, the u16 values to submit out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64

from taokit.consensus.scalar import U16
from taokit.errors import ConfigurationError

Shares: TypeAlias = Mapping[int, float] | Sequence[float] | npt.NDArray[np.floating]
"""Weights of any scale: by uid, or one for every uid of the subnet."""

Dense: TypeAlias = Float64[np.ndarray, " uids"]

FLOOR = 1e-5
"""What everybody gets of all weight where too few uids have any; it comes out as a value of at least 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightLimits:
    """What a validator does to its weights before it submits them; without limits nothing.

    The rules are those of `process_weights` and `normalize_max_weight` of the SDK, with uids of no weight sent too.
    """

    min_allowed_weights: int = 0  # where fewer uids have weight, everybody gets a floor; a subnet's own setting
    max_share: float = 1.0  # above 0 to 1; of all weight, what one uid may get at most
    exclude_quantile: float = 0.0  # 0 to 1; weights below it get nothing, as long as enough uids remain

    def check(self) -> None:
        """Raise `ConfigurationError` for a limit that is out of its bounds."""
        if not 0 <= self.min_allowed_weights <= U16:
            raise ConfigurationError(f"min_allowed_weights is {self.min_allowed_weights}, outside 0 to {U16}")
        if not 0 < self.max_share <= 1:
            raise ConfigurationError(f"max_share is {self.max_share}: it must lie above 0 and at most at 1")
        if not 0 <= self.exclude_quantile <= 1:
            raise ConfigurationError(f"exclude_quantile is {self.exclude_quantile}, outside 0 to 1")


NO_LIMITS = WeightLimits()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Weights ready to submit: every uid of the subnet, ascending, zeros included."""

    uids: npt.NDArray[np.uint16]
    values: npt.NDArray[np.uint16]  # the largest is 65535


def prepare(weights: Shares, n: int, *, limits: WeightLimits = NO_LIMITS) -> Prepared:
    """Shares of any scale as the u16 values to submit; a uid that is left out weighs 0.

    Values are rounded to nearest, and up under a `max_share`, so that the stored row keeps it. Zeros are sent
    explicitly and uids ascend, because liquid alpha forgets the bonds of a miner that is absent and reads unordered
    rows wrongly. Raises `ConfigurationError` for an unknown uid, another length than `n`, a negative or non-finite
    number, a limit out of bounds, or when nobody has any weight.
    """
    limits.check()
    dense = limited(checked(weights, n), limits)
    scaled = dense / dense.max() * U16
    values = np.rint(scaled) if limits.max_share == 1 else np.ceil(scaled)
    return Prepared(np.arange(n, dtype=np.uint16), values.astype(np.uint16))


def checked(weights: Shares, n: int) -> Dense:
    """The weight of every uid, if they can be meant; raises `ConfigurationError` as `prepare` does."""
    dense = _dense(weights, n)
    if not np.all(np.isfinite(dense)):
        raise ConfigurationError(f"the weight of uid {int(np.argmin(np.isfinite(dense)))} is not finite")
    if np.any(dense < 0):
        raise ConfigurationError(f"the weight of uid {int(np.argmax(dense < 0))} is negative")
    if not dense.max(initial=0.0):
        raise ConfigurationError("no uid has any weight")
    return dense


def _dense(weights: Shares, n: int) -> Dense:
    if not isinstance(weights, Mapping):
        if len(weights) != n:
            raise ConfigurationError(f"{len(weights)} weights for a subnet of {n} uids")
        return np.asarray(weights, dtype=np.float64)
    unknown = [uid for uid in weights if not 0 <= uid < n]
    if unknown:
        raise ConfigurationError(f"uid {unknown[0]} has a weight, but the subnet has only {n} uids")
    return np.array([weights.get(uid, 0.0) for uid in range(n)], dtype=np.float64)


def limited(dense: Dense, limits: WeightLimits) -> Dense:
    """The weights under the limits, of any scale: the lowest left out, the rest lifted, then capped."""
    if limits == NO_LIMITS:
        return dense
    dense = dense / dense.max()
    dense /= dense.sum()
    return capped(floored(excluded(dense, limits), limits), limits.max_share)


def excluded(dense: Dense, limits: WeightLimits) -> Dense:
    """The weights without those below the quantile of the positive ones; `min_allowed_weights` of them stay."""
    positive = dense[dense > 0]
    spare = max(0, len(positive) - limits.min_allowed_weights) / len(positive)
    least = np.quantile(positive, min(limits.exclude_quantile, spare))
    return np.where(dense >= least, dense, 0.0)


def floored(dense: Dense, limits: WeightLimits) -> Dense:
    """The weights, with the floor added to everybody's where fewer than `min_allowed_weights` are positive."""
    return dense + FLOOR * dense.sum() if np.count_nonzero(dense) < limits.min_allowed_weights else dense


def capped(dense: Dense, share: float) -> Dense:
    """The weights with the largest cut to one level, so that none holds more than this share of what remains.

    Equal weights where too few are positive for that.
    """
    ordered = np.sort(dense[dense > 0])
    if len(ordered) * share <= 1:
        return (dense > 0).astype(np.float64)
    below = np.cumsum(ordered)
    for cut in range(len(ordered)):
        level = share * below[-1 - cut] / (1 - share * cut)
        if ordered[-1 - cut] <= level:
            return np.asarray(np.minimum(dense, level))
    raise AssertionError("the largest weights cannot all be too large")


__all__ = ["Prepared", "Shares", "WeightLimits", "prepare"]
