"""When blocks are made while others talk to the chain."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from taokit.chain import Head
from taokit.devnet.devnet import Devnet
from taokit.devnet.rpc.bell import Bell

log = logging.getLogger("taokit.devnet")

Mode: TypeAlias = Literal["Instant", "Batch", "Manual"]
"""On every submission; shortly after one, for all that have come by then; or when told to."""

TURN_S: Final = 0.005
"""Seconds of mining before everybody else gets a turn."""

PACE_S: Final = 0.25
"""Seconds between two blocks that followers are told of while many are made in one go: a fast real chain's pace."""

BATCH_S: Final = 0.1
"""Seconds that a batch stays open."""


class Producer:
    """The clockwork of one chain. It never keeps the event loop for longer than a block or `TURN_S`."""

    def __init__(self, devnet: Devnet, interval_s: float | None = None) -> None:
        self._devnet = devnet
        self._clock: asyncio.Task[None] | None = None
        self._batch: asyncio.TimerHandle | None = None
        self._batched = False
        self.bell = Bell()
        """Rings when there are blocks to tell of."""
        self.interval_s = interval_s
        """Seconds between two blocks, None when none are made for time's sake."""

    @property
    def mode(self) -> Mode:
        """What a submission brings about."""
        return "Instant" if self._devnet.auto else "Batch" if self._batched else "Manual"

    def start(self) -> None:
        """Let the clock run, where there is one."""
        self.every(self.interval_s)

    def stop(self) -> None:
        """Make no more blocks unasked."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self._batch is not None:
            self._batch.cancel()
            self._batch = None

    def switch(self, mode: Mode) -> None:
        """From now on, blocks are made so, and not by the clock."""
        self.every(None)
        self._devnet.auto = mode == "Instant"
        self._batched = mode == "Batch"

    def every(self, interval_s: float | None) -> None:
        """A block every so many seconds, which take what has come; None stops the clock."""
        self.stop()
        self.interval_s = interval_s
        if interval_s is not None:
            self._devnet.auto = False
            self._clock = asyncio.get_running_loop().create_task(self._devnet.tick(interval_s))
            self._clock.add_done_callback(_report)

    def submitted(self) -> None:
        """Something waits in the pool."""
        if self._batched and self._batch is None:
            self._batch = asyncio.get_running_loop().call_later(BATCH_S, self._close_batch)

    def _close_batch(self) -> None:
        self._batch = None
        if self._devnet.waiting:
            self._devnet.mine()
            self._devnet.node.mine_sealed()

    async def mine(self, count: int) -> Head:
        """So many blocks more."""
        made = 0

        def enough() -> bool:
            nonlocal made
            made += 1
            return made > count

        return await self.until(enough)

    async def until(self, done: Callable[[], bool]) -> Head:
        """Blocks until `done`, which is asked before each."""
        turn = rung = time.monotonic()
        try:
            while not done():
                self._devnet.mine()
                if (now := time.monotonic()) - turn > TURN_S:
                    self.bell.muffled = now - rung < PACE_S
                    rung = rung if self.bell.muffled else now
                    await asyncio.sleep(0)
                    turn = time.monotonic()
        finally:
            if self.bell.muffled:  # nobody was told of the last block
                self.bell.muffled = False
                self.bell.ring()
        return self._devnet.head


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("no more blocks: making one failed", exc_info=error)


__all__ = ["BATCH_S", "PACE_S", "TURN_S", "Mode", "Producer"]
