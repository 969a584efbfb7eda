"""Other applications on the port of an axon: of aiohttp, or of any framework that speaks ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

from taokit.axon.rates import Rate
from taokit.errors import ConfigurationError

AsgiApp: TypeAlias = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""An application as https://asgi.readthedocs.io describes it."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """Bounds of the websockets of a mounted application."""

    at_once: int = 64  # another one is a 503; none at all with 0
    per_address: int = 16  # of one IPv4 address or /64 network of IPv6; likewise
    message_bytes: int = 1 << 20  # of one message that comes in; a longer one closes the socket with 1009
    seconds: float = 3600.0  # of one socket, from its acceptance; it is then closed with 1001
    ping_s: float = 20.0  # between two pings; a caller that is silent for half as long after one is gone


@dataclass(frozen=True, slots=True)
class Mount:
    """An application that answers everything at and below `path`, within bounds of its own.

    It is not behind the gates of the axon: its requests need no signature. With `gated`, they must be signed as
    btauth/1 has it by a caller that the axon admits, whom the application finds by `caller_of(request)` (aiohttp) or
    as `scope["state"]["caller"]` (ASGI).
    """

    path: str  # begins with a slash and does not end with one
    app: web.Application | AsgiApp
    gated: bool = False
    max_body: int = 1 << 20  # bytes
    at_once: int = 64  # requests under way; another one is a 503
    deadline_s: float = 60.0  # for an answer to be complete, or a websocket to be accepted
    address_rate: Rate | None = None  # of one address, besides the one of the axon; None: any
    sockets: Sockets = Sockets()
    name: str = field(init=False)

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or self.path.endswith("/") or "?" in self.path or "//" in self.path:
            raise ConfigurationError(f"nothing can be mounted at {self.path!r}", hint="write it as in mount='/app'")
        object.__setattr__(self, "name", f"mount {self.path}")


__all__ = ["AsgiApp", "Mount", "Sockets"]
