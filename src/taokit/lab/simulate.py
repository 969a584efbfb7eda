"""A subnet over time: behaviours act, blocks pass, epochs run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from jaxtyping import UInt16

from taokit.consensus import Combined, Outcome, Stored, combine, run_epoch, split_emission
from taokit.consensus.scalar import whole
from taokit.errors import ConfigurationError
from taokit.lab.acts import Act, Refusal
from taokit.lab.economy import Minting, paid, pots_of
from taokit.lab.happening import happened
from taokit.lab.sealing import opened
from taokit.lab.world import Subnet, as_stored


@dataclass(frozen=True, slots=True)
class Turn:
    """One mechanism's part of an epoch."""

    part: int  # rao that it distributed
    stored: Stored  # what it read
    outcome: Outcome  # what it made of that


@dataclass(frozen=True, slots=True)
class Step:
    """One epoch of a run."""

    epoch: int
    block: int
    turns: tuple[Turn, ...]  # one for each mechanism
    combined: Combined  # what the subnet stores once for all of them
    subnet: Subnet  # afterwards
    refused: tuple[Refusal, ...]  # what the chain did not take since the last epoch

    @property
    def stored(self) -> Stored:
        """What the first mechanism read, the only one of most subnets."""
        return self.turns[0].stored

    @property
    def outcome(self) -> Outcome:
        """What the first mechanism made of that."""
        return self.turns[0].outcome

    @property
    def n(self) -> int:
        """Uids in this epoch."""
        return len(self.combined.active)

    @property
    def incentive(self) -> UInt16[np.ndarray, " uids"]:
        """Each uid's incentive over all mechanisms, weighted by what each distributed; 65535 is the whole."""
        if len(self.turns) == 1 or not any(turn.part for turn in self.turns):
            return self.outcome.incentive
        amount = sum(turn.part for turn in self.turns)
        columns = [[int(share) * turn.part for share in turn.outcome.incentive] for turn in self.turns]
        return np.array([sum(parts) // amount for parts in zip(*columns, strict=True)], dtype=np.uint16)


@dataclass(frozen=True)
class View:
    """What a behaviour sees before an epoch."""

    epoch: int  # 0 is the first of the run
    block: int  # of the coming epoch
    before: Subnet  # after the last epoch
    last: Step | None  # the last epoch; None before the first
    acts: tuple[Act, ...]  # of the behaviours that were asked first, and those that still wait

    @cached_property
    def subnet(self) -> Subnet:
        """The subnet as the coming epoch will find it if nobody acts any more: sealed rows that open are read."""
        subnet, _, _ = _until(self.before, self.acts, self.block)
        return opened(subnet, self.block)


Behaviour: TypeAlias = Callable[[View], Iterable[Act]]
"""Asked once before every epoch, in order. An act without a block happens in the block before the epoch; one at the
epoch's own block or later happens after it."""


def simulate(
    initial: Subnet, behaviours: Sequence[Behaviour], epochs: int, *, minting: Minting | None = None
) -> Iterator[Step]:
    """The epochs of a subnet whose neurons behave as told, one by one.

    Without `minting` every epoch distributes `initial.pot` and nobody's stake moves but by acts; with it, blocks mint
    and epochs pay. Raises `ConfigurationError` for acts that cannot be, by what is wrong with them.
    """
    whole("epochs", epochs, largest=10**6)
    subnet, waiting, last = initial, tuple[Act, ...](), None
    for epoch in range(epochs):
        due = subnet.next_epoch
        for behave in behaviours:
            view = View(epoch, due, subnet, last, waiting)
            waiting = (*waiting, *(_dated(act, due, subnet) for act in behave(view)))
        started = subnet.block
        subnet, waiting, refused = _until(subnet, waiting, None)
        last = _epoch(subnet, epoch, refused, minting=minting, since=started)
        subnet = last.subnet
        yield last


def _dated(act: Act, due: int, subnet: Subnet) -> Act:
    if act.block is None:
        return replace(act, block=due - 1)
    if act.block < subnet.block:
        raise ConfigurationError(f"{type(act).__name__} at block {act.block}: the subnet is at block {subnet.block}")
    return act


def _until(
    subnet: Subnet, acts: tuple[Act, ...], due: int | None
) -> tuple[Subnet, tuple[Act, ...], tuple[Refusal, ...]]:
    """After the acts before the next epoch, in the order of their blocks; and those that wait, and what was refused.

    An act can move the epoch itself.
    """
    refused: list[Refusal] = []
    ordered = sorted(acts, key=_block_of)
    for done, act in enumerate(ordered):
        block = _block_of(act)
        if block >= (subnet.next_epoch if due is None else due):
            return subnet, tuple(ordered[done:]), tuple(refused)
        subnet, reason = happened(subnet, act, block)
        refused += [reason] if reason else []
    return subnet, (), tuple(refused)


def _block_of(act: Act) -> int:
    assert act.block is not None
    return act.block


def _epoch(subnet: Subnet, epoch: int, refused: tuple[Refusal, ...], *, minting: Minting | None, since: int) -> Step:
    block = subnet.next_epoch
    subnet = opened(subnet, block)
    subnet = replace(subnet, clock=subnet.clock.fired(block))
    pots = None if minting is None else pots_of(minting, subnet, blocks=block - since)
    turns = _turns(subnet, subnet.pot if pots is None else pots.emission)
    combined = combine([turn.outcome for turn in turns], [turn.part for turn in turns])
    held = zip(subnet.mechanisms, turns, strict=True)
    after = replace(
        subnet,
        mechanisms=tuple(replace(mechanism, bonds=turn.outcome.bonds) for mechanism, turn in held),
        validator_permit=tuple(combined.validator_permit.tolist()),
        emission=tuple(combined.emission.tolist()),
        last_step_block=block,
    )
    if pots is not None:
        after = paid(after, combined, pots)
    return Step(epoch, block, turns, combined, after, refused)


def _turns(subnet: Subnet, amount: int) -> tuple[Turn, ...]:
    """Every mechanism's epoch; all of them read the subnet as it was before."""
    parts = split_emission(amount, len(subnet.mechanisms), subnet.split)
    read = [(part, as_stored(subnet, number, part=part)) for number, part in enumerate(parts)]
    return tuple(Turn(part, stored, run_epoch(stored)) for part, stored in read)


__all__ = ["Behaviour", "Step", "Turn", "View", "simulate"]
