"""The axon: a miner's HTTP server."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Self

from taokit.axon.admission import Priority, alike
from taokit.axon.door import Door
from taokit.axon.house import House, NowNs
from taokit.axon.limits import Limits
from taokit.axon.mounted import Mounts
from taokit.axon.mounting import Mount
from taokit.axon.policy import Admit
from taokit.axon.private import PrivatePort
from taokit.axon.rates import Buckets, Rate, RateTable
from taokit.axon.reach import Reach, knock, reach_of, unchecked
from taokit.axon.routes import Route, Routes
from taokit.axon.sealed import Sealing
from taokit.axon.serving import Service
from taokit.axon.shared import Shared
from taokit.axon.tls import BACKLOG, Doorman, Tls, listening
from taokit.axon.watch import NOBODY, Watch
from taokit.errors import ConfigurationError
from taokit.protocol import FORMATS, Replay, Windows, decode_ss58
from taokit.signer import Signer

log = logging.getLogger("taokit.axon")

ACCEPTED = 8  # connections at a time; asyncio would take a hundred, and meanwhile serve nobody
CLOSE_S = 0.5  # for connections to write what is left, once their handlers are done
NOW_S = 0.01  # for handlers that had their time already


class Axon:
    """Serves messages to verified callers. It needs no key, unless it is to sign its answers.

    `admit` says who is let in, and has no default: see `registered_only`, `allow` and `everyone`. With the hotkey's
    own signer as `sign_answers`, whatever it answers to a verified caller is signed, streams apart.
    """

    def __init__(
        self,
        hotkey: str,
        routes: Iterable[Route],
        *,
        admit: Admit,
        priority: Priority = alike,
        formats: Collection[str] = FORMATS,
        windows: Windows | None = None,
        limits: Limits | None = None,
        unbound_receiver: bool = False,
        sign_answers: Signer | None = None,
        tls: Tls | None = None,
        sealing: Sealing | None = None,
        shared: Shared | None = None,
        mounts: Sequence[Mount] = (),
        watch: Watch = NOBODY,
        now_ns: NowNs = time.time_ns,
    ) -> None:
        _check(hotkey, formats, sign_answers)
        limits = limits or Limits()
        self.house = House(
            hotkey=hotkey,
            routes=Routes(routes, priority=priority),
            admit=admit,
            formats=tuple(formats),
            windows=windows or Windows(),
            limits=limits,
            unbound_receiver=unbound_receiver,
            sign_answers=sign_answers,
            now_ns=now_ns,
            replay=shared or Replay(limits.remembered),
            by_address=_rates(limits.address_rate, shared, of="address"),
            by_hotkey=_rates(limits.hotkey_rate, shared, of="hotkey"),
            sealing=sealing,
        )
        self._mounts = Mounts(mounts, [f"/{route.name}" for route in self.house.routes])
        self._watch = watch
        self._service = Service(self.house, self._mounts, watch, priority=priority)
        self._private: PrivatePort | None = None
        self.private_port: int | None = None
        """Where health and metrics are, once started."""
        self._door: Door | None = None
        self._tls = tls
        self._server: asyncio.Server | Doorman | None = None
        self._add_gauges()

    def _add_gauges(self) -> None:
        if (metrics := self._watch.metrics) is not None:
            metrics.gauge("running", "Handlers at work", lambda: self.running)
            metrics.gauge("waiting", "Requests that wait for a handler", lambda: self.waiting)

    @property
    def running(self) -> int:
        """How many handlers are at work."""
        return self._service.running

    @property
    def waiting(self) -> int:
        """How many requests wait for a handler."""
        return self._service.waiting

    async def start(self, host: str = "0.0.0.0", port: int = 0, *, reuse_port: bool = False) -> int:  # noqa: S104
        """Begin to serve and return the port; 0 lets the system choose one.

        With `reuse_port` other processes may serve the same one, if they set it too; the system spreads connections
        over them. `ConfigurationError` when the address cannot be had.
        """
        self.house.started_ns = 0 if self.house.replay.persistent else self.house.now_ns()
        self.house.closing = False
        loop = asyncio.get_running_loop()
        self._service.clock = loop.time
        self._door = Door(self._service.serve, self.house.limits, loop)
        try:
            await self._mounts.start()
            await self._open_private_port()
            bound = await self._listen(self._door, host, port, reuse_port=reuse_port)
        except BaseException:
            await self._mounts.stop()
            await self._close_private_port()
            raise
        log.info("axon of %s serves %s on %s port %d", self.house.hotkey, ", ".join(self.house.formats), host, bound)
        return bound

    async def _listen(self, door: Door, host: str, port: int, *, reuse_port: bool) -> int:
        if self._tls is not None:
            self._server = doorman = Doorman(door, self._tls, self.house.limits)
            return doorman.start(host, port, reuse_port=reuse_port)
        loop = asyncio.get_running_loop()
        listener = listening(host, port, reuse_port=reuse_port)
        self._server = await loop.create_server(door, sock=listener, backlog=ACCEPTED)
        listener.listen(BACKLOG)  # so many may wait all the same
        bound: int = listener.getsockname()[1]
        return bound

    async def stop(self, *, drain_s: float = 5.0) -> None:
        """Accept nothing more, let handlers end and callers read for so many seconds, then close every connection."""
        self.house.closing = True
        if self._server is not None:
            self._server.close()
        drained = await self._drained(drain_s)
        if self._door is not None:
            await self._door.shutdown(CLOSE_S if drained else NOW_S)
        self._server = self._door = None
        await self._mounts.stop()
        await self._close_private_port()

    async def check_reachable(self, ip: str, port: int, *, timeout_s: float = 5.0) -> Reach:
        """Whether this axon hears what is sent to an address from here.

        Sends a request without a signature to a path that nobody else knows, and sees whether it arrives.
        """
        target = f"/{secrets.token_hex(16)}"
        heard = self._service.probes[target] = asyncio.Event()
        try:
            tls = None if self._tls is None else unchecked()
            answer = await knock(ip, port, target, timeout_s=timeout_s, tls=tls)
        finally:
            del self._service.probes[target]
        return reach_of(answer, ours=heard.is_set(), ip=ip, port=port)

    def health(self) -> dict[str, Any]:
        """What the private port says of it."""
        status = "closing" if self.house.closing else "ok"
        return {"status": status, "hotkey": self.house.hotkey, "running": self.running, "waiting": self.waiting}

    async def _open_private_port(self) -> None:
        if self._watch.private_port is not None:
            self._private = PrivatePort(self.health, self._watch.metrics)
            self.private_port = await self._private.start(self._watch.private_host, self._watch.private_port)

    async def _close_private_port(self) -> None:
        private, self._private, self.private_port = self._private, None, None
        if private is not None:
            await private.stop()

    async def _drained(self, drain_s: float) -> bool:
        try:
            async with asyncio.timeout(drain_s):
                if drain_s > 0:
                    await self._mounts.leave()
                for queue in self._service.queues:
                    await queue.idle()
                if self._door is not None:
                    await self._door.all_read()
        except TimeoutError:
            unread = 0 if self._door is None else self._door.unread
            hotkey, running = self.house.hotkey, self.running
            log.warning("axon of %s closes with %d handlers unfinished, %d answers unread", hotkey, running, unread)
            return False
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.stop(drain_s=0)


def _check(hotkey: str, formats: Collection[str], sign_answers: Signer | None) -> None:
    decode_ss58(hotkey)
    if sign_answers is not None and sign_answers.ss58 != hotkey:
        raise ConfigurationError(f"the axon of {hotkey} cannot sign answers as {sign_answers.ss58}")
    if unknown := set(formats) - set(FORMATS):
        raise ConfigurationError(f"no such format: {', '.join(sorted(unknown))}")


def _rates(rate: Rate | None, shared: Shared | None, *, of: str) -> RateTable | None:
    if rate is None:
        return None
    return Buckets(rate) if shared is None else shared.buckets(rate, of=of)


__all__ = ["FORMATS", "Axon"]
