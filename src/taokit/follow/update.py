"""What a follower tells: one subnet at one block, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from taokit.chain import Head
from taokit.metagraph import Change, Diff, Metagraph

Every: TypeAlias = Literal["block", "change", "epoch"]
"""When a follower tells of a subnet: at each block, whenever it was read anew, or after each epoch."""


@dataclass(frozen=True, slots=True)
class Reorganised:
    """The chain left a block that had been told of; every subnet was read again."""

    left: Head  # the newest block that was told of and no longer counts
    head: Head  # the best block now


@dataclass(frozen=True, slots=True)
class Dissolved:
    """The subnet does not exist any more. Nothing more is told of it."""

    netuid: int


Happening: TypeAlias = Change | Reorganised | Dissolved


@dataclass(frozen=True, slots=True)
class Update:
    """One subnet at one block."""

    head: Head  # the block that brings it
    metagraph: Metagraph
    """Read at its own `block`, all of it; up to `head` nothing is known to have changed in it but stake and prices."""
    fresh: bool  # whether it was read at `head`
    diff: Diff  # since the update before; in the first one since the shelf's newest, empty without a shelf
    events: tuple[Happening, ...]  # the changes of the diff, and what else happened

    @property
    def netuid(self) -> int:
        """The subnet."""
        return self.metagraph.netuid


__all__ = ["Dissolved", "Every", "Happening", "Reorganised", "Update"]
