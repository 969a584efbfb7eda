"""The axon: a miner's HTTP server."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any, Self

from aiohttp import web

from taokit.axon.admission import Admission, Priority, alike
from taokit.axon.answers import refused, signed
from taokit.axon.connection import Door, while_connected
from taokit.axon.gates import Admitted, Arrival, House, NowNs, pass_gates
from taokit.axon.handling import deadline_of, handled
from taokit.axon.limits import Limits
from taokit.axon.mounted import Mounts
from taokit.axon.mounting import Mount
from taokit.axon.policy import Admit
from taokit.axon.private import PrivatePort
from taokit.axon.rates import Buckets, Rate, RateTable
from taokit.axon.reach import Reach, knock, reach_of, unchecked
from taokit.axon.routes import Route, Routes
from taokit.axon.sealed import Sealing
from taokit.axon.shared import Shared
from taokit.axon.tls import Doorman, Tls
from taokit.axon.watch import NOBODY, Watch
from taokit.errors import ConfigurationError, HandlerFailed, Refused, Stale, UnknownMessage
from taokit.protocol import FORMATS, Replay, Windows, decode_ss58
from taokit.signer import Signer

log = logging.getLogger("taokit.axon")

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
        decode_ss58(hotkey)
        if sign_answers is not None and sign_answers.ss58 != hotkey:
            raise ConfigurationError(f"the axon of {hotkey} cannot sign answers as {sign_answers.ss58}")
        if unknown := set(formats) - set(FORMATS):
            raise ConfigurationError(f"no such format: {', '.join(sorted(unknown))}")
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
        self._queue = Admission(limits.at_once, waiting=limits.waiting, priority=priority)
        self._only_queue = (self._queue,)
        self._own_queues = {
            route.name: (Admission(route.at_once, waiting=limits.waiting, priority=priority), self._queue)
            for route in self.house.routes
            if route.at_once is not None
        }
        self._mounts = Mounts(mounts, [f"/{route.name}" for route in self.house.routes])
        self._watch = watch
        self._private: PrivatePort | None = None
        self.private_port: int | None = None
        """Where health and metrics are, once started."""
        if watch.metrics is not None:
            watch.metrics.gauge("running", "Handlers at work", lambda: self.running)
            watch.metrics.gauge("waiting", "Requests that wait for a handler", lambda: self.waiting)
        self._probes: dict[str, asyncio.Event] = {}
        self._door: Door | None = None
        self._tls = tls
        self._server: asyncio.Server | Doorman | None = None
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    @property
    def running(self) -> int:
        """How many handlers are at work."""
        return self._queue.running

    @property
    def waiting(self) -> int:
        """How many requests wait for a handler."""
        return self._queue.waiting + sum(own.waiting for own, _ in self._own_queues.values())

    async def start(self, host: str = "0.0.0.0", port: int = 0, *, reuse_port: bool = False) -> int:  # noqa: S104
        """Begin to serve and return the port; 0 lets the system choose one.

        With `reuse_port` other processes may serve the same one, if they set it too; the system spreads connections
        over them. `ConfigurationError` when the address cannot be had.
        """
        self.house.started_ns = 0 if self.house.replay.persistent else self.house.now_ns()
        self.house.closing = False
        serve = self._serve if self._watch.metrics is None else self._measured
        plain = partial(web.BaseRequest, loop=asyncio.get_running_loop())
        make = self._mounts.maker(plain) if self._mounts else None
        self._door = Door(serve, self.house.limits, make=make)
        try:
            await self._mounts.start()
            await self._open_private_port()
            bound = await self._listen(self._door, host, port, reuse_port=reuse_port)
        except BaseException as error:
            await self._mounts.stop()
            await self._close_private_port()
            if not isinstance(error, OSError):
                raise
            raise ConfigurationError(
                f"cannot serve on {host} port {port}: {error.strerror or error}",
                hint="choose another port, or stop the program that holds this one",
            ) from error
        log.info("axon of %s serves %s on %s port %d", self.house.hotkey, ", ".join(self.house.formats), host, bound)
        return bound

    async def _listen(self, door: Door, host: str, port: int, *, reuse_port: bool) -> int:
        if self._tls is not None:
            self._server = doorman = Doorman(door, self._tls, self.house.limits)
            return doorman.start(host, port, reuse_port=reuse_port)
        loop = asyncio.get_running_loop()
        self._server = server = await loop.create_server(door, host, port, reuse_port=reuse_port or None)
        bound: int = server.sockets[0].getsockname()[1]
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
        await self._mounts.stop()
        await self._close_private_port()

    async def check_reachable(self, ip: str, port: int, *, timeout_s: float = 5.0) -> Reach:
        """Whether this axon hears what is sent to an address from here.

        Sends a request without a signature to a path that nobody else knows, and sees whether it arrives.
        """
        target = f"/{secrets.token_hex(16)}"
        heard = self._probes[target] = asyncio.Event()
        try:
            tls = None if self._tls is None else unchecked()
            answer = await knock(ip, port, target, timeout_s=timeout_s, tls=tls)
        finally:
            del self._probes[target]
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
                for queue in (*(own for own, _ in self._own_queues.values()), self._queue, *self._mounts.queues):
                    await queue.idle()
        except TimeoutError:
            log.warning("axon of %s closes with %d handlers unfinished", self.house.hotkey, self.running)
            return False
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.stop(drain_s=0)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._respond(Arrival(request, f"{self._run}-{next(self._numbers):x}"))

    async def _measured(self, request: web.BaseRequest) -> web.StreamResponse:
        arrival = Arrival(request, f"{self._run}-{next(self._numbers):x}")
        assert self._watch.metrics is not None
        with self._watch.metrics.watching(arrival):
            return await self._respond(arrival)

    async def _respond(self, arrival: Arrival) -> web.StreamResponse:
        request = arrival.request
        try:
            if self._mounts and (mounted := self._mounts.at(request.raw_path)) is not None:
                return await mounted.serve(arrival, self.house)
            admitted = await pass_gates(arrival, self.house)
            if self._watch.tracing is None:
                return signed(await self._answer(admitted, request), arrival, self.house.sign_answers)
            with self._watch.tracing.watching(arrival, admitted):
                return signed(await self._answer(admitted, request), arrival, self.house.sign_answers)
        except Refused as error:
            self._note_refusal(arrival, error)
            response = refused(error, format=arrival.format, accepted=self.house.formats)
        except (ConnectionError, web.HTTPException):  # gone, or the answer of an application that is mounted
            raise
        except Exception:
            log.exception("request %s: the axon failed", arrival.id)
            arrival.outcome = "failed"
            failure = HandlerFailed(request_id=arrival.id)
            response = refused(failure, format=arrival.format, accepted=self.house.formats)
        if self.house.closing or not request.content.is_eof():
            response.force_close()
        return signed(response, arrival, self.house.sign_answers)

    async def _answer(self, admitted: Admitted, request: web.BaseRequest) -> web.StreamResponse:
        caller, ends_at, taken = admitted.caller, deadline_of(admitted), []
        try:
            for queue in self._own_queues.get(admitted.route.name, self._only_queue):
                if not queue.enter_now(caller.hotkey):
                    with while_connected(request):
                        await queue.wait(caller, ends_at=ends_at)
                taken.append(queue)
            if admitted.route.batch is None:
                return await handled(admitted, self.house, request, ends_at=ends_at)
            with while_connected(request):
                return await handled(admitted, self.house, request, ends_at=ends_at)
        finally:
            for queue in taken:
                queue.leave(caller.hotkey)

    def _note_refusal(self, arrival: Arrival, error: Refused) -> None:
        """One line with the reason that the caller does not get; a clock that is off deserves to be seen."""
        arrival.outcome = name = type(error).__name__
        if isinstance(error, UnknownMessage) and (probe := self._probes.get(arrival.request.raw_path)) is not None:
            probe.set()
        level = logging.INFO if isinstance(error, Stale) else logging.DEBUG
        if log.isEnabledFor(level):
            fields = {"request": arrival.id, "route": arrival.route, "format": arrival.format, "outcome": name}
            log.log(level, "request %s: %d %s: %s", arrival.id, error.status, name, error, extra={"fields": fields})


def _rates(rate: Rate | None, shared: Shared | None, *, of: str) -> RateTable | None:
    if rate is None:
        return None
    return Buckets(rate) if shared is None else shared.buckets(rate, of=of)


__all__ = ["FORMATS", "Axon"]
