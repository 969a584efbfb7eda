"""A chain in this process, as everything that is done to it sees it."""

from __future__ import annotations

from taokit.chain import Head
from taokit.devnet.faults import Faults
from taokit.devnet.natives import Natives
from taokit.devnet.node import Node
from taokit.devnet.runtime.state import State


class Held:
    """A node, and what it shows at a glance."""

    def __init__(self, state: State, *, genesis_ms: int, auto: bool = True) -> None:
        self._node = Node(state, genesis_ms=genesis_ms, auto=auto)
        self._natives = Natives(self._node.table, self._node.coders)

    @property
    def auto(self) -> bool:
        """Whether submitting mines; else extrinsics wait for `mine`, which takes them by signer and nonce."""
        return self._node.auto

    @auto.setter
    def auto(self, on: bool) -> None:
        self._node.auto = on

    @property
    def node(self) -> Node:
        """What makes the blocks; for servers, which answer in its bytes."""
        return self._node

    @property
    def state(self) -> State:
        """The state after the best block. What is written into it shows at once, without a block."""
        return self._node.state

    @property
    def head(self) -> Head:
        """The best block."""
        return self._node.history.head

    @property
    def now_ms(self) -> int:
        """The time of the best block, in milliseconds since 1970."""
        return self._node.history.best.now_ms

    @property
    def waiting(self) -> int:
        """Extrinsics in the pool."""
        return len(self._node.pool)

    @property
    def natives(self) -> Natives:
        """Values of this chain, from JSON and to it."""
        return self._natives

    @property
    def faults(self) -> Faults:
        """What goes wrong with the submissions to come: refusals of your choice, and losses."""
        return self._node.faults


__all__ = ["Held"]
