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
from taokit.neuron import Neuron, Place, Validator, ValidatorNeuron, neuron_of
from taokit.signer import Signer

log = logging.getLogger("taokit.dev")

NETUID = 1
STEP_S = 10.0
"""Seconds after which a block is made although a neuron is still busy, unless a round may take longer."""
STOP_S = 0.8
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
        self._ports: dict[str, int] = {}  # of each part, from the first time it served
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

    async def enter(self, part: Part) -> None:
        """Start one neuron of the play, on the port it had before if it had one."""
        place = Place(
            netuid=NETUID,
            state=self._folder,
            seed=blake2b(f"{self._seed} {part.name}".encode(), digest_size=32).digest(),
            host="127.0.0.1",
            port=self._ports.get(part.name, 0),
            allow_private=True,
            settings=part.settings,
        )
        neuron = neuron_of(part.role, place, signer=self._keys[part.name], chain=self.chain)
        await neuron.start()
        self.neurons[part.name] = neuron
        if neuron.port is not None:
            self._ports[part.name] = neuron.port

    async def replace(self, parts: Mapping[str, Part]) -> None:
        """Restart neurons with other classes, each on the same port, with the same key and the same files.

        Where a new class does not start, the old one does again; where it cannot either, the part waits for another
        `replace`.
        """
        self.cast = tuple([await self._replaced(old, parts.get(old.name, old)) for old in self.cast])

    async def _replaced(self, old: Part, new: Part) -> Part:
        """The part as it runs now."""
        neuron = self.neurons.pop(old.name, None)
        if neuron is not None:
            await neuron.stop(STOP_S)
            _forget_other_scores(neuron, new)
        if await self._entered(new) or neuron is None:
            return new
        await self._entered(old)
        return old

    async def _entered(self, part: Part) -> bool:
        """Whether a part could be started; the user is told when not."""
        try:
            await self.enter(part)
        except Exception as error:  # `setup` and the constructor are the user's own code
            self._tell(f"{part.name} did not start", error)
            return False
        return True

    async def advance(self) -> EpochRow | None:
        """Make one block and let every neuron act on it. What the epoch came to, if one ended in this block."""
        self.devnet.mine()
        if not await self.devnet.settled(self.step_s):
            self.trouble.append(f"block {self.block}: made although a neuron was still busy after {self.step_s:g} s")
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
    def step_s(self) -> float:
        """Seconds that neurons have for one block: more than any round may take."""
        rounds = (2 * part.role.deadline + 1 for part in self.cast if issubclass(part.role, Validator))
        return max(STEP_S, *rounds)

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
                self._tell(f"{name} ended", neuron.failed)
                del self.neurons[name]
                await neuron.stop(STOP_S)

    def _tell(self, what: str, error: BaseException) -> None:
        """An error of ours is one sentence; anything else comes with its traceback."""
        if isinstance(error, TaokitError):
            self.trouble.append(f"{what}: {error}" + (f" ({error.hint})" if error.hint else ""))
        else:
            log.error("%s", what, exc_info=error)

    def _standings(self) -> dict[str, Standing]:
        return {
            name: Standing(neuron.scored(), neuron.setter.landed_block, neuron.waiting)
            for name, neuron in self.neurons.items()
            if isinstance(neuron, ValidatorNeuron)
        }


def _forget_other_scores(neuron: Neuron, new: Part) -> None:
    """Scores that another rule remembered mean nothing to the new one; here they may go, the play begins anew."""
    if not (isinstance(neuron, ValidatorNeuron) and issubclass(new.role, Validator)):
        return
    if neuron.scores.memory["kind"] != new.role.rule.start()["kind"]:
        (neuron.folder.path / "scores.json").unlink(missing_ok=True)


__all__ = ["NETUID", "Stage"]
