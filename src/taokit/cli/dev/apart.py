"""A company whose every neuron is a process of its own, on a chain that is served to them over a socket."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Final

from taokit.cli.dev.actor import START_S, Actor
from taokit.cli.dev.cast import Part
from taokit.cli.dev.child import Orders
from taokit.cli.dev.company import Scenery
from taokit.cli.dev.history import Standing
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server
from taokit.errors import LocalError, TaokitError

WELL_S: Final = 2.0
"""A process that lived so long since it served was well: its successor starts at once."""
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 8.0
"""Seconds before the successor of one that was not well."""


class Troupe:
    """A company of processes. One that ends by itself is started again, with its port and its files."""

    def __init__(self, devnet: Devnet, scenery: Scenery) -> None:
        self.actors: dict[str, Actor] = {}
        self._devnet, self._scenery = devnet, scenery
        self._server = Server(devnet, port=0)
        self._news = asyncio.Event()
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._fallen: list[tuple[str, BaseException]] = []
        self._ports: dict[str, int] = {}

    async def assemble(self, cast: Sequence[Part]) -> None:
        await self._server.start()
        try:
            async with asyncio.TaskGroup() as group:
                for part in cast:
                    group.create_task(self.enter(part))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        await self.settled(START_S)

    @property
    def url(self) -> str:
        """Where the chain is served."""
        return f"ws://127.0.0.1:{self._server.port}"

    async def enter(self, part: Part) -> None:
        actor = self.actors[part.name] = Actor(part, self._news)
        actor.port = self._ports.get(part.name, 0)
        try:
            await actor.start(self._orders(actor))
        except BaseException:
            del self.actors[part.name]
            await actor.end()
            raise
        self._ports[part.name] = actor.port
        self._keepers[part.name] = asyncio.create_task(self._keep(actor), name=f"taokit keeps {part.name}")

    def _orders(self, actor: Actor) -> Orders:
        part, role = actor.part, actor.part.role
        return Orders(
            name=part.name,
            spec=f"{role.__module__}:{role.__qualname__}",
            miner=part.is_miner,
            settings=dict(part.settings),
            url=self.url,
            seed=self._scenery.seed,
            folder=str(self._scenery.folder),
            port=actor.port,
            path=tuple(sys.path),
        )

    async def _keep(self, actor: Actor) -> None:
        """One process after the other for this part, until cancelled or until one does not start."""
        loop, delay_s = asyncio.get_running_loop(), 0.0
        while True:
            began = loop.time()
            code = await actor.ended()
            delay_s = next_delay(delay_s, code, loop.time() - began)
            actor.process, actor.pending = None, not delay_s
            self._note_end(actor, code, delay_s)
            await asyncio.sleep(delay_s)
            try:
                await actor.start(self._orders(actor))
            except TaokitError as error:
                actor.pending = False
                self._fallen.append((actor.part.name, error))
                return

    def _note_end(self, actor: Actor, code: int, delay_s: float) -> None:
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        again = "it starts again" + (f" in {delay_s:g} s" if delay_s else "")
        self._fallen.append((actor.part.name, LocalError(how, hint=again)))
        self._news.set()

    async def leave(self, name: str) -> bool:
        actor, keeper = self.actors.pop(name, None), self._keepers.pop(name, None)
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])
        if actor is None:
            return False
        ran = actor.process is not None
        await actor.end()
        return ran

    async def settled(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while self._busy():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _busy(self) -> bool:
        number, more = self._devnet.head.number, self._devnet.waiting > 0
        return any(actor.busy(number, more=more) for actor in self.actors.values())

    async def fallen(self) -> list[tuple[str, BaseException]]:
        found, self._fallen = self._fallen, []
        return found

    def standings(self) -> dict[str, Standing]:
        return {name: it for name, actor in self.actors.items() if (it := actor.standing) is not None}

    async def close(self) -> None:
        await asyncio.gather(*map(self.leave, list(self.actors)), return_exceptions=True)
        await self._server.stop()


def next_delay(last_s: float, code: int, lived_s: float) -> float:
    """Seconds before the successor of a process that ended so: 0 where it was well, or where a signal ended it."""
    if code < 0 or lived_s >= WELL_S:
        return 0.0
    return min(max(2 * last_s, FIRST_DELAY_S), LONGEST_DELAY_S)


__all__ = ["WELL_S", "Troupe", "next_delay"]
