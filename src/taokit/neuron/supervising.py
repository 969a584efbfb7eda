"""Runs a miner in several processes: this one is on chain and holds the folder, the others serve."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from taokit.axon.shared import shared_store
from taokit.axon.workers import Spawn, Workers, reserved_port
from taokit.chain import AsyncChain, Head
from taokit.neuron.miner import Miner
from taokit.neuron.mining import MinerNeuron
from taokit.neuron.place import Place
from taokit.neuron.protection import protection_of
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron")

SpawnAt: TypeAlias = Callable[[int], Spawn]
"""What starts the workers of a port."""


class SupervisedMiner(MinerNeuron):
    """The one process of a miner that the chain hears of. Its role answers nothing and is never set up here."""

    def __init__(self, miner: Miner, place: Place, *, signer: Signer, chain: AsyncChain, spawn: SpawnAt) -> None:
        super().__init__(miner, place, signer=signer, chain=chain)
        self._spawn = spawn
        self._workers: Workers | None = None

    async def _set_up(self) -> None:
        """Nothing: each worker sets up a role of its own."""

    async def _act(self, head: Head) -> None:
        """Nothing: the first worker does it."""

    async def _serve(self, port: int) -> None:
        place = self.place
        self._protection = protection_of(place, self.home, self.signer)  # made before workers look for it
        assert place.redis is not None
        async with shared_store(place.redis, axon=self.signer.ss58):
            pass  # what is wrong with it is said once, here, and not by every worker
        self.port = self._held.enter_context(reserved_port(place.host, port))
        self._workers = Workers(self._spawn(self.port), place.workers)
        await self._workers.start()
        log.info("%d workers serve port %d", place.workers, self.port)

    async def _end(self, drain_s: float) -> None:
        if self._workers is not None:
            await self._workers.stop(drain_s=drain_s)
            self._workers = None
        await super()._end(drain_s)


__all__ = ["SpawnAt", "SupervisedMiner"]
