"""Going back with a devnet: snapshots, older blocks, the beginning, and chains in text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from taokit.chain import Head
from taokit.devnet.held import Held
from taokit.devnet.history import MAX_LAG
from taokit.devnet.past import Past
from taokit.devnet.runtime.state import State
from taokit.errors import ConfigurationError


class Rewound(Held):
    """A chain that goes back as far as it remembers."""

    def __init__(self, state: State, *, genesis_ms: int, auto: bool = True) -> None:
        super().__init__(state, genesis_ms=genesis_ms, auto=auto)
        self._past = Past(self._node)
        self.preset: str | None = None
        """What the chain began as; None for one that was put together by hand, loaded or imported."""
        self.settings: Mapping[str, Any] = {}
        """Hyperparameters that were given besides the preset's."""

    def snapshot(self) -> int:
        """Remember everything; the number takes `revert` back here, any number of times."""
        return self._past.snapshot()

    @property
    def snapshots(self) -> list[int]:
        """The heights at which the snapshots were taken; `revert` takes a position in this list."""
        return [moment.number for moment in self._past.snapshots]

    def revert(self, snapshot: int) -> Head:
        """Everything as it was; later snapshots are gone, the pool is empty, and the blocks to come have new hashes."""
        self._past.revert(snapshot)
        return self._set_back()

    def reset(self) -> Head:
        """Everything as it was when the chain was made or loaded, without any snapshot."""
        self._past.reset()
        return self._set_back()

    def set_head(self, number: int) -> Head:
        """Everything as it was after block `number`, as `revert` does; snapshots taken after it are gone.

        Raises `UnknownBlock` for a block that is not made yet, or whose state is no longer kept.
        """
        self._past.set_head(number)
        return self._set_back()

    def dump(self) -> str:
        """The chain as text that `load` reads back: every stored value, its best block, and the hashes before."""
        return self._past.dump()

    def load(self, text: str, *, name: str = "the state") -> Head:
        """Go on from a chain that was dumped or imported, in the place of this one. Raises `StateCorrupt`."""
        self._past.load(text, name=name)
        self.preset, self.settings = None, {}
        return self._set_back()

    def _set_back(self) -> Head:
        for tell in list(self._node.set_back):
            tell()
        return self.head

    def reorganise(self, depth: int = 1) -> Head:
        """Make the last `depth` blocks anew and one more: the same extrinsics, other hashes, and nobody disconnected.

        What was written between them without a block stays. Raises `UnknownBlock` where the state is not kept.
        """
        if not 0 < depth <= self.head.number:
            raise ConfigurationError(f"of {self.head.number} blocks, {depth} cannot be made again")
        return self._past.reorganise(depth)

    def delay_finality(self, blocks: int) -> None:
        """From now on a block is final when so many are on top of it; 0, as at first, makes it final at once."""
        if not 0 <= blocks <= MAX_LAG:
            raise ConfigurationError(f"finality can lie 0 to {MAX_LAG} blocks behind, not {blocks}")
        self._node.history.lag = blocks
        self._node.settle()

    @contextmanager
    def anchor(self) -> Iterator[None]:
        """Undo everything done inside the block: what is stored, and how the chain is run."""
        saved, node = self.snapshot(), self._node
        auto, lag, mocked = node.auto, node.history.lag, (set(node.impersonated), node.impersonates_all)
        try:
            yield
        finally:
            node.auto, node.history.lag, (node.impersonated, node.impersonates_all) = auto, lag, mocked
            node.faults.clear()
            self.revert(saved)
            self._past.forget(saved)


__all__ = ["Rewound"]
