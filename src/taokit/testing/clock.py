"""A devnet's time as a test moves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from taokit.chain import Head
from taokit.devnet import Devnet
from taokit.devnet.presets import NETUID
from taokit.devnet.runtime.subtensor.storage import SUBNET_EPOCH_INDEX
from taokit.errors import TimedOut

STEP_S: Final = 30.0
"""Seconds of real time that neurons have for one block, unless told otherwise."""
MOST: Final = 5000
"""Blocks after which `until` gives up, unless told otherwise."""


class Clock:
    """The time of one chain. Blocks come only when it is told to, 12 seconds of chain time each."""

    def __init__(self, devnet: Devnet, *, step_s: float = STEP_S) -> None:
        self._devnet, self._step_s = devnet, step_s

    @property
    def block(self) -> int:
        """The height of the best block."""
        return self._devnet.head.number

    @property
    def seconds(self) -> float:
        """The time of the best block, in seconds since 1970."""
        return self._devnet.now_ms / 1000

    def epoch(self, netuid: int = NETUID) -> int:
        """The number of the subnet's running epoch."""
        return int(self._devnet.state[SUBNET_EPOCH_INDEX, netuid])

    async def blocks(self, count: int = 1) -> Head:
        """So many blocks, after each of which every neuron does what it asks for. Raises `TimedOut` if one is stuck."""
        for _ in range(count):
            self._devnet.mine()
            await self._settle()
        return self._devnet.head

    async def epochs(self, count: int = 1, netuid: int = NETUID) -> Head:
        """Blocks until so many epochs of the subnet have run."""
        return await self.until(self._devnet.epochs_later(count, netuid), most=MOST * count)

    async def until(self, done: Callable[[], bool], *, most: int = MOST) -> Head:
        """Blocks until `done()`, which is asked before each. Raises `TimedOut` after so many."""
        for _ in range(most):
            if done():
                return self._devnet.head
            await self.blocks()
        raise TimedOut(f"what was waited for did not come in {most} blocks", hint="raise `most`, or look at the logs")

    async def travel(self, seconds: float) -> Head:
        """One block, so many seconds of chain time later than it would be."""
        self._devnet.travel(seconds=seconds)
        await self._settle()
        return self._devnet.head

    async def _settle(self) -> None:
        if not await self._devnet.settled(self._step_s):
            said = f"a neuron was still busy with block {self.block} after {self._step_s:g} s"
            raise TimedOut(said, hint="look for what its code waits for: a test's own code may hold the event loop")


__all__ = ["MOST", "STEP_S", "Clock"]
