"""When epochs run, as values: the stateful schedule of every subnet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from taokit.errors import ConfigurationError

MAX_EPOCHS_PER_BLOCK = 2
"""Subnets that may run an epoch in one block; the next due ones are put off by a block."""

SAFETY_BLOCKS = 50_400
"""After more blocks than this without an epoch one is due, whatever the tempo."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The epoch clock of one subnet, as stored after a block."""

    tempo: int  # blocks between epochs; 0: no epoch ever
    last_epoch_block: int
    pending_epoch_at: int = 0  # block of a put-off or asked-for epoch; 0 is none
    epoch_index: int = 0  # epochs scheduled so far
    blocks_since_last_step: int = 0

    def due(self, block: int) -> bool:
        """Whether an epoch should run at this block (`should_run_epoch`)."""
        if self.tempo == 0:
            return False
        asked = 0 < self.pending_epoch_at <= block
        overdue = self.blocks_since_last_step > SAFETY_BLOCKS
        return asked or overdue or block - self.last_epoch_block >= self.tempo

    def epoch_of(self, block: int) -> int:
        """The epoch that a commit or reveal at this block belongs to (`get_current_epoch_index`)."""
        return self.epoch_index + self.due(block)

    def waited(self) -> Schedule:
        """One block later, nothing decided yet."""
        elapsed = self.blocks_since_last_step + 1
        return Schedule(self.tempo, self.last_epoch_block, self.pending_epoch_at, self.epoch_index, elapsed)

    def fired(self, block: int) -> Schedule:
        """After an epoch was scheduled at this block."""
        return Schedule(self.tempo, block, 0, self.epoch_index + 1, 0)

    def skipped(self, block: int) -> Schedule:
        """After the slot of this block was used up without an epoch."""
        return Schedule(self.tempo, block, 0, self.epoch_index + 1, self.blocks_since_last_step)

    def put_off(self, block: int) -> Schedule:
        """After a due epoch found the block full."""
        return replace(self, pending_epoch_at=block + 1)

    def with_tempo(self, tempo: int, block: int) -> Schedule:
        """With another tempo, whose cycle starts at this block."""
        return replace(self, tempo=tempo, last_epoch_block=block)

    def next_epoch_block(self, head: int) -> int:
        """The first block after `head` at which an epoch is due, seen from the state after `head`.

        The cap on epochs of one block can only delay it. Raises `ConfigurationError` where the tempo is 0.
        """
        if self.tempo == 0:
            raise ConfigurationError("a subnet of tempo 0 runs no epochs")
        overdue = head + SAFETY_BLOCKS + 1 - self.blocks_since_last_step
        soonest = min(self.last_epoch_block + self.tempo, overdue, self.pending_epoch_at or overdue)
        return max(head + 1, soonest)


@dataclass(frozen=True, slots=True)
class Advance:
    """What scheduling decided in one block."""

    schedules: dict[int, Schedule]  # by netuid, all of them
    ran: tuple[int, ...]  # netuids whose epoch runs now, ascending: the order epochs run in
    put_off: tuple[int, ...]  # netuids that were due and must wait a block, in storage order
    skipped: tuple[int, ...]  # netuids whose slot was used up without an epoch, in storage order


def storage_order(netuids: Collection[int]) -> list[int]:
    """Netuids as the chain walks them: by their two little-endian bytes, so 256 comes before 1; root left out."""
    return sorted((netuid for netuid in netuids if netuid), key=lambda netuid: netuid.to_bytes(2, "little"))


def advance(
    schedules: Mapping[int, Schedule],
    block: int,
    *,
    broken: Collection[int] = (),
    cap: int = MAX_EPOCHS_PER_BLOCK,
) -> Advance:
    """The clocks after the scheduling step of a block, and which epochs it runs.

    `broken` are netuids whose stored state cannot run an epoch, such as one hotkey holding two uids: their slot is
    used up and the cap is not charged.
    """
    after = dict(schedules)
    ran: list[int] = []
    waiting: list[int] = []
    skipped: list[int] = []
    for netuid in storage_order(schedules):
        clock = schedules[netuid].waited()
        if not clock.due(block):
            after[netuid] = clock
        elif len(ran) >= cap:
            after[netuid] = clock.put_off(block)
            waiting.append(netuid)
        elif netuid in broken:
            after[netuid] = clock.skipped(block)
            skipped.append(netuid)
        else:
            after[netuid] = clock.fired(block)
            ran.append(netuid)
    return Advance(after, tuple(sorted(ran)), tuple(waiting), tuple(skipped))


def commit_epoch(schedule: Schedule, head: int) -> int:
    """The epoch that a commit in the block after `head` belongs to, seen from the state after `head`."""
    return schedule.epoch_index + (schedule.next_epoch_block(head) == head + 1)


def first_reveal_block(schedule: Schedule, head: int, *, reveal_period: int) -> int:
    """The first block at which a commit of block `head + 1` may be revealed: that of its reveal epoch."""
    epoch = commit_epoch(schedule, head) + reveal_period
    block = head
    while schedule.epoch_index < epoch:
        block, earlier = schedule.next_epoch_block(block), block
        elapsed = schedule.blocks_since_last_step + block - earlier
        schedule = replace(schedule, blocks_since_last_step=elapsed).fired(block)
    return block


__all__ = [
    "MAX_EPOCHS_PER_BLOCK",
    "SAFETY_BLOCKS",
    "Advance",
    "Schedule",
    "advance",
    "commit_epoch",
    "first_reveal_block",
    "storage_order",
]
