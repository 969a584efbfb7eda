"""Subnets with several mechanisms: where each is stored, and how their epochs become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt16, UInt64

from taokit.consensus.scalar import U16, whole
from taokit.consensus.subnet import Outcome

MAX_MECHANISMS = 16
"""As many as storage indexes can tell apart; the chain's own limit is lower."""

STRIDE = 4096
"""Storage indexes from one mechanism of a subnet to its next."""


def storage_index(netuid: int, mechanism: int = 0) -> int:
    """Where weights, bonds, updates, incentive and commits of a mechanism are stored."""
    whole("netuid", netuid, largest=STRIDE - 1)
    return whole("mechanism", mechanism, largest=MAX_MECHANISMS - 1) * STRIDE + netuid


def of_storage_index(index: int) -> tuple[int, int]:
    """The (netuid, mechanism) of a storage index."""
    mechanism, netuid = divmod(index, STRIDE)
    return netuid, mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """What a subnet stores once for all its mechanisms. Index i is uid i; 65535 is the whole."""

    active: Bool[np.ndarray, " uids"]
    validator_permit: Bool[np.ndarray, " uids"]
    stake_weight: UInt16[np.ndarray, " uids"]
    consensus: UInt16[np.ndarray, " uids"]
    dividends: UInt16[np.ndarray, " uids"]
    validator_trust: UInt16[np.ndarray, " uids"]
    emission: UInt64[np.ndarray, " uids"]  # rao; weighted though each part was split, as the chain does
    server_emission: UInt64[np.ndarray, " uids"]  # rao
    validator_emission: UInt64[np.ndarray, " uids"]  # rao


def combine(outcomes: Sequence[Outcome], parts: Sequence[int]) -> Combined:
    """The subnet-wide values from one epoch per mechanism; `parts` are the amounts each distributed.

    Shares and emission are weighted by the parts and rounded down after every mechanism
    (`epoch_with_mechanisms`); amounts for servers and validators add up.
    """
    weights = _part_weights(parts)

    def weighted(name: str) -> list[int]:
        totals = [0] * len(outcomes[0].active)
        for outcome, weight in zip(outcomes, weights, strict=True):
            values = getattr(outcome, name).tolist()
            totals = [total + (value * weight >> 64) for total, value in zip(totals, values, strict=True)]
        return totals

    def shares(name: str) -> UInt16[np.ndarray, " uids"]:
        return np.array([min(U16, total) for total in weighted(name)], dtype=np.uint16)

    def added(name: str) -> UInt64[np.ndarray, " uids"]:
        columns = [getattr(outcome, name) for outcome in outcomes]
        return np.array(np.sum(columns, axis=0, dtype=np.uint64))

    return Combined(
        active=np.logical_or.reduce([outcome.active for outcome in outcomes]),
        validator_permit=np.logical_or.reduce([outcome.validator_permit for outcome in outcomes]),
        stake_weight=shares("stake_weight"),
        consensus=shares("consensus"),
        dividends=shares("dividends"),
        validator_trust=shares("validator_trust"),
        emission=np.array(weighted("emission"), dtype=np.uint64),
        server_emission=added("server_emission"),
        validator_emission=added("validator_emission"),
    )


def _part_weights(parts: Sequence[int]) -> list[int]:
    """The weight of each mechanism, 64 fraction bits: its part of the whole; all of it on the first when nothing is."""
    amount = sum(parts)
    if amount == 0:
        return [1 << 64, *[0] * (len(parts) - 1)]
    return [(part << 64) // amount for part in parts]


__all__ = ["MAX_MECHANISMS", "STRIDE", "Combined", "combine", "of_storage_index", "storage_index"]
