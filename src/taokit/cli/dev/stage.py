"""The chain and the neurons of a play, in lockstep: a block is made when every neuron is done with the one before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from taokit.chain import AsyncChain, reads
from taokit.cli.dev.cast import Part
from taokit.cli.dev.history import EpochRow, Standing, epoch_row
from taokit.devnet import Devnet, account
from taokit.errors import TaokitError
from taokit.neuron import Miner, MinerNeuron, Neuron, Place, Validator, ValidatorNeuron
from taokit.signer import Signer

log = logging.getLogger("taokit.dev")

NETUID = 1
STEP_S = 10.0
"""Seconds after which a block is made although a neuron is still busy: more than twice any round's deadline here."""
STOP_S = 1.0
"""Seconds that requests under way get when the play ends."""


class Stage:
    """Where a play happens. Open it with `Stage.open`, call `advance` for each block, then `close`."""

    def __init__(
        self, cast: Sequence[Part], devnet: Devnet, keys: Mapping[str, Signer], folder: Path, seed: int
    ) -> None:
        self.cast = tuple(cast)
        self.devnet = devnet
        self.chain: AsyncChain = devnet.async_chain()
        self.neurons: dict[str, Neuron] = {}
        self.trouble: list[str] = []
        """Sentences about neurons that ended by themselves, the newest last; whoever shows them empties the list."""
        self._keys = dict(keys)
        self._folder = folder
        self._seed = seed
        self._epoch = 0
        self._begun = 0  # block in which the running epoch began

    @classmethod
    async def open(cls, cast: Sequence[Part], *, seed: int, folder: Path) -> Stage:
        """A chain on which every part is registered and every validator holds a permit, and all neurons running."""
        keys = {part.name: account(part.name, seed=seed) for part in cast}
        devnet = Devnet.demo(
            miners=[keys[p.name] for p in cast if p.is_miner],
            validators=[(keys[p.name], p.stake) for p in cast if not p.is_miner],
            seed=seed,
        )
        stage = cls(cast, devnet, keys, folder, seed)
        try:
            await stage._look_at_clock()
            for part in cast:
                await stage.enter(part)
        except BaseException:
            await stage.close()
            raise
        return stage

    async def enter(self, part: Part, port: int = 0) -> None:
        """Start one neuron of the play."""
        place = Place(
            netuid=NETUID,
            state=self._folder,
            seed=blake2b(f"{self._seed} {part.name}".encode(), digest_size=32).digest(),
            host="127.0.0.1",
            port=port,
            allow_private=True,
            settings=part.settings,
        )
        role, signer = part.role(), self._keys[part.name]
        neuron: Neuron
        if isinstance(role, Miner):
            neuron = MinerNeuron(role, place, signer=signer, chain=self.chain)
        else:
            assert isinstance(role, Validator)
            neuron = ValidatorNeuron(role, place, signer=signer, chain=self.chain)
        await neuron.start()
        self.neurons[part.name] = neuron

    async def replace(self, parts: Mapping[str, Part]) -> None:
        """Restart neurons with other classes, each on the same port, with the same key and the same files."""
        for name, part in parts.items():
            old = self.neurons.pop(name, None)
            port = 0
            if old is not None:
                port = old.port or 0
                await old.stop(STOP_S)
            try:
                await self.enter(part, port)
            except TaokitError as error:
                self.trouble.append(f"{name} did not start again: {error}")
        self.cast = tuple(parts.get(part.name, part) for part in self.cast)

    async def advance(self) -> EpochRow | None:
        """Make one block and let every neuron act on it. What the epoch came to, if one ended in this block."""
        self.devnet.mine()
        if not await self.devnet.settled(STEP_S):
            self.trouble.append(f"block {self.block}: made although a neuron was still busy after {STEP_S:g} s")
        await self._note_the_dead()
        ended = self._epoch
        if self.block < self._begun + self.tempo or not await self._look_at_clock():
            return None
        return await self.row(ended)

    async def row(self, epoch: int | None = None) -> EpochRow:
        """The figures as they stand, under the running epoch or another."""
        graph = await self.chain.read(reads.metagraph(NETUID, weights=True, bonds=True))
        keys = {name: key.ss58 for name, key in self._keys.items()}
        return epoch_row(self._epoch if epoch is None else epoch, graph, self.cast, keys, self._standings())

    async def close(self) -> None:
        """End every neuron, all at once."""
        await asyncio.gather(*(neuron.stop(STOP_S) for neuron in self.neurons.values()), return_exceptions=True)
        self.neurons.clear()
        await self.chain.close()

    @property
    def block(self) -> int:
        """The height of the chain."""
        return self.devnet.head.number

    @property
    def done(self) -> int:
        """Blocks since the running epoch began."""
        return self.block - self._begun

    async def _look_at_clock(self) -> bool:
        """Read the epoch schedule; whether another epoch has begun since the last look."""
        clock = await self.chain.read(reads.schedule(NETUID))
        moved = clock.epoch_index > self._epoch
        self._epoch, self._begun, self.tempo = clock.epoch_index, clock.last_epoch_block, clock.tempo
        return moved

    async def _note_the_dead(self) -> None:
        for name, neuron in list(self.neurons.items()):
            if neuron.failed is not None:
                log.error("%s ended", name, exc_info=neuron.failed)
                self.trouble.append(f"{name} ended: {neuron.failed}")
                del self.neurons[name]
                await neuron.stop(STOP_S)

    def _standings(self) -> dict[str, Standing]:
        return {
            name: Standing(neuron.scored(), neuron.setter.landed_block, neuron.waiting)
            for name, neuron in self.neurons.items()
            if isinstance(neuron, ValidatorNeuron)
        }


__all__ = ["NETUID", "Stage"]
