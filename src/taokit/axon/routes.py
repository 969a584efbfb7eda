"""What an axon serves: one message type, one handler, one path each."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

from taokit.axon.admission import Priority, alike
from taokit.axon.batching import Batch, Batcher, BatchHandler
from taokit.axon.caller import Caller
from taokit.errors import ConfigurationError, UnknownMessage
from taokit.protocol import LEGACY, Synapse
from taokit.protocol.legacy_hash import is_served

log = logging.getLogger("taokit.axon")

Chunks: TypeAlias = AsyncIterator[str | bytes]
Handler: TypeAlias = Callable[[Any, Caller], Awaitable[Synapse | Chunks] | Chunks]
"""Takes the message and its caller; answers with a message, or streams text or bytes."""


@dataclass(frozen=True, slots=True)
class Route:
    """How one message is served, at `POST /<ClassName>`."""

    message: type[Synapse]
    handler: Handler | BatchHandler  # the latter where there is a batch
    deadline_s: float = 12.0  # from a request's arrival to its answer, the time in line included
    max_body: int = 1 << 20  # bytes
    unbound_body: bool = False  # serve a class without hash fields over legacy, where nothing binds its body
    at_once: int | None = None  # handlers that run; other requests wait; None: as many as the axon has places
    batch: Batch | None = None  # hand messages over in batches
    name: str = field(init=False)
    legacy: bool = field(init=False)  # whether it is served over legacy at all

    def __post_init__(self) -> None:
        self.message.model_rebuild(raise_errors=False)  # a class that names a later one is checked now, not when asked
        object.__setattr__(self, "name", self.message.__name__)
        object.__setattr__(self, "legacy", is_served(self.message, unbound_body=self.unbound_body))


async def ping(message: Synapse, caller: Caller) -> Synapse:
    """The built-in message: answers with what it was sent."""
    return message


class Routes:
    """All routes of an axon, by path. The built-in `Synapse` is always among them."""

    def __init__(self, routes: Iterable[Route], *, priority: Priority = alike) -> None:
        self._by_path: dict[str, Route] = {"/Synapse": Route(Synapse, ping)}
        self._priority = priority
        for route in routes:
            self._add(route)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._by_path.values())

    def _add(self, route: Route) -> None:
        path = f"/{route.name}"
        if path in self._by_path:
            raise ConfigurationError(
                f"two handlers for the message {route.name}", hint="rename one of the classes, or drop a handler"
            )
        if not route.legacy:
            log.info(
                "%s is not served over the legacy format, which would not bind its body: "
                "declare required_hash_fields, or give its route unbound_body=True",
                route.name,
            )
        if route.batch is not None:
            call = cast("BatchHandler", route.handler)
            route = replace(route, handler=Batcher(call, route.batch, priority=self._priority))
        self._by_path[path] = route

    def find(self, target: str, format: str | None) -> Route:
        """The route of a request target, whose query is ignored; `UnknownMessage` when there is none."""
        path = target.partition("?")[0]
        route = self._by_path.get(path)
        if route is None or (format == LEGACY and not route.legacy):
            raise UnknownMessage(f"no route for {path[:64]!r}")
        return route


__all__ = ["Chunks", "Handler", "Route", "Routes"]
