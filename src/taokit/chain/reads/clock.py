"""The epoch clock of a subnet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.chain.decoded import ask_all
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Read, Storage

MAX_TEMPO: Final = 50_400
"""Blocks without an epoch after which one runs whatever the schedule says."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The epoch clock of a subnet, as of one block."""

    netuid: int
    block: int
    tempo: int  # blocks; 0 never runs an epoch
    last_epoch_block: int
    pending_epoch_at: int  # 0: none
    epoch_index: int  # counts the epochs run; commits are filed under it
    blocks_since_last_step: int
    reveal_period: int  # epochs between a commit and its reveal

    @property
    def next_epoch(self) -> int | None:
        """The first block after this one that runs an epoch as things stand, or None with a tempo of 0 and on root."""
        if not (self.netuid and self.tempo):
            return None
        due = [self.last_epoch_block + self.tempo, self.block + MAX_TEMPO + 1 - self.blocks_since_last_step]
        if self.pending_epoch_at:
            due.append(self.pending_epoch_at)
        return max(min(due), self.block + 1)

    @property
    def blocks_left(self) -> int | None:
        """Blocks until the next epoch, at least 1, or None where none comes."""
        return None if self.next_epoch is None else self.next_epoch - self.block


def schedule(netuid: int) -> Read[Schedule]:
    """The epoch clock of a subnet, all of it from one block."""
    clock = ("Tempo", "LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex", "BlocksSinceLastStep")
    items = (*clock, "RevealPeriodEpochs")
    told = yield from ask_all(Storage("System", "Number"), *(Storage(SUBNETS, item, (netuid,)) for item in items))
    return Schedule(netuid, *(one.integer() for one in told))


__all__ = ["MAX_TEMPO", "Schedule", "schedule"]
