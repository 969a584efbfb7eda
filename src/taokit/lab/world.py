"""A subnet between two blocks, as a value, and what can happen to it.

The rules are those of `taokit.consensus`; here they only follow one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeAlias

import numpy as np

from taokit.consensus import (
    MIN_NON_IMMUNE_UIDS,
    Commit,
    Hyperparameters,
    Row,
    Rows,
    Schedule,
    Stored,
    Submission,
    Submitter,
    after_reveal,
    earliest_commit,
    protected_uids,
    refusal,
    refuse_commit,
    refuse_reveal,
    staked,
    stored,
    too_fast,
    uid_to_prune,
)
from taokit.consensus.scalar import U64, whole
from taokit.consensus.stake import totals
from taokit.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A committed row that nobody can read yet."""

    uid: int
    commit: Commit  # when it was made; its hash is a number of its own
    row: Row
    timelocked: bool  # opens by itself; otherwise its owner must reveal it


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """One subnet with one mechanism, after `block`. Index i is uid i; whatever happens makes another one."""

    block: int
    clock: Schedule
    last_update: tuple[int, ...]
    block_at_registration: tuple[int, ...]
    alpha_stake: tuple[int, ...]  # rao
    tao_stake: tuple[int, ...]  # rao, before its weight
    validator_permit: tuple[bool, ...]
    emission: tuple[int, ...]  # rao that the last epoch gave; the smallest makes room for a newcomer
    weights: Rows = field(default_factory=dict)
    bonds: Rows = field(default_factory=dict)
    sealed: tuple[Sealed, ...] = ()  # oldest first
    owner_uid: int | None = None
    last_step_block: int = 0  # block of the last epoch that ran; 0: none yet
    parameters: Hyperparameters = field(default_factory=Hyperparameters)
    pot: int = 10**9  # rao that an epoch distributes
    reveal_period: int = 1  # epochs
    weights_rate_limit: int = 0  # blocks
    min_allowed_weights: int = 1
    immunity_period: int = 5000  # blocks
    max_uids: int = 256

    @property
    def n(self) -> int:
        """The number of uids."""
        return len(self.alpha_stake)

    @property
    def next_epoch(self) -> int:
        """The block of the next epoch."""
        return self.clock.next_epoch_block(self.block)


def founded(
    alpha_stake: Sequence[int],
    *,
    validators: int,
    first_epoch: int = 1000,
    parameters: Hyperparameters | None = None,
    **others: Any,
) -> Subnet:
    """A subnet before its first epoch: everyone registered at block 0, the first `validators` uids with a permit.

    Raises `ConfigurationError` without a uid, for stake outside 0 to 2**64 - 1 and for parameters out of bounds.
    """
    n = whole("the number of uids", len(alpha_stake), smallest=1, largest=4096)
    parameters = Hyperparameters(commit_reveal=False) if parameters is None else parameters
    parameters.check()
    nothing = (0,) * n
    start = first_epoch - parameters.tempo
    return Subnet(
        block=max(0, start),
        clock=Schedule(parameters.tempo, start),
        last_update=nothing,
        block_at_registration=nothing,
        alpha_stake=tuple(
            whole(f"the stake of uid {uid}", amount, largest=U64) for uid, amount in enumerate(alpha_stake)
        ),
        tao_stake=nothing,
        validator_permit=tuple(uid < validators for uid in range(n)),
        emission=nothing,
        parameters=parameters,
        **others,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh:
    """A validator submits weights: stored at once, or sealed where the subnet has commit-reveal on."""

    uid: int
    row: Row
    block: int | None = None  # None: the block before the epoch
    hashed: bool = False  # sealed by a hash, which needs a `Reveal`, and not by a timelock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A validator opens its hash commits whose epoch has come."""

    uid: int
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A newcomer gets a uid: the one named, a free one, or that of the neuron which is pruned for it."""

    uid: int | None = None
    alpha: int = 0  # rao
    tao: int = 0  # rao
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """The stake of a uid from now on, in rao; None leaves it as it is."""

    uid: int
    alpha: int | None = None
    tao: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Alpha stake that comes to a uid, or leaves it when negative, in rao."""

    uid: int
    alpha: int
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another value of a setting: a hyperparameter, or `pot`, `reveal_period` and the like."""

    name: str
    value: int | bool
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBonds:
    """All bonds on a miner are dropped, as when it restarts and says so."""

    uid: int
    block: int | None = None


Act: TypeAlias = Weigh | Reveal | Register | Stake | Flow | Change | ResetBonds


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that the chain would not take, by the chain's own name for the reason."""

    block: int
    uid: int
    reason: str


MALFORMED = frozenset(
    {"WeightVecNotEqualSize", "UidsLengthExceedUidsInSubNet", "DuplicateUids", "UidVecContainInvalidOne"}
)
"""Refusals of rows that no validator would send: a mistake of whoever wrote the behaviour."""

SETTINGS = ("pot", "reveal_period", "weights_rate_limit", "min_allowed_weights", "immunity_period", "max_uids")


def happened(subnet: Subnet, act: Act, block: int) -> tuple[Subnet, Refusal | None]:
    """The subnet after an act at a block, and why the chain refused it if it did.

    Raises `ConfigurationError` for an act that cannot be: an unknown uid or setting, a value out of bounds, a row
    that is none.
    """
    subnet = replace(subnet, block=block)
    match act:
        case Weigh():
            return _weighed(subnet, act)
        case Reveal():
            return _revealed(subnet, act)
        case Register():
            return _registered(subnet, act)
        case Stake():
            return _staked(subnet, act.uid, alpha=act.alpha, tao=act.tao), None
        case Flow():
            _known(subnet, act.uid)
            return _staked(subnet, act.uid, alpha=subnet.alpha_stake[act.uid] + act.alpha), None
        case Change():
            return _changed(subnet, act), None
        case ResetBonds():
            _known(subnet, act.uid)
            return replace(subnet, bonds=without_column(subnet.bonds, act.uid)), None


def _known(subnet: Subnet, uid: int) -> None:
    if not 0 <= uid < subnet.n:
        raise ConfigurationError(f"there is no uid {uid}: the subnet has {subnet.n} uids")


def _weighed(subnet: Subnet, act: Weigh) -> tuple[Subnet, Refusal | None]:
    _known(subnet, act.uid)
    row = checked_row(act.uid, act.row)
    if subnet.parameters.commit_reveal:
        return _sealed(subnet, act.uid, row, timelocked=not act.hashed)
    after, refused = _set(subnet, act.uid, row)
    return (after, refused) if refused else (touched(after, act.uid), None)


def checked_row(uid: int, row: Any) -> Row:
    """The row, if it is an array of (uid, value) pairs of uint16; raises `ConfigurationError` otherwise."""
    if not isinstance(row, np.ndarray) or row.dtype != np.uint16 or row.shape[1:] != (2,):
        raise ConfigurationError(
            f"the weights of uid {uid} are no array of (uid, value) pairs of uint16",
            hint="make them with taokit.lab.row",
        )
    return row


def _set(subnet: Subnet, uid: int, row: Row) -> tuple[Subnet, Refusal | None]:
    """The row stored, unless a check of the chain fails."""
    submission = Submission(row[:, 0].tolist(), row[:, 1].tolist())
    reason = refusal(submission, submitter(subnet, uid))
    if reason in MALFORMED:
        beyond = [other for other in submission.uids if other >= subnet.n]
        where = f"uid {beyond[0]} of {subnet.n}" if beyond else "a uid twice"
        raise ConfigurationError(f"the weights of uid {uid} name {where} ({reason})")
    if reason is not None:
        return subnet, Refusal(subnet.block, uid, reason)
    return replace(subnet, weights={**subnet.weights, uid: stored(submission)}), None


def submitter(subnet: Subnet, uid: int) -> Submitter:
    """What the chain's checks of a submission by this uid read."""
    parameters = subnet.parameters
    (total,) = totals([subnet.alpha_stake[uid]], [subnet.tao_stake[uid]], tao_weight=parameters.tao_weight)
    return Submitter(
        n=subnet.n,
        uid=uid,
        validator_permit=subnet.validator_permit[uid],
        owner_uid=subnet.owner_uid,
        stake=total >> 64,
        stake_threshold=parameters.stake_threshold,
        min_allowed_weights=subnet.min_allowed_weights,
        weights_version=0,
        commit_reveal=parameters.commit_reveal,
        last_update=subnet.last_update[uid],
        block=subnet.block,
        rate_limit=subnet.weights_rate_limit,
    )


def touched(subnet: Subnet, uid: int) -> Subnet:
    """The subnet with this block as the uid's last update."""
    return replace(subnet, last_update=_with(subnet.last_update, uid, subnet.block))


def _sealed(subnet: Subnet, uid: int, row: Row, *, timelocked: bool) -> tuple[Subnet, Refusal | None]:
    epoch, by = subnet.clock.epoch_of(subnet.block), submitter(subnet, uid)
    queue = tuple(one.commit for one in subnet.sealed if one.uid == uid and one.timelocked == timelocked)
    if timelocked:  # at most so many per epoch, where hash commits count until they expire
        queue = tuple(commit for commit in queue if commit.epoch == epoch)
    full = refuse_commit(queue, epoch, reveal_period=subnet.reveal_period)
    reason = "NotEnoughStakeToSetWeights" if not staked(by) else "CommittingWeightsTooFast" if too_fast(by) else full
    if reason is not None:
        return subnet, Refusal(subnet.block, uid, reason)
    number = (subnet.block << 32) + len(subnet.sealed)
    one = Sealed(uid, Commit(number.to_bytes(32, "big"), epoch, subnet.block), row, timelocked)
    return replace(touched(subnet, uid), sealed=(*subnet.sealed, one)), None


def _revealed(subnet: Subnet, act: Reveal) -> tuple[Subnet, Refusal | None]:
    _known(subnet, act.uid)
    epoch, period = subnet.clock.epoch_of(subnet.block), subnet.reveal_period
    own = [one for one in subnet.sealed if one.uid == act.uid and not one.timelocked]
    ready = [one for one in own if one.commit.revealable(epoch, reveal_period=period)]
    queue = tuple(one.commit for one in own)
    if not ready:
        reason = refuse_reveal(queue, queue[-1].hash if queue else b"", epoch=epoch, reveal_period=period)
        return subnet, Refusal(subnet.block, act.uid, str(reason))
    left = set(after_reveal(queue, ready[-1].commit.hash, epoch=epoch, reveal_period=period))
    sealed = tuple(one for one in subnet.sealed if one not in own or one.commit in left)
    after, refused = _set(replace(subnet, sealed=sealed), act.uid, ready[-1].row)
    return (subnet, refused) if refused else (after, None)


def opened(subnet: Subnet, block: int) -> Subnet:
    """The subnet after the timelocked reveals of a block; rows that fail a check are dropped silently."""
    subnet = replace(subnet, block=block)
    due = subnet.clock.epoch_of(block) - subnet.reveal_period
    ready = [one for one in subnet.sealed if one.timelocked and one.commit.epoch == due]
    left = tuple(one for one in subnet.sealed if not one.timelocked or one.commit.epoch > due)
    subnet = replace(subnet, sealed=left)
    for one in ready:
        subnet, _ = _set(subnet, one.uid, one.row)
    return subnet


def _registered(subnet: Subnet, act: Register) -> tuple[Subnet, Refusal | None]:
    uid = _place(subnet) if act.uid is None else act.uid
    if uid is None:
        return subnet, Refusal(subnet.block, -1, "NoNeuronIdAvailable")
    if uid == subnet.n and subnet.n < subnet.max_uids:
        return _staked(_appended(subnet), uid, alpha=act.alpha, tao=act.tao), None
    _known(subnet, uid)
    if uid == subnet.owner_uid:
        raise ConfigurationError(f"uid {uid} is the owner's, which is never replaced")
    return _staked(_replaced(subnet, uid), uid, alpha=act.alpha, tao=act.tao), None


def _place(subnet: Subnet) -> int | None:
    if subnet.n < subnet.max_uids:
        return subnet.n
    return uid_to_prune(
        subnet.emission,
        subnet.block_at_registration,
        block=subnet.block,
        immunity_period=subnet.immunity_period,
        protected=protected_uids(subnet.owner_uid, {}),
        min_non_immune=MIN_NON_IMMUNE_UIDS,
    )


def _appended(subnet: Subnet) -> Subnet:
    return replace(
        subnet,
        last_update=(*subnet.last_update, subnet.block),
        block_at_registration=(*subnet.block_at_registration, subnet.block),
        alpha_stake=(*subnet.alpha_stake, 0),
        tao_stake=(*subnet.tao_stake, 0),
        validator_permit=(*subnet.validator_permit, False),
        emission=(*subnet.emission, 0),
    )


def _replaced(subnet: Subnet, uid: int) -> Subnet:
    """The uid in new hands: nothing of the old neuron stays, and weights on it become zeros (`clear_neuron`)."""
    return replace(
        touched(subnet, uid),
        block_at_registration=_with(subnet.block_at_registration, uid, subnet.block),
        validator_permit=_with(subnet.validator_permit, uid, False),
        emission=_with(subnet.emission, uid, 0),
        weights={other: _zeroed(row, uid) for other, row in subnet.weights.items() if other != uid},
        bonds={other: row for other, row in subnet.bonds.items() if other != uid},
        sealed=tuple(one for one in subnet.sealed if one.uid != uid),
    )


def _zeroed(row: Row, uid: int) -> Row:
    return np.where((row[:, 0] == uid)[:, None] & np.array([False, True]), np.uint16(0), row)


def without_column(rows: Rows, uid: int) -> dict[int, Row]:
    """The rows without their entries on a uid (`reset_bonds`)."""
    return {other: row[row[:, 0] != uid] for other, row in rows.items()}


def _staked(subnet: Subnet, uid: int, *, alpha: int | None = None, tao: int | None = None) -> Subnet:
    _known(subnet, uid)
    if alpha is not None:
        amount = whole(f"the stake of uid {uid}", alpha, largest=U64)
        subnet = replace(subnet, alpha_stake=_with(subnet.alpha_stake, uid, amount))
    if tao is not None:
        amount = whole(f"the TAO stake of uid {uid}", tao, largest=U64)
        subnet = replace(subnet, tao_stake=_with(subnet.tao_stake, uid, amount))
    return subnet


def _changed(subnet: Subnet, act: Change) -> Subnet:
    if act.name in SETTINGS:
        changes: Mapping[str, Any] = {act.name: whole(act.name, act.value, largest=U64)}
        return replace(subnet, **changes)
    if act.name not in {item.name for item in fields(Hyperparameters)}:
        raise ConfigurationError(f"there is no parameter {act.name}", hint=f"one of {', '.join(parameter_names())}")
    setting: Mapping[str, Any] = {act.name: act.value}
    parameters = replace(subnet.parameters, **setting)
    parameters.check()
    if act.name == "tempo":
        subnet = replace(subnet, clock=subnet.clock.with_tempo(int(act.value), subnet.block))
    return replace(subnet, parameters=parameters)


def parameter_names() -> list[str]:
    """What a `Change` can name."""
    return [*(item.name for item in fields(Hyperparameters)), *SETTINGS]


def _with(column: tuple[Any, ...], uid: int, value: Any) -> tuple[Any, ...]:
    return (*column[:uid], value, *column[uid + 1 :])


def as_stored(subnet: Subnet) -> Stored:
    """What the epoch of this block reads; the clock has already moved."""
    return Stored(
        block=subnet.block,
        emission=subnet.pot,
        last_update=subnet.last_update,
        block_at_registration=subnet.block_at_registration,
        alpha_stake=subnet.alpha_stake,
        tao_stake=subnet.tao_stake,
        validator_permit=subnet.validator_permit,
        weights=subnet.weights,
        bonds=subnet.bonds,
        commit_block=_commit_blocks(subnet),
        owner_uid=subnet.owner_uid,
        last_step_block=subnet.last_step_block,
        parameters=subnet.parameters,
    )


def _commit_blocks(subnet: Subnet) -> dict[int, int]:
    """By uid, the block of the earliest commit that is stored and not expired."""
    epoch, period = subnet.clock.epoch_index, subnet.reveal_period
    found = {}
    for uid in {one.uid for one in subnet.sealed}:
        own = [one for one in subnet.sealed if one.uid == uid]
        queue = tuple(one.commit for one in own if not one.timelocked)
        timelocked = [one.commit.block for one in own if one.timelocked and one.commit.epoch + period >= epoch]
        block = earliest_commit(queue, timelocked, epoch=epoch, reveal_period=period)
        if block is not None:
            found[uid] = block
    return found


__all__ = [
    "Act",
    "Change",
    "Flow",
    "Refusal",
    "Register",
    "ResetBonds",
    "Reveal",
    "Sealed",
    "Stake",
    "Subnet",
    "Weigh",
    "as_stored",
    "checked_row",
    "founded",
    "happened",
    "opened",
    "parameter_names",
    "submitter",
    "touched",
    "without_column",
]
