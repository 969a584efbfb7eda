"""The axon: a miner's HTTP server."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Collection, Iterable
from typing import Self

from aiohttp import web

from taokit.axon.answers import refused
from taokit.axon.connection import Door
from taokit.axon.gates import Admitted, Arrival, House, NowNs, pass_gates, shut
from taokit.axon.handling import handled
from taokit.axon.limits import Limits
from taokit.axon.policy import Admit
from taokit.axon.routes import Route, Routes
from taokit.errors import ConfigurationError, HandlerFailed, Refused, Stale
from taokit.protocol import BTAUTH, LEGACY, Replay, Windows, decode_ss58

log = logging.getLogger("taokit.axon")

FORMATS = (LEGACY, BTAUTH)
"""What an axon accepts unless told otherwise."""

CLOSE_S = 0.5  # for connections to write what is left, once their handlers are done
NOW_S = 0.01  # for handlers that had their time already


class Axon:
    """Serves messages to verified callers. It holds no key: checking a signature needs none.

    `admit` says who is let in, and has no default: see `registered_only`, `allow` and `everyone`.
    """

    def __init__(
        self,
        hotkey: str,
        routes: Iterable[Route],
        *,
        admit: Admit,
        formats: Collection[str] = FORMATS,
        windows: Windows | None = None,
        limits: Limits | None = None,
        unbound_receiver: bool = False,
        now_ns: NowNs = time.time_ns,
    ) -> None:
        decode_ss58(hotkey)
        if unknown := set(formats) - set(FORMATS):
            raise ConfigurationError(f"no such format: {', '.join(sorted(unknown))}")
        limits = limits or Limits()
        self.house = House(
            hotkey=hotkey,
            routes=Routes(routes),
            admit=admit,
            formats=tuple(formats),
            windows=windows or Windows(),
            limits=limits,
            unbound_receiver=unbound_receiver,
            now_ns=now_ns,
            replay=Replay(limits.remembered),
        )
        self._door: Door | None = None
        self._server: asyncio.Server | None = None
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def running(self) -> int:
        """How many handlers are at work."""
        return self._running

    async def start(self, host: str = "0.0.0.0", port: int = 0) -> int:  # noqa: S104  miners serve the network
        """Begin to serve and return the port; 0 lets the system choose one.

        `ConfigurationError` when the address cannot be had.
        """
        self.house.started_ns = self.house.now_ns()
        self.house.closing = False
        self._door = Door(self._serve, self.house.limits)
        try:
            self._server = await asyncio.get_running_loop().create_server(self._door, host, port)
        except OSError as error:
            raise ConfigurationError(
                f"cannot serve on {host} port {port}: {error.strerror or error}",
                hint="choose another port, or stop the program that holds this one",
            ) from error
        bound: int = self._server.sockets[0].getsockname()[1]
        log.info("axon of %s serves %s on %s port %d", self.house.hotkey, ", ".join(self.house.formats), host, bound)
        return bound

    async def stop(self, *, drain_s: float = 5.0) -> None:
        """Accept nothing more, let running handlers finish for so many seconds, then close every connection."""
        self.house.closing = True
        if self._server is not None:
            self._server.close()
        drained = await self._drained(drain_s)
        if self._door is not None:
            self._door.pre_shutdown()
            await self._door.shutdown(CLOSE_S if drained else NOW_S)
        self._server = self._door = None

    async def _drained(self, drain_s: float) -> bool:
        try:
            async with asyncio.timeout(drain_s):
                await self._idle.wait()
        except TimeoutError:
            log.warning("axon of %s closes with %d handlers unfinished", self.house.hotkey, self._running)
            return False
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.stop(drain_s=0)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        arrival = Arrival(request, f"{self._run}-{next(self._numbers):x}")
        try:
            admitted = await pass_gates(arrival, self.house)
            return await self._answer(admitted, request)
        except Refused as error:
            _log_refusal(arrival, error)
            response = refused(error, format=arrival.format, accepted=self.house.formats)
        except ConnectionError:
            raise
        except Exception:
            log.exception("request %s: the axon failed", arrival.id)
            failure = HandlerFailed(request_id=arrival.id)
            response = refused(failure, format=arrival.format, accepted=self.house.formats)
        if self.house.closing or not request.content.is_eof():
            response.force_close()
        return response

    async def _answer(self, admitted: Admitted, request: web.BaseRequest) -> web.StreamResponse:
        if self._running >= self.house.limits.at_once:
            raise shut(f"{self._running} handlers are at work")
        self._running += 1
        self._idle.clear()
        try:
            return await handled(admitted, self.house, request)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()


def _log_refusal(arrival: Arrival, error: Refused) -> None:
    """One line with the reason that the caller does not get; a clock that is off deserves to be seen."""
    level = logging.INFO if isinstance(error, Stale) else logging.DEBUG
    log.log(level, "request %s: %d %s: %s", arrival.id, error.status, type(error).__name__, error)


__all__ = ["FORMATS", "Axon"]
