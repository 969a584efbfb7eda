"""The blocks that were made, and the state after each, for as long as they are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from taokit.chain import BlockHash, Head
from taokit.devnet.blocks import Record
from taokit.devnet.runtime.state import Reading, State, View
from taokit.errors import UnknownBlock

BODIES: Final = 4096
"""Blocks whose extrinsics and events are kept; hashes are kept of all."""

_VIEWS: Final = 64
_ABANDONED: Final = 16  # blocks of an abandoned branch whose state stays readable for a while


class History:
    """The current branch, block by block, and what is left of branches that were abandoned."""

    def __init__(self, state: State, genesis: Record) -> None:
        self._state = state
        self._genesis = genesis
        self._records: OrderedDict[BlockHash, Record] = OrderedDict()
        self._views: OrderedDict[BlockHash, View] = OrderedDict()
        self.hashes: list[BlockHash] = [genesis.head.hash]
        """By number."""
        self.best = genesis

    @property
    def head(self) -> Head:
        """The best block."""
        return self.best.head

    def append(self, record: Record) -> None:
        """A new best block."""
        self._records[record.head.hash] = record
        self.hashes.append(record.head.hash)
        self.best = record
        if len(self._records) > BODIES:
            self._records.popitem(last=False)

    def cut(self, number: int) -> None:
        """Make block `number` the best again. Call it before the state is set back: the newest views are kept."""
        for abandoned in self.hashes[number + 1 :][-_ABANDONED:]:
            self._view(abandoned)
        del self.hashes[number + 1 :]
        self.best = self.record(self.hashes[number])

    def hash_of(self, number: int | None) -> BlockHash | None:
        """The hash of the block of this height, None where there is none yet."""
        if number is None:
            return self.head.hash
        return self.hashes[number] if 0 <= number < len(self.hashes) else None

    def record(self, at: BlockHash | None) -> Record:
        """The block of this hash (None: the best). Raises `UnknownBlock`."""
        if at is None:
            return self.best
        found = self._genesis if at == self._genesis.head.hash else self._records.get(at)
        if found is None:
            raise UnknownBlock(f"Unknown block 0x{at.hex()}")
        return found

    def state_at(self, at: BlockHash | None) -> Reading:
        """The state after a block. Raises `UnknownBlock` for one that is unknown, or too old for its state."""
        return self._state if at is None or at == self.head.hash else self._view(at)

    def _view(self, at: BlockHash) -> View:
        if (known := self._views.get(at)) is not None:
            return known
        head = self.record(at).head
        if self.hash_of(head.number) != at:
            raise UnknownBlock(f"State discarded for 0x{at.hex()}, a block of an abandoned branch")
        view = self._views[at] = self._state.at(head.number)
        if len(self._views) > _VIEWS:
            self._views.popitem(last=False)
        return view


__all__ = ["BODIES", "History"]
