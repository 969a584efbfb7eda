"""Which addresses a dendrite connects to. The chain does not vet what neurons publish, so this does."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TypeAlias

from taokit.errors import Unreachable
from taokit.protocol import is_public

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=4096)
def allowed_host(ip: str, port: int, *, allow_private: bool) -> str:
    """The literal address in its usual spelling, else `Unreachable`. Names are never resolved.

    Loopback, private, link-local and reserved addresses need `allow_private`, also where IPv6 wraps one of IPv4;
    unspecified and multicast ones and port 0 lead to nobody and are always refused.
    """
    address = _literal(ip)
    host = _unwrapped(address)
    if not 0 < port < 65536 or host.is_unspecified or host.is_multicast:
        raise Unreachable(f"{ip} port {port} is no neuron's address")
    if not allow_private and not is_public(str(host)):
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


def _unwrapped(address: Address) -> Address:
    """The address itself, or the IPv4 address that an IPv6 one leads to: mapped, 6to4 or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


__all__ = ["allowed_host"]
