"""What runs one neuron: takes its state folder, publishes where it serves, follows the chain head by head."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from typing import Any

from taokit.axon import Admit, Axon, Metrics, Route, Shared, Watch, shared_store, tracing_if_set_up
from taokit.chain import AsyncChain, Head, reads
from taokit.errors import ConfigurationError, NetworkError, NoSuchSubnet, NotRegistered, UnknownBlock
from taokit.metagraph import Endpoint
from taokit.neuron.place import Place
from taokit.neuron.protection import Protection, protection_of
from taokit.neuron.publishing import Publisher, Wanted
from taokit.neuron.role import Role
from taokit.neuron.state import StateFolder, neuron_folder
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron")

DRAIN_S = 10.0
"""Seconds that requests under way get when a neuron stops."""
REFRESH_BLOCKS = 10
"""A neuron looks at the chain at least this often."""
CLOSE_S = 0.8
"""Seconds that a role's own `close` gets at least."""


class Neuron(ABC):
    """One running neuron. `start` returns when it serves and follows the chain; `wait` until it ends."""

    def __init__(self, role: Role, place: Place, *, signer: Signer, chain: AsyncChain) -> None:
        self.role = role
        self.place = place
        self.signer = signer
        self.chain = chain
        self.folder: StateFolder
        self.port: int | None = None
        """The port it serves at, once started; None when it serves nothing."""
        self._axon: Axon | None = None
        self._task: asyncio.Task[None] | None = None
        self._knock: asyncio.Task[None] | None = None
        self._ready = False  # whether the role's `setup` has returned
        self._published = Publisher(chain, signer, place.netuid)
        self._protection = Protection()
        self._watched = Watch()  # by whom its axon is
        self._shared: Shared | None = None
        self._held = AsyncExitStack()

    async def start(self) -> None:
        """Become part of the subnet. Raises `NoSuchSubnet`, `NotRegistered` or a `LocalError`; then nothing is held."""
        netuid, hotkey = self.place.netuid, self.signer.ss58
        type(self.role).check()
        if not await self.chain.read(reads.subnet_exists(netuid)):
            raise NoSuchSubnet(f"there is no subnet {netuid} on this chain", hint="choose another with --netuid")
        if await self.chain.read(reads.uid_of(netuid, hotkey)) is None:
            raise NotRegistered(hotkey, netuid)
        genesis = await self.chain.genesis()
        self.home = neuron_folder(self.place.state, genesis=genesis, netuid=netuid, hotkey=hotkey)
        self.folder = StateFolder(self.home / self.place.part, before=self.place.before)
        try:
            await self._begin()
        except BaseException:
            await self._end(0.0)
            raise

    async def _begin(self) -> None:
        role, place = self.role, self.place
        role.signer, role.chain, role.netuid = self.signer, self.chain, place.netuid
        role.configure(place.settings)
        role.metagraph = await self.chain.read(reads.metagraph(place.netuid))
        await self._set_up()
        if place.port is not None:
            await self._serve(place.port)
        self._task = asyncio.create_task(self._follow(), name=f"taokit {self.signer.ss58}")
        await asyncio.sleep(0)  # the task subscribes to the heads before anybody makes the next block

    async def _set_up(self) -> None:
        await self.open()
        await self.role.setup()
        self._ready = True

    async def _serve(self, port: int) -> None:
        place = self.place
        self._protection = protection_of(place, self.home, self.signer)
        if place.redis is not None:
            self._shared = await self._held.enter_async_context(shared_store(place.redis, axon=self.signer.ss58))
        self._watched = self._watch()
        self._axon = self.axon()
        self.port = await self._axon.start(place.host, port, reuse_port=place.worker is not None)
        if place.published is None:
            log.warning("nobody will find port %d: name the address to publish with --external-ip", self.port)
        elif place.published != place.host and place.worker is None:  # else another worker may hear it
            self._knock = asyncio.create_task(self._knocked(self._axon, place.published))
        if self._axon.private_port is not None:
            there = "health" if self._watched.metrics is None else "health and metrics"
            log.info("%s at http://%s:%d", there, place.private_host, self._axon.private_port)

    async def _knocked(self, axon: Axon, address: str) -> None:
        """Say so when this neuron does not hear itself at the address that it publishes."""
        reach = await axon.check_reachable(address, self.place.external_port or self.port or 0)
        log.log(logging.INFO if reach.reached else logging.WARNING, "%s", reach.said)

    async def wait(self) -> None:
        """Return when the neuron was stopped, or raise what ended it."""
        assert self._task is not None
        await asyncio.wait([self._task])
        if self.failed is not None:
            raise self.failed

    @property
    def failed(self) -> BaseException | None:
        """What ended the neuron by itself, or None while it runs."""
        task = self._task
        return task.exception() if task is not None and task.done() and not task.cancelled() else None

    async def stop(self, drain_s: float = DRAIN_S) -> None:
        """Leave: no new request, up to `drain_s` seconds for those under way, then everything is released."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._end(drain_s)

    async def _end(self, drain_s: float) -> None:
        if self._knock is not None:
            self._knock.cancel()
        if self._axon is not None:
            await self._axon.stop(drain_s=drain_s)
            self._axon = None
        await self._held.aclose()
        try:
            if self._ready:
                await self._close_role(max(drain_s, CLOSE_S))
        finally:
            await self.shut()
            self.folder.close()

    async def _close_role(self, seconds: float) -> None:
        """Let the user's code release what it took; nothing it does keeps the neuron from ending."""
        self._ready = False
        try:
            async with asyncio.timeout(seconds):
                await self.role.close()
        except Exception:
            log.exception("%s.close() failed or took more than %g s", type(self.role).__name__, seconds)

    async def _follow(self) -> None:
        """Take each head as it comes. A chain that cannot be asked for a while is no reason to end."""
        async for head in self.chain.heads():
            try:
                await self._publish(head)
                await self.step(head)
            except (NetworkError, UnknownBlock) as error:
                log.warning("block %d: %s", head.number, error)

    async def _publish(self, head: Head) -> None:
        address = self.place.published
        if self.port is None or address is None or self.place.worker is not None:
            return
        kept, endpoint = self._protection, Endpoint(address, self.place.external_port or self.port)
        wanted = Wanted(
            endpoint, kept.certificate, kept.key_record, tls=kept.tls is not None, sealing=kept.sealing is not None
        )
        await self._published.advance(wanted, head)

    def axon(self) -> Axon:
        """The server of this neuron, not started yet."""
        return Axon(self.signer.ss58, self.routes(), admit=self.admits(), **self.serving())

    def serving(self) -> dict[str, Any]:
        """What else its axon is made with: the arguments of `Axon` by name."""
        kept = self._protection
        return {"watch": self._watched, "tls": kept.tls, "sealing": kept.sealing, "shared": self._shared}

    def _watch(self) -> Watch:
        """What the place asks for; no metrics, and a line that says so, where their library is not installed."""
        place, metrics, port = self.place, None, self.place.private_port
        if port and place.worker is not None:
            port += place.worker  # one for each
        if port is not None:
            try:
                metrics = Metrics()
            except ConfigurationError as error:
                log.warning("the private port tells the health alone: %s (%s)", error, error.hint)
        return Watch(metrics, tracing_if_set_up(), port, place.private_host)

    @abstractmethod
    def routes(self) -> list[Route]:
        """What it serves."""

    @abstractmethod
    def admits(self) -> Admit:
        """Who may ask it."""

    @abstractmethod
    async def open(self) -> None:
        """Take what this kind of neuron needs besides."""

    @abstractmethod
    async def shut(self) -> None:
        """Release what `open` took."""

    @abstractmethod
    async def step(self, head: Head) -> None:
        """What this kind of neuron does at a new block."""


__all__ = ["DRAIN_S", "REFRESH_BLOCKS", "Neuron"]
