"""Going back: snapshots, older blocks, the beginning, and chains that were written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.chain import Head
from taokit.devnet.beacon.pulses import Plan
from taokit.devnet.blocks import Record
from taokit.devnet.node import Node
from taokit.devnet.runtime.state import Mark
from taokit.devnet.statefile import About, StateFile
from taokit.errors import ConfigurationError

MOST: Final = 1024
"""Snapshots that are kept at once."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A chain as it was."""

    mark: Mark
    records: tuple[Record, ...]  # of the blocks before, whose states the mark knows
    number: int
    clock_ms: int
    pulses: Plan


class Past:
    """What a node can go back to."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._file: StateFile | None = None
        self.snapshots: list[Moment] = []
        self.beginning = self.now()

    def now(self) -> Moment:
        """The chain as it is."""
        node = self._node
        history = node.history
        return Moment(node.state.mark(), history.recent(), history.head.number, node.clock_ms, node.beacon.plan)

    def snapshot(self) -> int:
        """The number of a new snapshot."""
        if len(self.snapshots) >= MOST:
            raise ConfigurationError(f"more than {MOST} snapshots are not kept", hint="revert to one of the first")
        self.snapshots.append(self.now())
        return len(self.snapshots) - 1

    def revert(self, snapshot: int) -> None:
        """Back to a snapshot, which stays; later ones are gone."""
        if not 0 <= snapshot < len(self.snapshots):
            raise ConfigurationError(f"there is no snapshot {snapshot}", hint="a revert forgets later snapshots")
        self._return(self.snapshots[snapshot])
        del self.snapshots[snapshot + 1 :]

    def forget(self, snapshot: int) -> None:
        """This snapshot and later ones are gone."""
        del self.snapshots[snapshot:]

    def reset(self) -> None:
        """Back to the beginning; no snapshot is left."""
        self._return(self.beginning)
        self.snapshots.clear()

    def _return(self, moment: Moment) -> None:
        retracted = self._node.abandon(moment.number, moment.records)
        self._node.clear(retracted)
        self._node.state.rewind(moment.mark)
        self._node.clock_ms = moment.clock_ms
        self._node.beacon.plan = moment.pulses

    def set_head(self, number: int) -> None:
        """Back to the state after a block; snapshots taken later are gone."""
        node = self._node
        before = node.state.at(number)
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot.number <= number]
        node.clear(node.abandon(number))
        node.state.return_to(before)
        node.clock_ms = node.history.best.now_ms

    def reorganise(self, depth: int) -> Head:
        """The last blocks anew, as `Node.reorganise` has it; snapshots of them are gone."""
        head = self._node.reorganise(depth)
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot.number < head.number - depth]
        return head

    @property
    def file(self) -> StateFile:
        """What writes this chain down and reads others."""
        if self._file is None:
            self._file = StateFile(self._node.table, self._node.codec)
        return self._file

    def dump(self) -> str:
        """The chain as text."""
        node = self._node
        about = About(node.history.head.number, node.clock_ms, node.branch, node.state.allow_loopback)
        return self.file.text(about, node.state, node.history)

    def load(self, text: str, *, name: str) -> None:
        """The chain that was written down takes the place of this one, which it goes on from as another branch."""
        saved = self.file.read(text, name=name)
        node = self._node
        branch = max(node.branch + 1, saved.about.branch) if node.history.head.number else saved.about.branch
        node.adopt(saved.state, saved.history, clock_ms=saved.about.clock_ms, branch=branch)
        if saved.about.source is not None:  # it has the keys of nobody
            node.announce_before()
        self.snapshots.clear()
        self.beginning = self.now()


__all__ = ["MOST", "Moment", "Past"]
