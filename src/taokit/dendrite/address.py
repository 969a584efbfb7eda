"""Which addresses a dendrite connects to. The chain does not vet what neurons publish, so this does."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from taokit.errors import Unreachable
from taokit.protocol import is_public
from taokit.protocol.endpoint import Address, unwrapped


@lru_cache(maxsize=4096)
def allowed_host(ip: str, port: int, *, allow_private: bool) -> str:
    """The literal address in its usual spelling, else `Unreachable`. Names are never resolved.

    Loopback, private, link-local and reserved addresses need `allow_private`, also where IPv6 wraps one of IPv4;
    unspecified and multicast ones and port 0 lead to nobody and are always refused.
    """
    address = _literal(ip)
    host = unwrapped(address)
    if not 0 < port < 65536 or host.is_unspecified or host.is_multicast:
        raise Unreachable(f"{ip} port {port} is no neuron's address")
    if not allow_private and not is_public(str(address)):
        hint = "local networks need `allow_private=True`"
        raise Unreachable(f"{ip} is not a public address and is not contacted", hint=hint)
    return str(address)


def _literal(ip: str) -> Address:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        raise Unreachable(f"{ip[:64]!r} is not a literal address") from None
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        raise Unreachable(f"{ip[:64]!r} names a network interface")
    return address


__all__ = ["allowed_host"]
