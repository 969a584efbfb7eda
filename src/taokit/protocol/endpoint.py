"""Endpoint records on chain: addresses as integers, versions, the usual text."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import asdict, dataclass
from typing import Self, TypeAlias

from taokit.errors import ConfigurationError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
WITHHELD = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("3fff::/20"))
"""Set aside by the IETF, which older Pythons do not know."""


def ip_type_of(ip: str) -> int:
    """4 or 6; `ConfigurationError` for what is not a literal address."""
    return _address(ip).version


def ip_to_int(ip: str) -> int:
    """The integer that the chain stores for a literal address; `ConfigurationError` for anything else."""
    return int(_address(ip))


def int_to_ip(value: int, ip_type: int) -> str:
    """The literal address behind a stored integer, read by its own type (4 or 6) and not by its size.

    `ValueError` for an integer that no address of this type has.
    """
    if ip_type == 4:
        return str(ipaddress.IPv4Address(value))
    address = ipaddress.IPv6Address(value)
    return f"::ffff:{address.ipv4_mapped}" if address.ipv4_mapped else str(address)


def version_to_int(version: str) -> int:
    """`major * 1000000 + minor * 1000 + patch` of a version of three integers; `ValueError` for any other."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major * 1_000_000 + minor * 1000 + patch


def endpoint_text(ip: str, port: int) -> str:
    """The usual spelling of an endpoint: `/ipv4/1.2.3.4:8091`; `ConfigurationError` for what is no literal address."""
    return f"/ipv{ip_type_of(ip)}/{ip}:{port}"


def is_public(ip: str) -> bool:
    """Whether a literal address may be contacted by default: not local, private, multicast, reserved or unspecified.

    The chain vets no address. An IPv4 address inside an IPv6 one counts as itself. `ConfigurationError` for what is no
    literal address.
    """
    address = unwrapped(_address(ip))
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or _is_withheld(address))


def unwrapped(address: Address) -> Address:
    """The address itself, or the IPv4 address that an IPv6 one leads to: mapped, 6to4 or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_withheld(address: Address) -> bool:
    return any(address in network for network in WITHHELD)


def _address(ip: str) -> Address:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        raise ConfigurationError(f"{ip[:64]!r} is not a literal IP address") from None


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """One neuron's record as SDKs write it."""

    version: int  # major * 1000000 + minor * 1000 + patch; 1 from SDK 11
    ip: str  # literal address
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
        """The record in a JSON text as `to_json` writes it; `ValueError` for no JSON, `TypeError` for other fields."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """The JSON text of the record, in the order of SDKs."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        return endpoint_text(self.ip, self.port)


__all__ = [
    "Address",
    "EndpointRecord",
    "endpoint_text",
    "int_to_ip",
    "ip_to_int",
    "ip_type_of",
    "is_public",
    "unwrapped",
    "version_to_int",
]
