"""Runs a miner: serves its handlers and keeps its view of the subnet fresh."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from taokit.axon import Admit, Route
from taokit.chain import AsyncChain, Head, reads
from taokit.errors import NotRegistered
from taokit.errors.failures import log_failure
from taokit.neuron.host import REFRESH_BLOCKS, Neuron
from taokit.neuron.miner import Miner
from taokit.neuron.place import Place
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron")


class MinerNeuron(Neuron):
    """One running miner."""

    def __init__(self, miner: Miner, place: Place, *, signer: Signer, chain: AsyncChain) -> None:
        place = place if miner.serves else replace(place, port=None)
        super().__init__(miner, place, signer=signer, chain=chain)
        self.miner = miner

    async def open(self) -> None:
        """Nothing: a miner needs nothing besides."""

    async def shut(self) -> None:
        """Nothing, as nothing was taken."""

    def routes(self) -> list[Route]:
        return self.miner.routes()

    def admits(self) -> Admit:
        return self.miner.admit

    def serving(self) -> dict[str, Any]:
        miner = self.miner
        mine = {"priority": miner.priority, "limits": miner.limits, "mounts": miner.mounts()}
        mine["sign_answers"] = self.signer if miner.sign_answers else None
        return {**super().serving(), **mine}

    async def step(self, head: Head) -> None:
        """Look at the subnet every few blocks, and let the miner act. Raises `NotRegistered` when the uid is gone."""
        if head.number >= self.miner.metagraph.block + REFRESH_BLOCKS:
            await self._look(head)
        if not self.place.worker:
            await self._act(head)

    async def _look(self, head: Head) -> None:
        self.miner.metagraph = await self.chain.read(reads.metagraph(self.place.netuid), at=head.hash)
        if self.miner.metagraph.uid_of(self.signer.ss58) is None:
            raise NotRegistered(self.signer.ss58, self.place.netuid)

    async def _act(self, head: Head) -> None:
        """What the miner does besides; nothing that goes wrong with it keeps the miner from answering."""
        try:
            await self.miner.at_block(head.number)
        except Exception as error:
            log_failure(log, error, "block %d: %s.at_block() failed", head.number, type(self.miner).__name__)


__all__ = ["MinerNeuron"]
