"""One epoch of one subnet, from what the chain stores before it to what it stores after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, UInt16, UInt64

from taokit.consensus.emission import DEFAULT_TAO_WEIGHT
from taokit.consensus.rows import Rows

Amounts: TypeAlias = Sequence[int] | UInt64[np.ndarray, " uids"]  # rao, below 2**64
Blocks: TypeAlias = Sequence[int] | UInt64[np.ndarray, " uids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """The settings that an epoch reads, with the defaults of the chain's storage."""

    yuma3: bool = False  # subnets made by current runtimes store true
    liquid_alpha: bool = False  # acts together with yuma3 only
    alpha_low: int = 45875  # of 65535
    alpha_high: int = 58982  # of 65535
    alpha_sigmoid_steepness: int = 1000  # hundredths, i16
    bonds_moving_average: int = 900_000  # millionths, at most one million
    bonds_penalty: int = 65535  # of 65535
    kappa: int = 32767  # of 65535
    max_allowed_validators: int = 128
    tempo: int = 360  # blocks
    activity_cutoff: int = 5000  # blocks, from `activity_cutoff`
    commit_reveal: bool = True
    stake_threshold: int = 0  # rao, of the whole chain
    tao_weight: int = DEFAULT_TAO_WEIGHT  # of 2**64 - 1, of the whole chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the chain stores of a subnet and one of its mechanisms before an epoch. Index i is uid i."""

    block: int  # of this epoch
    emission: int  # rao to distribute
    last_update: Blocks  # last accepted weights, commit or registration, per mechanism
    block_at_registration: Blocks
    alpha_stake: Amounts  # rao of alpha, parents and children counted in
    tao_stake: Amounts  # rao of root TAO, parents and children counted in, before its weight
    validator_permit: Sequence[bool] | Bool[np.ndarray, " uids"]  # as the previous epoch stored it
    weights: Rows = field(default_factory=dict)  # per mechanism
    bonds: Rows = field(default_factory=dict)  # per mechanism
    commit_block: Mapping[int, int] = field(default_factory=dict)  # by uid: earliest unexpired commit still stored
    owner_uid: int | None = None
    last_step_block: int = 0  # block of the last epoch that ran; 0: none yet
    parameters: Hyperparameters = field(default_factory=Hyperparameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the chain stores of a subnet after an epoch. Index i is uid i; 65535 is the whole."""

    active: Bool[np.ndarray, " uids"]
    stake_weight: UInt16[np.ndarray, " uids"]
    consensus: UInt16[np.ndarray, " uids"]
    incentive: UInt16[np.ndarray, " uids"]
    dividends: UInt16[np.ndarray, " uids"]
    validator_trust: UInt16[np.ndarray, " uids"]
    validator_permit: Bool[np.ndarray, " uids"]
    emission: UInt64[np.ndarray, " uids"]  # rao
    server_emission: UInt64[np.ndarray, " uids"]  # rao
    validator_emission: UInt64[np.ndarray, " uids"]  # rao
    stake: UInt64[np.ndarray, " uids"]  # rao, alpha and weighted TAO
    bonds: Rows  # of the uids that hold a new permit, in stored order; read-only


def activity_cutoff(factor_milli: int, tempo: int) -> int:
    """Blocks after its last update for which a neuron counts as active, from the factor in thousandths of the tempo."""
    return max(1, factor_milli * tempo // 1000)


def run_epoch(stored: Stored) -> Outcome:
    """The epoch of one mechanism, to the last bit (`epoch_mechanism`).

    Raises `ConfigurationError` for columns of different lengths, amounts outside 0 to 2**64 - 1, parameters out of
    bounds and rows that name a uid twice.
    """
    raise NotImplementedError


__all__ = ["Hyperparameters", "Outcome", "Stored", "activity_cutoff", "run_epoch"]
