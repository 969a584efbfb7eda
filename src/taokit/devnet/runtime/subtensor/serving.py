"""Serving: where neurons say they can be reached."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.storage import (
    AXONS,
    NEURON_CERTIFICATES,
    PROMETHEUS,
    SERVING_RATE_LIMIT,
    UIDS,
)

NO_AXON: Final = (0, 0, 0, 0, 0, 0, 0, 0)
"""What clients read of a neuron that never served."""
NO_PROMETHEUS: Final = (0, 0, 0, 0, 0)

LOOPBACK: Final = {4: 0x7F000001, 6: 1}
HIGHEST: Final = {4: (1 << 32) - 1, 6: (1 << 128) - 1}


def axon_refusal(state: State, hotkey: bytes, *, netuid: int, ip: int, ip_type: int, port: int) -> str | None:
    """The chain's name for what is wrong with an axon's address, or None (`validate_serve_axon`)."""
    checks = (
        (state[UIDS, netuid, hotkey] is None, "HotKeyNotRegisteredInNetwork"),
        (ip_type not in LOOPBACK, "InvalidIpType"),
        (not _address_ok(state, ip, ip_type), "InvalidIpAddress"),
        (_too_soon(state, netuid, state[AXONS, netuid, hotkey]), "ServingRateLimitExceeded"),
        (port == 0, "InvalidPort"),
    )
    return next((name for failed, name in checks if failed), None)


def prometheus_refusal(state: State, hotkey: bytes, *, netuid: int, ip: int, ip_type: int, port: int) -> str | None:
    """The same for a metrics endpoint, which may not stand at address zero (`validate_serve_prometheus`)."""
    checks = (
        (ip_type not in LOOPBACK, "InvalidIpType"),
        (ip == 0 or not _address_ok(state, ip, ip_type), "InvalidIpAddress"),
        (state[UIDS, netuid, hotkey] is None, "HotKeyNotRegisteredInNetwork"),
        (_too_soon(state, netuid, state[PROMETHEUS, netuid, hotkey]), "ServingRateLimitExceeded"),
        (port == 0, "InvalidPort"),
    )
    return next((name for failed, name in checks if failed), None)


def _address_ok(state: State, ip: int, ip_type: int) -> bool:
    loopback = ip == LOOPBACK.get(ip_type) and not state.allow_loopback
    return not loopback and ip < HIGHEST.get(ip_type, 1 << 128)


def _too_soon(state: Reading, netuid: int, served: tuple[int, ...] | None) -> bool:
    return bool(served and served[0] and state.number - served[0] < state[SERVING_RATE_LIMIT, netuid])


def serve_axon(state: State, origin: bytes | None, *, netuid: int, **axon: int) -> None:
    """The hotkey's axon record. Arguments after the netuid come in the order of the record."""
    hotkey = signed(origin)
    name = axon_refusal(state, hotkey, netuid=netuid, ip=axon["ip"], ip_type=axon["ip_type"], port=axon["port"])
    if name:
        raise refuse(name)
    fields = ("version", "ip", "port", "ip_type", "protocol", "placeholder1", "placeholder2")
    state[AXONS, netuid, hotkey] = (state.number, *(axon[field] for field in fields))
    state.deposit("SubtensorModule", "AxonServed", netuid, hotkey)


def serve_axon_tls(state: State, origin: bytes | None, *, netuid: int, certificate: bytes, **axon: int) -> None:
    """The axon record with a certificate: one byte of algorithm and up to 64 of key, else it is ignored."""
    serve_axon(state, origin, netuid=netuid, **axon)
    if 1 <= len(certificate) <= 65:
        state[NEURON_CERTIFICATES, netuid, signed(origin)] = (certificate[1:], certificate[0])


def serve_prometheus(
    state: State, origin: bytes | None, *, netuid: int, version: int, ip: int, port: int, ip_type: int
) -> None:
    """The hotkey's metrics endpoint."""
    hotkey = signed(origin)
    name = prometheus_refusal(state, hotkey, netuid=netuid, ip=ip, ip_type=ip_type, port=port)
    if name:
        raise refuse(name)
    state[PROMETHEUS, netuid, hotkey] = (state.number, version, ip, port, ip_type)
    state.deposit("SubtensorModule", "PrometheusServed", netuid, hotkey)


HANDLERS: Final[dict[str, Any]] = {
    "serve_axon": serve_axon,
    "serve_axon_tls": serve_axon_tls,
    "serve_prometheus": serve_prometheus,
}

__all__ = ["HANDLERS", "NO_AXON", "NO_PROMETHEUS", "axon_refusal", "prometheus_refusal", "serve_axon"]
