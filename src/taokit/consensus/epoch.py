"""One Yuma epoch on arrays: exact, for any number of subnets at once.

Leading dimensions are a batch; one member is one mechanism of one subnet at one epoch. The matrices have a line for
each neuron that holds an old permit or stored bonds, and a column for each uid; lines and columns may be padded with
zeros. Parameters are arrays over the batch. Which Yuma runs, and the sizes, are the same for the whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from jaxtyping import Bool, Int

from taokit.consensus.bonds import Bonds, Order, Reports, Sigmoid, Standing, absolute, for_bonds, relative
from taokit.consensus.fixed import amount, div, integers, mul_share, namespace, positive, share

PerUid: TypeAlias = Int[Any, "*batch uids"]
PerLine: TypeAlias = Int[Any, "*batch lines"]
PerMember: TypeAlias = Int[Any, "*batch"]
Matrix: TypeAlias = Int[Any, "*batch lines uids"]
Mask: TypeAlias = Bool[Any, "*batch lines uids"]

LINE_BITS = 12
"""A batch has at most 2**12 lines, so that a line's number fits behind its report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The settings of each member, as bits: 2**32 is one."""

    kappa: PerMember
    penalty: PerMember
    rate: PerMember  # of bonds, where liquid alpha does not set it; 0 to one
    sigmoid: Sigmoid


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What counts in an epoch, after masking. Weights and bonds are 0 where they have no entry."""

    stake: PerUid  # share of all stake
    votes: PerLine  # the stake of lines that are active and hold an old permit, else 0
    line: PerUid  # each uid's line in the matrices; the number of lines where it has none
    weights: Matrix  # 0 to 65535
    has_weight: Mask  # whether there is an entry; it may be 0
    bonds: Matrix  # 0 to 65535
    emission: PerMember  # rao to distribute, as the bits of an unsigned integer
    parameters: Parameters
    order: Order | None = None  # None: every line ascends


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What an epoch distributes, in rao, as the bits of unsigned integers."""

    server: PerUid
    validator: PerUid
    both: PerUid


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """What an epoch says of every uid. Shares are bits: 2**32 is one."""

    active_stake: PerUid
    consensus: PerUid
    validator_trust: PerUid
    incentive: PerUid
    dividends: PerUid
    emission: Emission
    bonds: Bonds


def consensus(votes: PerLine, weights: Matrix, *, kappa: PerMember) -> PerUid:
    """Each uid's ceiling: the largest report with at most `all votes - kappa` of the votes strictly below it.

    Lines without a vote report nothing; 0 where nobody votes (`weighted_median_col`).
    """
    xp = namespace(votes, weights)
    number = xp.arange(weights.shape[-2], dtype=xp.int64)[:, None]
    # Report and line in one integer, so that a plain sort brings the votes along. Silent lines come first: they have
    # nothing below them, so they are counted, and a voter always follows when there is one.
    reports = (weights + 1) * integers(votes > 0)[..., None]
    ranked = xp.sort(xp.matrix_transpose((reports << LINE_BITS) + number), axis=-1)
    held = _in_order(votes, ranked & ((1 << LINE_BITS) - 1))
    below = xp.cumulative_sum(held, axis=-1) - held
    minority = positive(xp.sum(votes, axis=-1, keepdims=True) - kappa[..., None])[..., None]
    last = xp.sum(integers(below <= minority), axis=-1, keepdims=True) - 1
    chosen = xp.take_along_axis(ranked, last, axis=-1)[..., 0] >> LINE_BITS
    return positive(chosen - 1)


def _in_order(votes: PerLine, index: Int[Any, "*batch uids lines"]) -> Int[Any, "*batch uids lines"]:
    """The votes in the order of the index, member by member."""
    xp = namespace(votes, index)
    flat = xp.reshape(votes, (-1,))
    first = xp.reshape(xp.arange(flat.shape[0], dtype=xp.int64), votes.shape)[..., None, :1]
    return xp.reshape(xp.take(flat, xp.reshape(index + first, (-1,))), index.shape)


def by_uid(values: PerLine, line: PerUid) -> PerUid:
    """Values of lines as values of uids; 0 for a uid without a line."""
    xp = namespace(values, line)
    padded = xp.concat([values, xp.zeros_like(values[..., :1])], axis=-1)
    return xp.take_along_axis(padded, line, axis=-1)


def distribute(inputs: Inputs, active_stake: PerUid, incentive: PerUid, dividends: PerUid) -> Emission:
    """The emission in proportion to incentive and dividends; by stake alone where nobody earned either."""
    xp = namespace(incentive, dividends)
    earned = incentive + dividends
    whole = xp.sum(earned, axis=-1, keepdims=True)
    unvoted = xp.sum(active_stake, axis=-1, keepdims=True) == 0
    by_stake = xp.where(unvoted, inputs.stake, active_stake)
    validator = xp.where(whole == 0, by_stake, div(dividends, whole))
    both = xp.where(whole == 0, by_stake, div(earned, whole))
    rao = inputs.emission[..., None]
    return Emission(server=amount(div(incentive, whole), rao), validator=amount(validator, rao), both=amount(both, rao))


def run(inputs: Inputs, *, yuma3: bool, liquid_alpha: bool = False) -> Epoch:
    """The epoch of every member, under Yuma 3 or Yuma 2; liquid alpha acts under Yuma 3 only."""
    xp = namespace(inputs.weights)
    active = share(inputs.votes)
    weights = share(inputs.weights)
    ceiling = consensus(share(active), weights, kappa=inputs.parameters.kappa)
    clipped = xp.minimum(weights, ceiling[..., None, :])
    incentive = share(xp.sum(mul_share(clipped, active[..., None]), axis=-2))
    reports = for_bonds(weights, clipped, inputs.has_weight, inputs.parameters.penalty, inputs.order)
    standing = Standing(active=active, incentive=incentive, consensus=ceiling)
    bonds = _bonds(inputs, reports, standing, yuma3=yuma3, liquid_alpha=liquid_alpha)
    active_stake, dividends = by_uid(active, inputs.line), by_uid(share(bonds.dividends), inputs.line)
    return Epoch(
        active_stake=active_stake,
        consensus=ceiling,
        validator_trust=by_uid(xp.sum(clipped, axis=-1), inputs.line),
        incentive=incentive,
        dividends=dividends,
        emission=distribute(inputs, active_stake, incentive, dividends),
        bonds=bonds,
    )


def _bonds(inputs: Inputs, reports: Reports, standing: Standing, *, yuma3: bool, liquid_alpha: bool) -> Bonds:
    parameters = inputs.parameters
    if not yuma3:
        return absolute(reports, inputs.bonds, standing, rate=parameters.rate)
    sigmoid = parameters.sigmoid if liquid_alpha else None
    return relative(reports, inputs.bonds, standing, rate=parameters.rate, sigmoid=sigmoid, order=inputs.order)


__all__ = ["Emission", "Epoch", "Inputs", "Parameters", "by_uid", "consensus", "distribute", "run"]
