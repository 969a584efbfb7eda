"""A subnet over time: behaviours act, blocks pass, epochs run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from taokit.consensus import Outcome, Stored, run_epoch
from taokit.consensus.scalar import whole
from taokit.errors import ConfigurationError
from taokit.lab.economy import Minting, paid, pots_of
from taokit.lab.world import Act, Refusal, Subnet, as_stored, happened, opened


@dataclass(frozen=True)
class View:
    """What a behaviour sees before an epoch."""

    epoch: int  # 0 is the first of the run
    block: int  # of the coming epoch
    before: Subnet  # after the last epoch
    outcome: Outcome | None  # of the last epoch; None before the first
    acts: tuple[Act, ...]  # of the behaviours that were asked first, and those that still wait

    @cached_property
    def subnet(self) -> Subnet:
        """The subnet as the coming epoch will find it if nobody acts any more: sealed rows that open are read."""
        subnet, _, _ = _until(self.before, self.acts, self.block)
        return opened(subnet, self.block)


Behaviour: TypeAlias = Callable[[View], Iterable[Act]]
"""Asked once before every epoch, in order. An act without a block happens in the block before the epoch; one at the
epoch's own block or later happens after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One epoch of a run."""

    epoch: int
    block: int
    stored: Stored  # what the epoch read
    outcome: Outcome  # what it made of that
    subnet: Subnet  # afterwards
    refused: tuple[Refusal, ...]  # what the chain did not take since the last epoch


def simulate(
    initial: Subnet, behaviours: Sequence[Behaviour], epochs: int, *, minting: Minting | None = None
) -> Iterator[Step]:
    """The epochs of a subnet whose neurons behave as told, one by one.

    Without `minting` every epoch distributes `initial.pot` and nobody's stake moves but by acts; with it, blocks mint
    and epochs pay. Raises `ConfigurationError` for acts that cannot be, by what is wrong with them.
    """
    whole("epochs", epochs, largest=10**6)
    subnet, waiting, outcome = initial, tuple[Act, ...](), None
    for epoch in range(epochs):
        due = subnet.next_epoch
        for behave in behaviours:
            view = View(epoch, due, subnet, outcome, waiting)
            waiting = (*waiting, *(_dated(act, due, subnet) for act in behave(view)))
        started = subnet.block
        subnet, waiting, refused = _until(subnet, waiting, None)
        step = _epoch(subnet, epoch, refused, minting=minting, since=started)
        subnet, outcome = step.subnet, step.outcome
        yield step


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
    stored = as_stored(subnet if pots is None else replace(subnet, pot=pots.emission))
    outcome = run_epoch(stored)
    after = replace(
        subnet,
        bonds=outcome.bonds,
        validator_permit=tuple(outcome.validator_permit.tolist()),
        emission=tuple(outcome.emission.tolist()),
        last_step_block=block,
    )
    if pots is not None:
        after = paid(after, outcome, pots)
    return Step(epoch, block, stored, outcome, after, refused)


__all__ = ["Behaviour", "Step", "View", "simulate"]
