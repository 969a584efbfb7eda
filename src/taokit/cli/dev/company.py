"""Who acts in a play: its neurons, wherever they run; here those inside this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, Protocol

from taokit.chain import AsyncChain
from taokit.cli.dev.cast import Part
from taokit.cli.dev.history import Standing
from taokit.devnet import Devnet, account
from taokit.devnet.presets import NETUID
from taokit.neuron import Neuron, Place, ValidatorNeuron, neuron_of
from taokit.signer import Signer

STOP_S: Final = 0.8
"""Seconds that requests under way get when a neuron leaves."""


@dataclass(frozen=True, slots=True)
class Scenery:
    """What every neuron of a play is told."""

    seed: int
    folder: Path  # below it their files

    def key(self, name: str) -> Signer:
        """The hotkey of a part."""
        return account(name, seed=self.seed)

    def place(self, name: str, settings: Mapping[str, str], port: int) -> Place:
        """Where a part runs; port 0 stands for any that is free."""
        return Place(
            netuid=NETUID,
            state=self.folder,
            seed=blake2b(f"{self.seed} {name}".encode(), digest_size=32).digest(),
            host="127.0.0.1",
            port=port,
            allow_private=True,
            settings=settings,
        )


class Company(Protocol):
    """The neurons of a play, by the names of their parts."""

    async def assemble(self, cast: Sequence[Part]) -> None:
        """Be ready to take neurons in, and start these. Raises what kept one of them from starting."""

    async def enter(self, part: Part) -> None:
        """Start one, on the port it had before if it had one. Raises what kept it from starting."""

    async def leave(self, name: str) -> bool:
        """End one; whether it ran."""

    async def settled(self, timeout_s: float) -> bool:
        """Wait until every neuron is done with the newest block; False when the deadline passes."""

    async def fallen(self) -> list[tuple[str, BaseException]]:
        """Who ended by itself since this was asked last, and why."""

    def standings(self) -> dict[str, Standing]:
        """What the validators say of themselves."""

    async def close(self) -> None:
        """End every neuron, all at once."""


class Ensemble:
    """A company inside this process, which follows the chain without a socket."""

    def __init__(self, devnet: Devnet, chain: AsyncChain, scenery: Scenery) -> None:
        self.neurons: dict[str, Neuron] = {}
        self._devnet, self._chain, self._scenery = devnet, chain, scenery
        self._ports: dict[str, int] = {}  # of each part, from the first time it served

    async def assemble(self, cast: Sequence[Part]) -> None:
        for part in cast:
            await self.enter(part)

    async def enter(self, part: Part) -> None:
        place = self._scenery.place(part.name, part.settings, self._ports.get(part.name, 0))
        neuron = neuron_of(part.role, place, signer=self._scenery.key(part.name), chain=self._chain)
        await neuron.start()
        self.neurons[part.name] = neuron
        if neuron.port is not None:
            self._ports[part.name] = neuron.port

    async def leave(self, name: str) -> bool:
        neuron = self.neurons.pop(name, None)
        if neuron is not None:
            await neuron.stop(STOP_S)
        return neuron is not None

    async def settled(self, timeout_s: float) -> bool:
        return await self._devnet.settled(timeout_s)

    async def fallen(self) -> list[tuple[str, BaseException]]:
        found = [(name, neuron.failed) for name, neuron in self.neurons.items() if neuron.failed is not None]
        for name, _ in found:
            await self.leave(name)
        return found

    def standings(self) -> dict[str, Standing]:
        return {name: it for name, neuron in self.neurons.items() if (it := standing_of(neuron)) is not None}

    async def close(self) -> None:
        await asyncio.gather(*(neuron.stop(STOP_S) for neuron in self.neurons.values()), return_exceptions=True)
        self.neurons.clear()


def standing_of(neuron: Neuron) -> Standing | None:
    """What a validator says of itself; None of a miner."""
    if not isinstance(neuron, ValidatorNeuron):
        return None
    return Standing(neuron.scored(), neuron.setter.landed_block, neuron.waiting)


__all__ = ["STOP_S", "Company", "Ensemble", "Scenery", "standing_of"]
