"""How much a stranger may ask of this axon."""

from __future__ import annotations

from dataclasses import dataclass

from taokit.axon.rates import Rate
from taokit.protocol.legacy import MAX_TIMEOUT
from taokit.protocol.objects import MAX_DEPTH
from taokit.protocol.replay import DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on sizes, counts and times, for all routes; the size of a body is its route's."""

    header_count: int = 128
    header_bytes: int = 16 << 10  # names and values together
    body_s: float = 10.0  # for the whole body, once the headers are there
    json_depth: int = MAX_DEPTH
    keepalive_s: float = 60.0  # an idle connection, or one whose caller does not read its answer
    headers_s: float = 10.0  # for all headers of a request, once the first byte is there
    connections: int = 1024  # at once; for another one, the one that was idle for longest is closed
    connections_per_address: int = 256  # at once, of one IPv4 address or /64 network of IPv6; the same happens
    address_rate: Rate | None = None  # of one address, whoever asks; beyond it, 429; None: any
    hotkey_rate: Rate | None = None  # of one verified and admitted hotkey; beyond it, 429; None: any
    at_once: int = 256  # running handlers; other requests wait
    waiting: int = 256  # requests that wait for a handler; for another one, the lowest priority gets a 503
    remembered: int = DEFAULT_LIMIT  # requests in the replay memory; another one is a 503
    max_timeout: float = MAX_TIMEOUT  # seconds that a legacy caller may claim to wait


__all__ = ["Limits"]
