"""The chain and the neurons of a play, in lockstep: a block is made when every neuron is done with the one before."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from taokit.chain import AsyncChain, reads
from taokit.cli.dev.cast import Part
from taokit.cli.dev.company import Company, Ensemble, Scenery
from taokit.cli.dev.history import EpochRow, epoch_row
from taokit.devnet import Devnet
from taokit.devnet.presets import NETUID
from taokit.errors import TaokitError
from taokit.errors.failures import log_failure
from taokit.neuron import Validator, neuron_folder

log = logging.getLogger("taokit.dev")

STEP_S = 10.0
"""Seconds after which a block is made although a neuron is still busy, unless a round may take longer."""


class Stage:
    """Where a play happens. Open it with `Stage.open`, call `advance` for each block, then `close`."""

    def __init__(self, cast: Sequence[Part], devnet: Devnet, scenery: Scenery, *, apart: bool = False) -> None:
        """`apart`: every neuron gets a process of its own."""
        self.cast = tuple(cast)
        self.devnet = devnet
        self.chain: AsyncChain = devnet.async_chain()
        self.company = company_of(devnet, self.chain, scenery, apart=apart)
        self.trouble: list[str] = []
        """Sentences about neurons that ended by themselves, the newest last; whoever shows them empties the list."""
        self._scenery = scenery
        self._keys = {part.name: scenery.key(part.name) for part in cast}
        self._epoch = 0
        self._begun = 0  # block in which the running epoch began

    @classmethod
    async def open(cls, cast: Sequence[Part], *, seed: int, folder: Path, apart: bool = False) -> Stage:
        """A chain on which every part is registered and every validator holds a permit, and all neurons running."""
        scenery = Scenery(seed, folder)
        devnet = Devnet.demo(
            miners=[scenery.key(p.name) for p in cast if p.is_miner],
            validators=[(scenery.key(p.name), p.stake) for p in cast if not p.is_miner],
            seed=seed,
        )
        stage = cls(cast, devnet, scenery, apart=apart)
        try:
            await stage._look_at_clock()
            await stage.company.assemble(stage.cast)
        except BaseException:
            await stage.close()
            raise
        return stage

    async def replace(self, parts: Mapping[str, Part]) -> None:
        """Restart neurons with other classes, each on the same port, with the same key and the same files.

        Where a new class does not start, the old one does again; where it cannot either, the part waits for another
        `replace`.
        """
        self.cast = tuple(await asyncio.gather(*(self._replaced(old, parts.get(old.name, old)) for old in self.cast)))

    async def _replaced(self, old: Part, new: Part) -> Part:
        """The part as it runs now."""
        ran = await self.company.leave(old.name)
        await self._forget_other_scores(new)
        if await self._entered(new) or not ran:
            return new
        await self._entered(old)
        return old

    async def _forget_other_scores(self, part: Part) -> None:
        """Scores that another rule remembered mean nothing to the new one; here they may go, the play begins anew."""
        if not issubclass(part.role, Validator):
            return
        home = neuron_folder(
            self._scenery.folder,
            genesis=await self.chain.genesis(),
            netuid=NETUID,
            hotkey=self._keys[part.name].ss58,
        )
        file = home / "scores.json"
        if file.exists() and _kind(file) != part.role.rule.start()["kind"]:
            file.unlink()

    async def _entered(self, part: Part) -> bool:
        """Whether a part could be started; the user is told when not."""
        try:
            await self.company.enter(part)
        except Exception as error:  # `setup` and the constructor are the user's own code
            self._tell(f"{part.name} did not start", error)
            return False
        return True

    async def advance(self) -> EpochRow | None:
        """Make one block and let every neuron act on it. What the epoch came to, if one ended in this block."""
        self.devnet.mine()
        if not await self.company.settled(self.step_s):
            self.trouble.append(f"block {self.block}: made although a neuron was still busy after {self.step_s:g} s")
        for name, error in await self.company.fallen():
            self._tell(f"{name} ended", error)
        ended = self._epoch
        if self.block < self._begun + self.tempo or not await self._look_at_clock():
            return None
        return await self.row(ended)

    async def row(self, epoch: int | None = None) -> EpochRow:
        """The figures as they stand, under the running epoch or another."""
        graph = await self.chain.read(reads.metagraph(NETUID, weights=True, bonds=True))
        keys = {name: key.ss58 for name, key in self._keys.items()}
        return epoch_row(self._epoch if epoch is None else epoch, graph, self.cast, keys, self.company.standings())

    async def close(self) -> None:
        """End every neuron, all at once."""
        await self.company.close()
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

    def _tell(self, what: str, error: BaseException) -> None:
        """An error of ours is one sentence; anything else comes with its traceback."""
        if isinstance(error, TaokitError):
            self.trouble.append(f"{what}: {error}" + (f" ({error.hint})" if error.hint else ""))
        else:
            log_failure(log, error, "%s", what)


def company_of(devnet: Devnet, chain: AsyncChain, scenery: Scenery, *, apart: bool) -> Company:
    """Neurons inside this process, or each in one of its own."""
    if not apart:
        return Ensemble(devnet, chain, scenery)
    from taokit.cli.dev.apart import Troupe

    return Troupe(devnet, scenery)


def _kind(file: Path) -> object:
    """The kind of rule whose scores a file holds; None for a file that does not read."""
    try:
        return json.loads(file.read_bytes())["data"]["memory"]["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


__all__ = ["STEP_S", "Stage", "company_of"]
