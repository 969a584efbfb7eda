"""All connections of an axon: bounded in number, in all and of one address, and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from taokit.axon.answer import Answer
from taokit.axon.answers import refused
from taokit.axon.connection import Connection, Content
from taokit.axon.limits import Limits
from taokit.errors import Malformed, Refused, TooLarge

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

log = logging.getLogger("taokit.axon")

LOOK_S: Final = 0.02  # between two looks at what callers have read
QUIET_S: Final = 10.0  # between two lines about connections that were closed to make room

Serve: TypeAlias = Callable[["RawRequestMessage", Content, Connection], Awaitable[Answer | None]]
"""Answers a request; None says that the answer was written already."""


class Door:
    """Makes a `Connection` for every peer, up to a limit beyond which idle ones make room."""

    def __init__(self, serve: Serve, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self.serve = serve
        self.limits = limits
        self._loop = loop
        self._order: OrderedDict[Connection, None] = OrderedDict()  # what was of use least recently is first
        self._of_address: dict[str, OrderedDict[Connection, None]] = {}  # likewise
        self._closed = 0  # to make room, since that was noted
        self._quiet_until = 0.0

    def __call__(self) -> Connection:
        return Connection(self, self._loop)

    def joined(self, connection: Connection) -> None:
        """Count a connection in. When it is one too many, the one that was of use least recently is closed."""
        of_address = self._of_address.setdefault(connection.address, OrderedDict())
        self._order[connection] = of_address[connection] = None
        if len(of_address) > self.limits.connections_per_address:
            self._make_room(of_address, f"of {connection.address}")
        elif len(self._order) > self.limits.connections:
            self._make_room(self._order, "at all")

    def left(self, connection: Connection) -> None:
        """Count a connection out."""
        if self._order.pop(connection, self) is None:
            of_address = self._of_address[connection.address]
            del of_address[connection]
            if not of_address:
                del self._of_address[connection.address]

    def was_of_use(self, connection: Connection) -> None:
        """Put a connection last in the order in which they make room."""
        if connection in self._order:
            self._order.move_to_end(connection)
            self._of_address[connection.address].move_to_end(connection)

    def garbled(self, error: HttpProcessingError) -> Answer:
        """The refusal of what is no HTTP, or too much of it."""
        refusal: Refused = Malformed("not HTTP")
        if isinstance(error, LineTooLong) or "Too many headers" in str(error):
            refusal = TooLarge("headers beyond what the parser takes")
            refusal.status = 431
        return refused(refusal, format=None, accepted=())

    @property
    def unread(self) -> int:
        """On how many connections an answer is still to be read."""
        return sum(connection.unread for connection in self._order)

    async def all_read(self) -> None:
        """Return once all that was answered has gone out."""
        while self.unread:  # noqa: ASYNC110 - no protocol hears of the last byte
            await asyncio.sleep(LOOK_S)

    async def shutdown(self, within_s: float) -> None:
        """Close every connection, each after the request that it serves; what is not done in time is cancelled."""
        connections = [*self._order]
        for connection in connections:
            connection.finish()
        tasks = [connection.task for connection in connections if connection.task is not None]
        for _ in range(2):
            if tasks:
                _, left = await asyncio.wait(tasks, timeout=within_s)
                for task in left:
                    task.cancel()
        for connection in connections:
            connection.close()

    def _make_room(self, order: OrderedDict[Connection, None], whose: str) -> None:
        """Close the connection that was of use least recently; the new one, when all others are at work."""
        oldest = next((one for one in order if one.idle), None)
        if oldest is None:
            return
        oldest.abort()
        self._closed += 1
        now = self._loop.time()
        if now >= self._quiet_until:  # a flood must not fill the log as well
            log.info("closed %d idle connections, the last of %d %s", self._closed, len(order), whose)
            self._closed, self._quiet_until = 0, now + QUIET_S


__all__ = ["Door"]
