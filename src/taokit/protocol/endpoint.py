"""Endpoint records on chain: addresses as integers, versions, the usual text."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import asdict, dataclass
from typing import Self

from taokit.errors import ConfigurationError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def ip_type_of(ip: str) -> int:
    """4 or 6; `ConfigurationError` for what is not a literal address."""
    return _address(ip).version


def ip_to_int(ip: str) -> int:
    """The integer that the chain stores for a literal address."""
    return int(_address(ip))


def int_to_ip(value: int, ip_type: int) -> str:
    """The literal address behind a stored integer, read by its own type and not by its size."""
    if ip_type == 4:
        return str(ipaddress.IPv4Address(value))
    address = ipaddress.IPv6Address(value)
    return f"::ffff:{address.ipv4_mapped}" if address.ipv4_mapped else str(address)


def version_to_int(version: str) -> int:
    """`major * 1000000 + minor * 1000 + patch` of a dotted version."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major * 1_000_000 + minor * 1000 + patch


def endpoint_text(ip: str, port: int) -> str:
    """The usual spelling of an endpoint: `/ipv4/1.2.3.4:8091`."""
    return f"/ipv{ip_type_of(ip)}/{ip}:{port}"


def is_public(ip: str) -> bool:
    """Whether a literal address may be contacted by default: not local, private, multicast, reserved or unspecified.

    The chain vets no address. An IPv4 address inside an IPv6 one counts as itself.
    """
    address = _address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _address(ip: str) -> Address:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        raise ConfigurationError(f"{ip[:64]!r} is not a literal IP address") from None


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """One neuron's record as SDKs write it."""

    version: int
    ip: str
    port: int
    ip_type: int  # 4 or 6
    hotkey: str  # ss58
    coldkey: str  # ss58
    protocol: int = 4
    placeholder1: int = 0
    placeholder2: int = 0

    @property
    def is_serving(self) -> bool:
        """Whether the record names an address at all."""
        return int(_address(self.ip)) != 0

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The record in a JSON text."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """The JSON text of the record, in the order of SDKs."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        return endpoint_text(self.ip, self.port)


__all__ = ["EndpointRecord", "endpoint_text", "int_to_ip", "ip_to_int", "ip_type_of", "is_public", "version_to_int"]
