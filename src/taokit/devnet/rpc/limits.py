"""How much a server takes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for every client, as generous as a node's."""

    request: int = 15 << 20
    """Bytes of a message that is answered; a longer one gets an error."""
    frame: int = 64 << 20
    """Bytes of a message at which the connection is closed with 1009."""
    in_flight: int = 64
    """Messages of one client that are being answered at a time; more are not read."""
    subscriptions: int = 1024
    """Subscriptions of one client."""
    connections: int = 1024
    """Clients on websockets; more are refused with 429."""
    send_s: float = 60.0
    """Seconds in which a client must take a message, or it is cut off."""


__all__ = ["Limits"]
