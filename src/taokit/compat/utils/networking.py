"""Addresses (`bittensor.utils.networking`). Nobody is asked for this machine's own."""

from __future__ import annotations

from ipaddress import ip_address

from taokit.compat.server import own_address
from taokit.compat.warned import warn


def get_external_ip() -> str:
    """The public address that this machine sends from. SDK 10 asks services of other people, this asks nobody.

    Raises `ConfigurationError` where the machine has none, as behind a router.
    """
    warn("addresses", "no service on the internet is asked for the own address: pass --axon.external_ip")
    return own_address()


def int_to_ip(int_val: int) -> str:
    """A number as an address: of version 4 below 2**32, else of version 6. Raises `ValueError`."""
    return str(ip_address(int_val))


def ip_to_int(str_val: str) -> int:
    """An address as a number. Raises `ValueError`."""
    return int(ip_address(str_val))


def ip_version(str_val: str) -> int:
    """4 or 6. Raises `ValueError`."""
    return ip_address(str_val).version


def ip__str__(ip_type: int, ip_str: str, port: int) -> str:
    """Such as `/ipv4/203.0.113.7:8091`."""
    return f"/ipv{ip_type}/{ip_str}:{port}"


__all__ = ["get_external_ip", "int_to_ip", "ip__str__", "ip_to_int", "ip_version"]
