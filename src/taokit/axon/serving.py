"""One request after its headers arrived: through the gates, into the queue, to its handler and back."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from taokit.axon.admission import Admission, Priority
from taokit.axon.answer import Answer
from taokit.axon.answers import refused, signed
from taokit.axon.connection import Connection, Content, while_connected
from taokit.axon.gates import pass_gates
from taokit.axon.handling import deadline_of, handled
from taokit.axon.house import Admitted, Arrival, House
from taokit.axon.metrics import Metrics
from taokit.axon.mounted import Mounts
from taokit.axon.watch import Watch
from taokit.errors import HandlerFailed, Refused, Stale, UnknownMessage

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

log = logging.getLogger("taokit.axon")


class Service:
    """Answers requests, whatever becomes of them, with at most so many handlers at work."""

    def __init__(self, house: House, mounts: Mounts, watch: Watch, *, priority: Priority) -> None:
        limits = house.limits
        self._house, self._mounts, self._watch = house, mounts, watch
        self._mounted = bool(mounts)
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

    def serve(self, message: RawRequestMessage, content: Content, at: Connection) -> Awaitable[Answer | None]:
        """The answer to a request, None when it is written already; counted where somebody counts."""
        arrival = Arrival(message, content, at, f"{self._run}-{next(self._numbers):x}")
        if self._watch.metrics is None:
            return self._respond(arrival)
        return self._watched(arrival, self._watch.metrics)

    async def _watched(self, arrival: Arrival, metrics: Metrics) -> Answer | None:
        with metrics.watching(arrival):
            return await self._respond(arrival)

    async def _respond(self, arrival: Arrival) -> Answer | None:
        connection, house = arrival.connection, self._house
        try:
            if self._mounted and (mounted := self._mounts.at(arrival.message.path)) is not None:
                connection.at_work = True
                await mounted.serve(arrival, house)
                return None
            admitted = await pass_gates(arrival, house)
            connection.at_work = True
            if self._watch.tracing is None:
                return signed(await self._answer(admitted, arrival), arrival, house.sign_answers)
            with self._watch.tracing.watching(arrival, admitted):
                return signed(await self._answer(admitted, arrival), arrival, house.sign_answers)
        except Refused as error:
            self._note_refusal(arrival, error)
            answer = refused(error, format=arrival.format, accepted=house.formats)
        except ConnectionError:
            raise
        except Exception:
            log.exception("request %s: the axon failed", arrival.id)
            arrival.outcome = "failed"
            answer = refused(HandlerFailed(request_id=arrival.id), format=arrival.format, accepted=house.formats)
        if house.closing or not arrival.content.is_eof():
            connection.last = True
        return signed(answer, arrival, house.sign_answers)

    async def _answer(self, admitted: Admitted, arrival: Arrival) -> Answer | None:
        caller, ends_at, taken = admitted.caller, deadline_of(admitted, self.clock()), []
        try:
            for queue in self._own_queues.get(admitted.route.name, self._only_queue):
                if not queue.enter_now(caller.hotkey):
                    with while_connected(arrival.connection):
                        await queue.wait(caller, ends_at=ends_at)
                taken.append(queue)
            if admitted.route.batch is None:
                return await handled(admitted, self._house, arrival, ends_at=ends_at)
            with while_connected(arrival.connection):
                return await handled(admitted, self._house, arrival, ends_at=ends_at)
        finally:
            for queue in taken:
                queue.leave(caller.hotkey)

    def _note_refusal(self, arrival: Arrival, error: Refused) -> None:
        """One line with the reason that the caller does not get; a clock that is off deserves to be seen."""
        arrival.outcome = name = type(error).__name__
        if isinstance(error, UnknownMessage) and (probe := self.probes.get(arrival.message.path)) is not None:
            probe.set()
        level = logging.INFO if isinstance(error, Stale) else logging.DEBUG
        if log.isEnabledFor(level):
            fields = {"request": arrival.id, "route": arrival.route, "format": arrival.format, "outcome": name}
            log.log(level, "request %s: %d %s: %s", arrival.id, error.status, name, error, extra={"fields": fields})


__all__ = ["Service"]
