"""Bonds: what validators hold in miners, how it moves with every epoch, and the dividends it earns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from jaxtyping import Bool, Int

from taokit.consensus.fixed import div, exp, integers, mul, mul_share, namespace, positive, ratio, share, to_u16
from taokit.consensus.scalar import ONE

PerUid: TypeAlias = Int[Any, "*batch uids"]
PerLine: TypeAlias = Int[Any, "*batch lines"]
PerMember: TypeAlias = Int[Any, "*batch"]
Choice: TypeAlias = Bool[Any, "*batch"]
Bits: TypeAlias = Int[Any, "..."]
Matrix: TypeAlias = Int[Any, "*batch lines uids"]
Mask: TypeAlias = Bool[Any, "*batch lines uids"]

FAR = 1 << 62
"""A position behind every entry."""

LARGEST_EXPONENT = 20 * ONE
"""The sigmoid's exponent is clamped to this, either sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid:
    """How fast bonds move under liquid alpha, per member, as bits."""

    low: PerMember  # smallest rate, 0 to one
    high: PerMember  # largest rate; below `low` it is ignored
    slope: PerMember  # negative for a positive steepness


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Where the entries of a line stand as stored, for lines that do not ascend."""

    weights: Matrix  # position of each entry, any number where there is none
    bonds: Matrix
    has_bond: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The weights that bonds are bought with."""

    weights: Matrix  # share of each line
    present: Mask  # whether there is an entry; it may be 0
    position: Matrix | None  # of the entries; None: ascending


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the epoch has found so far, in shares."""

    active: PerLine  # stake that votes
    incentive: PerUid
    consensus: PerUid


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonds:
    """What an epoch leaves in bonds."""

    values: Matrix  # 0 to 65535, as the chain stores them
    present: Mask
    position: Matrix | None  # of the entries; None: ascending
    dividends: PerLine  # before normalising


def for_bonds(weights: Matrix, clipped: Matrix, present: Mask, penalty: PerMember, order: Order | None) -> Reports:
    """The reports that count for bonds: clipped ones, unclipped ones, or a mixture by the penalty.

    A penalty of nothing or of one keeps the stored entries and their order; any other keeps what is positive,
    ascending.
    """
    xp = namespace(weights)
    penalty = penalty[..., None, None]
    mixed = weights + mul_share(clipped - weights, penalty)
    kept = present & ((mixed > 0) | (weights == 0))  # what clipping left of it; a stored zero stays
    as_stored = (penalty == 0) | (penalty == ONE)
    present = xp.where(as_stored, xp.where(penalty == 0, present, kept), mixed > 0)
    if order is None:
        return Reports(weights=mixed, present=present, position=None)
    uids = xp.broadcast_to(xp.arange(weights.shape[-1], dtype=xp.int64), weights.shape)
    return Reports(weights=mixed, present=present, position=xp.where(as_stored, order.weights, uids))


def column_shares(values: Matrix) -> Matrix:
    """Each line's part of its column; columns without anything stay 0."""
    return share(values, axis=-2)


def average(new: Matrix, old: Matrix, rate: Bits) -> Matrix:
    """The moving average: the rate's part of the new and the rest of the old, each rounded down (`mat_ema`)."""
    return mul_share(new, rate) + mul_share(old, ONE - rate)


def rates(weights: Matrix, bonds: Matrix, consensus: PerUid, sigmoid: Sigmoid) -> Matrix:
    """How fast each bond moves under liquid alpha (`alpha_sigmoid`).

    The faster, the further a report is above consensus where it would buy, or below the bond where it would sell.
    """
    xp = namespace(weights, bonds, consensus)
    low, high, slope = (value[..., None, None] for value in (sigmoid.low, sigmoid.high, sigmoid.slope))
    buying = integers(weights >= bonds)
    difference = positive(buying * (weights - consensus[..., None, :]) + (1 - buying) * (bonds - weights))
    exponent = mul(slope, difference - ONE // 2)
    largest = xp.full_like(exponent, LARGEST_EXPONENT)
    e = exp(xp.maximum(-largest, xp.minimum(largest, exponent)))
    sigma = div(xp.full_like(e, ONE), ONE + e)
    return low + mul_share(sigma, positive(high - low))


def visible(values: Matrix, present: Mask, position: Matrix | None) -> Matrix:
    """The values as the chain looks them up: one that stands behind a larger uid of its line counts as 0."""
    if position is None:
        return values
    xp = namespace(values, present, position)
    position = xp.where(present, position, xp.full_like(position, FAR))
    return values * integers(position < _first_among_larger(position))


def _first_among_larger(position: Matrix) -> Matrix:
    """The smallest position among all larger uids of the line; the array standard has no running minimum."""
    xp = namespace(position)
    reach, uids = 1, position.shape[-1]
    first = _shifted(position, 1)
    while reach < uids:
        first = xp.minimum(first, _shifted(first, reach))
        reach *= 2
    return first


def _shifted(position: Matrix, by: int) -> Matrix:
    xp = namespace(position)
    return xp.concat([position[..., by:], xp.full_like(position[..., :by], FAR)], axis=-1)


def relative(
    reports: Reports,
    stored: Matrix,
    standing: Standing,
    *,
    rate: PerMember,
    sigmoid: Sigmoid | None,
    order: Order | None,
) -> Bonds:
    """The bonds of Yuma 3, which ignore stake; stake enters with the dividends. Liquid where a sigmoid is given."""
    xp = namespace(stored)
    old = ratio(stored)
    bonds = average(reports.weights, old, rate[..., None, None])
    position = None
    if sigmoid is not None:
        liquid = xp.any(standing.consensus != 0, axis=-1)[..., None, None]
        bonds = xp.where(liquid, liquid_average(reports, old, standing.consensus, sigmoid, order), bonds)
        if reports.position is not None:
            position = xp.where(liquid, reports.position, xp.arange(stored.shape[-1], dtype=xp.int64))
    earned = xp.sum(mul_share(column_shares(bonds), standing.incentive[..., None, :]), axis=-1)
    dividends = mul_share(earned, standing.active)
    return Bonds(values=to_u16(bonds), present=bonds > 0, position=position, dividends=dividends)


def liquid_average(reports: Reports, old: Matrix, consensus: PerUid, sigmoid: Sigmoid, order: Order | None) -> Matrix:
    """The moving average at each bond's own rate (`mat_ema_alpha_sparse`).

    A bond whose miner is absent from the reports is lost at once; a reported zero keeps it and lets it decay.
    """
    seen = visible(reports.weights, reports.present, reports.position)
    held = old if order is None else visible(old, order.has_bond, order.bonds)
    moved = average(reports.weights, old, rates(seen, held, consensus, sigmoid))
    return moved * integers(reports.present)


def absolute(reports: Reports, stored: Matrix, standing: Standing, *, rate: PerMember) -> Bonds:
    """The bonds of Yuma 2, bought with stake and stored as parts of the largest of their column."""
    xp = namespace(stored)
    bought = column_shares(mul_share(reports.weights, standing.active[..., None]))
    held = average(bought, column_shares(stored), rate[..., None, None])
    bonds = column_shares(held)
    dividends = xp.sum(mul_share(bonds, standing.incentive[..., None, :]), axis=-1)
    values = to_u16(div(bonds, xp.max(bonds, axis=-2, keepdims=True)))
    return Bonds(values=values, present=held > 0, position=None, dividends=dividends)


__all__ = [
    "Bonds",
    "Order",
    "Reports",
    "Sigmoid",
    "Standing",
    "absolute",
    "average",
    "column_shares",
    "for_bonds",
    "liquid_average",
    "rates",
    "relative",
    "visible",
]
