"""The blocks that were made, and the state after each, for as long as they are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from taokit.chain import BlockHash, Head
from taokit.devnet.blocks import ZEROS, Record
from taokit.devnet.runtime.state import HISTORY, Mark, Reading, State, View
from taokit.errors import UnknownBlock

BODIES: Final = 4096
"""Blocks whose extrinsics and events are kept; hashes are kept of all."""

MAX_LAG: Final = 1024
"""Blocks that finality may lie behind."""

TOLD: Final = 128
"""Blocks whose state stays readable, however old, as clients were told of them; the oldest are forgotten first."""

_VIEWS: Final = 64
_ABANDONED: Final = 16  # blocks of abandoned branches whose state stays readable
_FORGOTTEN: Final = 64  # blocks on top of a fork, when what was abandoned there is forgotten


class History:
    """The current branch, block by block, and what is left of branches that were abandoned."""

    def __init__(
        self,
        state: State,
        genesis: Record,
        *,
        best: Record | None = None,
        hashes: Mapping[int, BlockHash] | None = None,
    ) -> None:
        """From the first block, or from a later one that was kept, `best`, with the hashes of some before it."""
        self._state = state
        self.genesis = genesis
        self._records: OrderedDict[BlockHash, Record] = OrderedDict()
        self._views: OrderedDict[BlockHash, View] = OrderedDict()
        self._told: OrderedDict[BlockHash, View] = OrderedDict()
        self._abandoned: OrderedDict[BlockHash, Mark] = OrderedDict()  # with the end of the branch that they were on
        self._fork = 0  # the block that the chain was last set back to
        self.best = best or genesis
        self.hashes: dict[int, BlockHash] = {0: genesis.head.hash, **(hashes or {}), self.head.number: self.head.hash}
        """By number, of the current branch."""
        if best is not None:
            self._records[best.head.hash] = best
        self._final = self.best.head.number
        self.lag = 0
        """Blocks that finality lies behind the best block."""

    @property
    def final(self) -> Head:
        """The newest block that counts as final."""
        number = self._final
        return Head(number, self.hashes[number], self.hashes.get(number - 1, ZEROS))

    def settle(self) -> list[BlockHash]:
        """The blocks that become final now, in their order."""
        due = range(self._final + 1, self.head.number - self.lag + 1)
        self._final = max(self._final, self.head.number - self.lag)
        return [self.hashes[number] for number in due]

    @property
    def writes(self) -> int:
        """Writes to the state since the best block was sealed."""
        return self._state.writes

    @property
    def head(self) -> Head:
        """The best block."""
        return self.best.head

    def append(self, record: Record) -> None:
        """A new best block."""
        self._records[record.head.hash] = record
        self.hashes[record.head.number] = record.head.hash
        self.best = record
        while len(self._records) > BODIES:
            self._records.popitem(last=False)
        if self._abandoned and record.head.number > self._fork + _FORGOTTEN:
            self._abandoned.clear()  # here, as it takes longer than going back does

    def recent(self, number: int | None = None) -> tuple[Record, ...]:
        """What is kept of the blocks up to `number` (None: the best) whose states can still be read, in their order."""
        last = self.head.number if number is None else number
        found = (self._records.get(self.hashes.get(one, ZEROS)) for one in range(last - HISTORY + 1, last + 1))
        return tuple(record for record in found if record is not None)

    def cut(self, number: int, recent: Sequence[Record] = ()) -> None:
        """Make block `number` the best again. Call it before the state is set back, of which it takes a mark.

        `recent` is what was kept of the blocks up to it when it was the best one; some may be forgotten by now.
        """
        for record in recent or self.recent(number):
            self._records[record.head.hash] = record
            self._records.move_to_end(record.head.hash)  # else the abandoned blocks would outlive those before them
        best = self.record(self.hash_of(number) or b"")
        abandoned = range(number + 1, self.head.number + 1)
        end = self._state.mark()
        for one in abandoned[-_ABANDONED:]:
            self._abandoned[self.hashes[one]] = end
        for one in abandoned:
            del self.hashes[one]
        while len(self._abandoned) > _ABANDONED:
            self._abandoned.popitem(last=False)
        self.best = best
        self._fork = number
        self._final = min(self._final, number)

    def hash_of(self, number: int | None) -> BlockHash | None:
        """The hash of the block of this height, None where there is none yet."""
        if number is None:
            return self.head.hash
        return self.hashes.get(number)

    def record(self, at: BlockHash | None) -> Record:
        """The block of this hash (None: the best). Raises `UnknownBlock`."""
        if at is None:
            return self.best
        found = self.genesis if at == self.genesis.head.hash else self._records.get(at)
        if found is None:
            raise UnknownBlock(f"Unknown block 0x{at.hex()}")
        return found

    def state_at(self, at: BlockHash | None) -> Reading:
        """The state after a block. Raises `UnknownBlock` for one that is unknown, or too old for its state."""
        return self._state if at is None or at == self.head.hash else self._view(at)

    def tell(self, block: BlockHash) -> None:
        """A client learns of a block, and may want its state however many are made before it asks."""
        if block in self._told:
            self._told.move_to_end(block)
            return
        with suppress(UnknownBlock):
            self._told[block] = self._view(block)
        while len(self._told) > TOLD:
            self._told.popitem(last=False)

    def _view(self, at: BlockHash) -> View:
        if (known := self._told.get(at) or self._views.get(at)) is not None:
            return known
        head = self.record(at).head
        branch = self._state if self.hash_of(head.number) == at else self._abandoned.get(at)
        if branch is None:
            raise UnknownBlock(f"State discarded for 0x{at.hex()}, a block of an abandoned branch")
        view = self._views[at] = branch.at(head.number)
        if len(self._views) > _VIEWS:
            self._views.popitem(last=False)
        return view


__all__ = ["BODIES", "MAX_LAG", "TOLD", "History"]
