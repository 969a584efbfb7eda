"""Where a neuron serves."""

from __future__ import annotations

from ipaddress import ip_address

from taokit.chain.calls.base import Call, subtensor


def serve_axon(netuid: int, ip: str, port: int, *, version: int = 0, protocol: int = 4) -> Call:
    """Publish where the signing hotkey serves. `ip` is a literal address, IPv4 or IPv6. Free."""
    address = ip_address(ip)
    return subtensor(
        "serve_axon",
        netuid=netuid,
        version=version,
        ip=int(address),
        port=port,
        ip_type=address.version,
        protocol=protocol,
        placeholder1=0,
        placeholder2=0,
    )


def serve_axon_tls(netuid: int, ip: str, port: int, *, certificate: bytes, version: int = 0, protocol: int = 4) -> Call:
    """`serve_axon` with a public key for TLS: a byte of algorithm and up to 64 bytes of key, else it is not stored."""
    axon = serve_axon(netuid, ip, port, version=version, protocol=protocol).args
    return subtensor("serve_axon_tls", **axon, certificate=certificate)


def serve_prometheus(netuid: int, ip: str, port: int, *, version: int = 0) -> Call:
    """Publish where the signing hotkey's metrics are. `ip` is a literal address other than zero. Free."""
    address = ip_address(ip)
    return subtensor(
        "serve_prometheus", netuid=netuid, version=version, ip=int(address), port=port, ip_type=address.version
    )


__all__ = [
    "serve_axon",
    "serve_axon_tls",
    "serve_prometheus",
]
