"""One request after its headers arrived: through the gates, into the queue, to its handler and back."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Sequence

from aiohttp import web

from taokit.axon.admission import Admission, Priority
from taokit.axon.answers import refused, signed
from taokit.axon.connection import Connection, while_connected
from taokit.axon.gates import pass_gates
from taokit.axon.handling import deadline_of, handled
from taokit.axon.house import Admitted, Arrival, House
from taokit.axon.mounted import Mounts
from taokit.axon.watch import Watch
from taokit.errors import HandlerFailed, Refused, Stale, UnknownMessage

log = logging.getLogger("taokit.axon")


class Service:
    """Answers requests, whatever becomes of them, with at most so many handlers at work."""

    def __init__(self, house: House, mounts: Mounts, watch: Watch, *, priority: Priority) -> None:
        limits = house.limits
        self._house, self._mounts, self._watch = house, mounts, watch
        self._queue = Admission(limits.at_once, waiting=limits.waiting, priority=priority)
        self._only_queue = (self._queue,)
        self._own_queues = {
            route.name: (Admission(route.at_once, waiting=limits.waiting, priority=priority), self._queue)
            for route in house.routes
            if route.at_once is not None
        }
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self.clock: Callable[[], float] = time.monotonic
        """That of the loop in which it serves, in seconds."""
        self.probes: dict[str, asyncio.Event] = {}
        """Set when a request for their target arrives."""

    @property
    def running(self) -> int:
        """How many handlers are at work."""
        return self._queue.running

    @property
    def waiting(self) -> int:
        """How many requests wait for a handler."""
        return self._queue.waiting + sum(own.waiting for own, _ in self._own_queues.values())

    @property
    def queues(self) -> Sequence[Admission]:
        """All places where requests run or wait."""
        return (*(own for own, _ in self._own_queues.values()), self._queue, *self._mounts.queues)

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to a request, counted where somebody counts."""
        arrival = Arrival(request, f"{self._run}-{next(self._numbers):x}")
        connection = request.protocol
        assert isinstance(connection, Connection)
        try:
            if self._watch.metrics is None:
                return await self._respond(arrival, connection)
            with self._watch.metrics.watching(arrival):
                return await self._respond(arrival, connection)
        finally:
            connection.at_work = False

    async def _respond(self, arrival: Arrival, connection: Connection) -> web.StreamResponse:
        request, house = arrival.request, self._house
        try:
            if self._mounts and (mounted := self._mounts.at(request.raw_path)) is not None:
                connection.at_work = True
                return await mounted.serve(arrival, house)
            admitted = await pass_gates(arrival, house)
            connection.at_work = True
            if self._watch.tracing is None:
                return signed(await self._answer(admitted, request), arrival, house.sign_answers)
            with self._watch.tracing.watching(arrival, admitted):
                return signed(await self._answer(admitted, request), arrival, house.sign_answers)
        except Refused as error:
            self._note_refusal(arrival, error)
            response = refused(error, format=arrival.format, accepted=house.formats)
        except (ConnectionError, web.HTTPException):  # gone, or the answer of an application that is mounted
            raise
        except Exception:
            log.exception("request %s: the axon failed", arrival.id)
            arrival.outcome = "failed"
            response = refused(HandlerFailed(request_id=arrival.id), format=arrival.format, accepted=house.formats)
        if house.closing or not request.content.is_eof():
            response.force_close()
        return signed(response, arrival, house.sign_answers)

    async def _answer(self, admitted: Admitted, request: web.BaseRequest) -> web.StreamResponse:
        caller, ends_at, taken = admitted.caller, deadline_of(admitted, self.clock()), []
        try:
            for queue in self._own_queues.get(admitted.route.name, self._only_queue):
                if not queue.enter_now(caller.hotkey):
                    with while_connected(request):
                        await queue.wait(caller, ends_at=ends_at)
                taken.append(queue)
            if admitted.route.batch is None:
                return await handled(admitted, self._house, request, ends_at=ends_at)
            with while_connected(request):
                return await handled(admitted, self._house, request, ends_at=ends_at)
        finally:
            for queue in taken:
                queue.leave(caller.hotkey)

    def _note_refusal(self, arrival: Arrival, error: Refused) -> None:
        """One line with the reason that the caller does not get; a clock that is off deserves to be seen."""
        arrival.outcome = name = type(error).__name__
        if isinstance(error, UnknownMessage) and (probe := self.probes.get(arrival.request.raw_path)) is not None:
            probe.set()
        level = logging.INFO if isinstance(error, Stale) else logging.DEBUG
        if log.isEnabledFor(level):
            fields = {"request": arrival.id, "route": arrival.route, "format": arrival.format, "outcome": name}
            log.log(level, "request %s: %d %s: %s", arrival.id, error.status, name, error, extra={"fields": fields})


__all__ = ["Service"]
