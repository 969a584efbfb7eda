"""A subnet between two blocks, as a value; the rules of what can happen to it stand in `happening` and `sealing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from taokit.consensus import (
    Commit,
    Hyperparameters,
    Row,
    Rows,
    Schedule,
    Stored,
    earliest_commit,
)
from taokit.consensus.mechanisms import MAX_MECHANISMS
from taokit.consensus.scalar import U64, whole
from taokit.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A committed row that nobody can read yet."""

    uid: int
    commit: Commit  # when it was made; its hash is a number of its own
    row: Row
    timelocked: bool  # opens by itself; otherwise its owner must reveal it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """What a subnet keeps for each of its mechanisms. Index i is uid i."""

    last_update: tuple[int, ...]  # block of each uid's last weights or commit
    weights: Rows = field(default_factory=dict)
    bonds: Rows = field(default_factory=dict)
    sealed: tuple[Sealed, ...] = ()  # oldest first

    def touched(self, uid: int, block: int) -> Mechanism:
        """The mechanism with this block as the uid's last update."""
        return replace(self, last_update=with_entry(self.last_update, uid, block))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """One subnet after `block`. Index i is uid i; whatever happens makes another one."""

    block: int
    clock: Schedule
    block_at_registration: tuple[int, ...]
    alpha_stake: tuple[int, ...]  # rao
    tao_stake: tuple[int, ...]  # rao, before its weight
    validator_permit: tuple[bool, ...]
    emission: tuple[int, ...]  # rao that the last epoch gave; the smallest makes room for a newcomer
    mechanisms: tuple[Mechanism, ...]  # at least one
    split: tuple[int, ...] | None = None  # of 65535, the mechanisms' parts of the emission; None: all alike
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

    def with_mechanism(self, number: int, mechanism: Mechanism) -> Subnet:
        """The subnet with another state of one of its mechanisms."""
        return replace(self, mechanisms=with_entry(self.mechanisms, number, mechanism))

    def touched(self, uid: int, mechanism: int) -> Subnet:
        """The subnet with this block as the uid's last update on a mechanism."""
        return self.with_mechanism(mechanism, self.mechanisms[mechanism].touched(uid, self.block))

    def known(self, uid: int) -> None:
        """Raise `ConfigurationError` for a uid that is not there."""
        if not 0 <= uid < self.n:
            raise ConfigurationError(f"there is no uid {uid}: the subnet has {self.n} uids")


def with_entry(column: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    """The column with another value at one place."""
    return (*column[:at], value, *column[at + 1 :])


def with_neuron(subnet: Subnet, *, block: int, alpha: int = 0, permit: bool = False) -> Subnet:
    """The subnet with one more uid at its end, registered at a block, with so much alpha in rao."""
    grown = tuple(replace(one, last_update=(*one.last_update, block)) for one in subnet.mechanisms)
    return replace(
        subnet,
        mechanisms=grown,
        block_at_registration=(*subnet.block_at_registration, block),
        alpha_stake=(*subnet.alpha_stake, alpha),
        tao_stake=(*subnet.tao_stake, 0),
        validator_permit=(*subnet.validator_permit, permit),
        emission=(*subnet.emission, 0),
    )


def founded(
    alpha_stake: Sequence[int],
    *,
    validators: int,
    first_epoch: int = 1000,
    mechanisms: int = 1,
    parameters: Hyperparameters | None = None,
    **others: Any,
) -> Subnet:
    """A subnet before its first epoch: everyone registered at block 0, the first `validators` uids with a permit.

    Raises `ConfigurationError` without a uid or mechanism, for stake outside 0 to 2**64 - 1 and for parameters out of
    bounds.
    """
    n = whole("the number of uids", len(alpha_stake), smallest=1, largest=4096)
    count = whole("the number of mechanisms", mechanisms, smallest=1, largest=MAX_MECHANISMS)
    parameters = Hyperparameters(commit_reveal=False) if parameters is None else parameters
    parameters.check()
    nothing = (0,) * n
    start = first_epoch - parameters.tempo
    return Subnet(
        block=max(0, start),
        clock=Schedule(parameters.tempo, start),
        block_at_registration=nothing,
        alpha_stake=tuple(
            whole(f"the stake of uid {uid}", amount, largest=U64) for uid, amount in enumerate(alpha_stake)
        ),
        tao_stake=nothing,
        validator_permit=tuple(uid < validators for uid in range(n)),
        emission=nothing,
        mechanisms=(Mechanism(last_update=nothing),) * count,
        parameters=parameters,
        **others,
    )


def as_stored(subnet: Subnet, mechanism: int = 0, *, part: int | None = None) -> Stored:
    """What a mechanism's epoch of this block reads, to distribute so many rao; the clock has already moved."""
    own = subnet.mechanisms[mechanism]
    return Stored(
        block=subnet.block,
        emission=subnet.pot if part is None else part,
        last_update=own.last_update,
        block_at_registration=subnet.block_at_registration,
        alpha_stake=subnet.alpha_stake,
        tao_stake=subnet.tao_stake,
        validator_permit=subnet.validator_permit,
        weights=own.weights,
        bonds=own.bonds,
        commit_block=_commit_blocks(subnet, own.sealed),
        owner_uid=subnet.owner_uid,
        last_step_block=subnet.last_step_block,
        parameters=subnet.parameters,
    )


def _commit_blocks(subnet: Subnet, sealed: Sequence[Sealed]) -> dict[int, int]:
    """By uid, the block of the earliest commit that is stored and not expired."""
    epoch, period = subnet.clock.epoch_index, subnet.reveal_period
    found = {}
    for uid in {one.uid for one in sealed}:
        own = [one for one in sealed if one.uid == uid]
        queue = tuple(one.commit for one in own if not one.timelocked)
        timelocked = [one.commit.block for one in own if one.timelocked and one.commit.epoch + period >= epoch]
        block = earliest_commit(queue, timelocked, epoch=epoch, reveal_period=period)
        if block is not None:
            found[uid] = block
    return found


__all__ = ["Mechanism", "Sealed", "Subnet", "as_stored", "founded", "with_entry", "with_neuron"]
