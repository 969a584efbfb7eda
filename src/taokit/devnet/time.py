"""Blocks, epochs and the clock of a devnet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from taokit.chain import Head
from taokit.devnet import levers
from taokit.devnet.held import Held
from taokit.devnet.presets import NETUID
from taokit.devnet.runtime.subtensor.storage import REVEAL_PERIOD_EPOCHS, SUBNET_EPOCH_INDEX
from taokit.errors import ConfigurationError

PATIENCE: Final = 1 << 17
"""Blocks in which an epoch comes, if ever one does: twice the longest tempo."""


class Timed(Held):
    """A chain whose time passes when it is told to."""

    def mine(self, blocks: int = 1) -> Head:
        """So many blocks more; the first takes what waits in the pool."""
        return self._node.mine(blocks)

    def mine_to(self, number: int) -> Head:
        """Blocks up to this height. Raises `ConfigurationError` for one that is reached already."""
        ahead = number - self.head.number
        if ahead <= 0:
            raise ConfigurationError(f"block {number} is made already: the best one is {self.head.number}")
        return self.mine(ahead)

    def travel(self, *, blocks: int = 1, seconds: float = 0.0) -> Head:
        """`blocks` more, after the chain's clock has jumped by `seconds`."""
        self._node.clock_ms += int(seconds * 1000)
        return self.mine(blocks)

    def next_epoch(self, netuid: int = NETUID) -> Head:
        """Blocks until an epoch of the subnet has run. Raises `ConfigurationError` for one that never runs any."""
        return self.run_epochs(1, netuid)

    def run_epochs(self, count: int, netuid: int = NETUID) -> Head:
        """Blocks until so many epochs of the subnet have run; the best block is the one in which the last did."""
        done = self.epochs_later(count, netuid)
        while not done():
            self._node.mine()
        return self.head

    def epochs_later(self, count: int, netuid: int = NETUID) -> Callable[[], bool]:
        """Tells whether so many epochs of the subnet have run since. Raises `ConfigurationError` where none ever do.

        So does what tells, from when none come any more.
        """
        levers.runs_epochs(self.state, netuid)
        last, latest = self.state[SUBNET_EPOCH_INDEX, netuid] + count, self.head.number + count * PATIENCE

        def done() -> bool:
            if self.state[SUBNET_EPOCH_INDEX, netuid] >= last:
                return True
            levers.runs_epochs(self.state, netuid)
            if self.head.number >= latest:
                said = f"subnet {netuid} ran no epoch in {PATIENCE} blocks: others are always before it"
                raise ConfigurationError(said, hint="raise MaxEpochsPerBlock, or the tempos of the others")
            return False

        return done

    def until_revealed(self, netuid: int = NETUID) -> Head:
        """Blocks until no committed weights of the subnet wait any more: revealed, dropped or expired.

        Timelocked ones are revealed by the chain; those by hash need a reveal that waits in the pool, or they expire.
        """
        done = self.revealed(netuid)
        while not done():
            self._node.mine()
        return self.head

    def revealed(self, netuid: int = NETUID) -> Callable[[], bool]:
        """Tells whether no committed weights of the subnet wait any more; after two reveal periods it gives up.

        Raises `ConfigurationError` for a subnet that runs no epochs.
        """
        given_up = self.epochs_later(2 * self.state[REVEAL_PERIOD_EPOCHS, netuid] + 2, netuid)
        return lambda: given_up() or not levers.commits_wait(self.state, netuid)

    async def tick(self, interval_s: float) -> None:
        """Make a block every so many seconds of real time, until cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            self.mine()

    async def settled(self, timeout_s: float) -> bool:
        """Wait until every live follower of the heads has dealt with the newest one; False when the deadline passes.

        A follower is busy from the moment a head is there for it until it asks for the next one, but for the time in
        which it waits for a block to hold its extrinsic.
        """
        return await self._node.lockstep.settled(timeout_s)


__all__ = ["Timed"]
