"""One epoch of one subnet, from what the chain stores before it to what it stores after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Int64, UInt16, UInt64

from taokit.consensus.bonds import Order, Sigmoid
from taokit.consensus.emission import DEFAULT_TAO_WEIGHT
from taokit.consensus.epoch import Epoch, Inputs, Parameters, run
from taokit.consensus.fixed import to_u16
from taokit.consensus.rows import Dense, Rows, dense, sparse
from taokit.consensus.scalar import ONE, U16, U64, ratio, truncated, whole
from taokit.consensus.stake import permits, shares, totals
from taokit.errors import ConfigurationError

Amounts: TypeAlias = Sequence[int] | UInt64[np.ndarray, " uids"]  # rao, below 2**64
Blocks: TypeAlias = Sequence[int] | UInt64[np.ndarray, " uids"]
Unsigned: TypeAlias = UInt64[np.ndarray, " uids"]
Flags: TypeAlias = Bool[np.ndarray, " uids"]
Shares: TypeAlias = UInt16[np.ndarray, " uids"]
Lines: TypeAlias = Int64[np.ndarray, " lines"]
Mask: TypeAlias = Bool[np.ndarray, "lines uids"]

MILLION = 1_000_000

MOST_UIDS = 4096
"""The arithmetic is exact up to this size; a subnet has at most 256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """The settings that an epoch reads, with the defaults of the chain's storage."""

    yuma3: bool = False  # subnets made by current runtimes store true
    liquid_alpha: bool = False  # acts together with yuma3 only
    alpha_low: int = 45875  # of 65535
    alpha_high: int = 58982  # of 65535
    alpha_sigmoid_steepness: int = 1000  # hundredths, i16
    bonds_moving_average: int = 900_000  # millionths, at most one million
    bonds_penalty: int = U16  # of 65535
    kappa: int = 32767  # of 65535
    max_allowed_validators: int = 128
    tempo: int = 360  # blocks
    activity_cutoff: int = 5000  # blocks, see `activity_cutoff`
    commit_reveal: bool = True
    stake_threshold: int = 0  # rao, of the whole chain
    tao_weight: int = DEFAULT_TAO_WEIGHT  # of 2**64 - 1, of the whole chain

    def check(self) -> None:
        """Return when every number is one that the chain can store, else raise `ConfigurationError` by its name."""
        for name in ("alpha_low", "alpha_high", "bonds_penalty", "kappa", "max_allowed_validators", "tempo"):
            whole(name, getattr(self, name), largest=U16)
        for name in ("activity_cutoff", "stake_threshold", "tao_weight"):
            whole(name, getattr(self, name), largest=U64)
        whole("alpha_sigmoid_steepness", self.alpha_sigmoid_steepness, smallest=-(2**15), largest=2**15 - 1)
        whole("bonds_moving_average", self.bonds_moving_average, largest=MILLION)

    def bits(self) -> Parameters:
        """The numbers that enter an epoch's arithmetic, as arrays without dimensions."""
        moving_average = (self.bonds_moving_average << 64) // MILLION >> 32
        sigmoid = Sigmoid(
            low=_bits(ratio(self.alpha_low)),
            high=_bits(ratio(self.alpha_high)),
            slope=_bits(truncated(self.alpha_sigmoid_steepness << 32, -100)),
        )
        return Parameters(
            kappa=_bits(ratio(self.kappa)),
            penalty=_bits(ratio(self.bonds_penalty)),
            rate=_bits(ONE - moving_average),
            sigmoid=sigmoid,
        )


def _bits(number: int) -> Int64[np.ndarray, ""]:
    return np.asarray(number, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the chain stores of a subnet and one of its mechanisms before an epoch. Index i is uid i."""

    block: int  # of this epoch
    emission: int  # rao to distribute
    last_update: Blocks  # last accepted weights, commit or registration, per mechanism
    block_at_registration: Blocks
    alpha_stake: Amounts  # rao of alpha, parents and children counted in
    tao_stake: Amounts  # rao of root TAO, parents and children counted in, before its weight
    validator_permit: Sequence[bool] | Flags  # as the previous epoch stored it
    weights: Rows = field(default_factory=dict)  # per mechanism
    bonds: Rows = field(default_factory=dict)  # per mechanism
    commit_block: Mapping[int, int] = field(default_factory=dict)  # by uid: earliest unexpired commit still stored
    owner_uid: int | None = None
    last_step_block: int = 0  # block of the last epoch that ran; 0: none yet
    parameters: Hyperparameters = field(default_factory=Hyperparameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the chain stores of a subnet after an epoch. Index i is uid i; 65535 is the whole."""

    active: Flags
    stake_weight: Shares
    consensus: Shares
    incentive: Shares
    dividends: Shares
    validator_trust: Shares
    validator_permit: Flags
    emission: Unsigned  # rao
    server_emission: Unsigned  # rao
    validator_emission: Unsigned  # rao
    stake: Unsigned  # rao, alpha and weighted TAO
    bonds: Rows  # of the uids that hold a new permit, in stored order; read-only


def activity_cutoff(factor_milli: int, tempo: int) -> int:
    """Blocks after its last update for which a neuron counts as active; the factor is in thousandths of the tempo."""
    return max(1, factor_milli * tempo // 1000)


def run_epoch(stored: Stored) -> Outcome:
    """The epoch of one mechanism, to the last bit (`epoch_mechanism`).

    Raises `ConfigurationError` for columns of different lengths, amounts or blocks outside 0 to 2**64 - 1, parameters
    out of bounds, and rows that belong to no uid or name a uid twice.
    """
    loaded = load(stored)
    parameters = stored.parameters
    return unload(loaded, run(loaded.inputs, yuma3=parameters.yuma3, liquid_alpha=parameters.liquid_alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A stored subnet as the arrays of an epoch, and what the epoch only passes on."""

    inputs: Inputs  # a batch without dimensions
    lines: Lines  # the uid of each line of the matrices
    active: Flags
    validator_permit: Flags  # from now on
    stake: Unsigned  # rao


def load(stored: Stored) -> Loaded:
    """All of an epoch that is not arithmetic on matrices: checks, stake, permits, activity and masks."""
    columns = _columns(stored)
    parameters = stored.parameters
    total = totals(columns.alpha_stake.tolist(), columns.tao_stake.tolist(), tao_weight=parameters.tao_weight)
    share = shares(total, threshold=parameters.stake_threshold, owner_uid=stored.owner_uid)
    active = columns.last_update >= max(0, stored.block - parameters.activity_cutoff)
    lines = _lines(columns.permit, stored.bonds)
    return Loaded(
        inputs=_inputs(stored, columns, lines, stake=np.array(share, dtype=np.int64), active=active),
        lines=lines,
        active=active,
        validator_permit=permits(share, most=parameters.max_allowed_validators, owner_uid=stored.owner_uid),
        stake=np.array([amount >> 64 for amount in total], dtype=np.uint64),
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    last_update: Unsigned
    registered: Unsigned
    alpha_stake: Unsigned
    tao_stake: Unsigned
    permit: Flags  # the old one, the owner's included


def _columns(stored: Stored) -> _Columns:
    n = whole("the number of uids", len(stored.last_update), largest=MOST_UIDS)
    if not n:
        raise ConfigurationError("a subnet without a uid has no epoch", hint="its owner holds uid 0")
    stored.parameters.check()
    for name in ("block", "last_step_block", "emission"):
        whole(name, getattr(stored, name), largest=U64)
    _uids("owner_uid", [] if stored.owner_uid is None else [stored.owner_uid], n)
    for name in ("weights", "bonds", "commit_block"):
        _uids(name, getattr(stored, name), n)
    permit = np.array(_column("validator_permit", stored.validator_permit, n), dtype=bool)
    if stored.owner_uid is not None:
        permit[stored.owner_uid] = True
    return _Columns(
        last_update=_unsigned("last_update", stored.last_update, n),
        registered=_unsigned("block_at_registration", stored.block_at_registration, n),
        alpha_stake=_unsigned("alpha_stake", stored.alpha_stake, n),
        tao_stake=_unsigned("tao_stake", stored.tao_stake, n),
        permit=permit,
    )


def _uids(name: str, uids: Any, n: int) -> None:
    unknown = [uid for uid in uids if not 0 <= uid < n]
    if unknown:
        raise ConfigurationError(f"{name} speaks of uid {unknown[0]}, but the subnet has only {n} uids")


def _column(name: str, values: Any, n: int) -> Any:
    if len(values) != n:
        raise ConfigurationError(f"{name} has {len(values)} entries for {n} uids")
    return values


def _unsigned(name: str, values: Any, n: int) -> Unsigned:
    column = _column(name, values, n)
    if isinstance(column, np.ndarray) and column.dtype.kind == "u":
        return column.astype(np.uint64)
    return np.array([_amount(name, uid, value) for uid, value in enumerate(column)], dtype=np.uint64)


def _amount(name: str, uid: int, value: Any) -> int:
    try:
        number = index(value)
    except TypeError:
        raise ConfigurationError(f"{name} of uid {uid} is {value!r}, which is no whole number") from None
    return whole(f"{name} of uid {uid}", number, largest=U64)


def _lines(permit: Flags, bonds: Rows) -> Lines:
    """The uids that need a line: holders of a permit or of bonds; uid 0 where nobody does."""
    counted = permit.copy()
    counted[[uid for uid, row in bonds.items() if len(row)]] = True
    return np.nonzero(counted)[0] if counted.any() else np.zeros(1, dtype=np.int64)


def _inputs(
    stored: Stored, columns: _Columns, lines: Lines, *, stake: Int64[np.ndarray, " uids"], active: Flags
) -> Inputs:
    n = len(stake)
    weights = dense(stored.weights, lines, n).only(_counted_weights(stored, columns, lines))
    bonds = dense(stored.bonds, lines, n).only(_counted_bonds(stored, columns)[None, :])
    line = np.full(n, len(lines), dtype=np.int64)
    line[lines] = np.arange(len(lines))
    return Inputs(
        stake=stake,
        votes=(stake * (active & columns.permit))[lines],
        line=line,
        weights=weights.values,
        has_weight=weights.present,
        bonds=bonds.values,
        emission=np.asarray(stored.emission, dtype=np.uint64).view(np.int64),
        parameters=stored.parameters.bits(),
        order=_order(weights, bonds),
    )


def _order(weights: Dense, bonds: Dense) -> Order | None:
    if weights.position is None and bonds.position is None:
        return None
    return Order(weights=weights.positions(), bonds=bonds.positions(), has_bond=bonds.present)


def _counted_weights(stored: Stored, columns: _Columns, lines: Lines) -> Mask:
    """Reports by permit holders on others who were registered before the report, and before its commit if sealed."""
    reported = columns.last_update[lines]
    after = columns.registered[None, :] < reported[:, None]
    if stored.parameters.commit_reveal:
        committed = [stored.commit_block.get(uid, U64) for uid in lines.tolist()]
        after &= columns.registered[None, :] <= np.array(committed, dtype=np.uint64)[:, None]
    others = lines[:, None] != np.arange(len(columns.registered))
    if stored.owner_uid is not None:
        others |= (lines == stored.owner_uid)[:, None]
    counted: Mask = after & others & columns.permit[lines][:, None]
    return counted


def _counted_bonds(stored: Stored, columns: _Columns) -> Flags:
    """Bonds in uids that were registered before the last epoch; before the first, a tempo ago."""
    last, tempo = stored.last_step_block, stored.parameters.tempo
    counted: Flags = columns.registered < (last + 1 if last else max(stored.block - tempo, 0))
    return counted


def unload(loaded: Loaded, epoch: Epoch) -> Outcome:
    """An epoch's arrays as the chain stores them."""
    permit = loaded.validator_permit
    keeps = permit[loaded.lines][:, None]
    bonds = Dense(epoch.bonds.values, epoch.bonds.present & keeps, epoch.bonds.position)
    return Outcome(
        active=loaded.active,
        stake_weight=_shares(loaded.inputs.stake),
        consensus=_shares(epoch.consensus),
        incentive=_shares(epoch.incentive),
        dividends=_shares(epoch.dividends),
        validator_trust=_shares(epoch.validator_trust),
        validator_permit=permit,
        emission=epoch.emission.both.view(np.uint64),
        server_emission=epoch.emission.server.view(np.uint64),
        validator_emission=epoch.emission.validator.view(np.uint64),
        stake=loaded.stake,
        bonds=sparse(bonds, loaded.lines),
    )


def _shares(bits: Int64[np.ndarray, " uids"]) -> Shares:
    quantised: Shares = to_u16(bits).astype(np.uint16)
    return quantised


__all__ = [
    "Hyperparameters",
    "Loaded",
    "Outcome",
    "Stored",
    "activity_cutoff",
    "load",
    "run_epoch",
    "unload",
]
