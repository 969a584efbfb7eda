"""Whether others find a neuron at the address that it published, as far as that can be known from here."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from taokit.axon.reach import Knock, knock
from taokit.cli.doctor.finding import Finding, bad, good, note
from taokit.metagraph import Endpoint

KNOCK_S: Final = 5.0


def bound(host: str, port: int) -> tuple[Finding, bool]:
    """Whether a port is free to be served, and whether something serves there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return good("port", f"something serves on {host} port {port} already"), True
            mend = (
                "choose a port of 1024 or more with --port" if error.errno == errno.EACCES else "see --host and --port"
            )
            return bad("port", f"cannot serve on {host} port {port}: {error.strerror}", mend), False
    return good("port", f"{port} is free to serve on"), False


def published(place: Endpoint | None, *, netuid: int, local: bool, running: bool) -> Iterator[Finding]:
    """Whether the address on chain can be reached from here."""
    if place is None or not place.serving:
        mend = "taokit miner … --external-ip ADDRESS"
        yield note("address", f"none on chain, so nobody asks this neuron on subnet {netuid}", mend)
        return
    if not local and not ip_address(place.ip).is_global:
        said = f"{place.ip} port {place.port} is on chain, which nobody reaches from outside"
        yield bad("address", said, "taokit miner … --external-ip ADDRESS")
        return
    yield _heard(place, asyncio.run(knock(place.ip, place.port, "/", timeout_s=KNOCK_S)), running=running)


def _heard(place: Endpoint, answer: Knock, *, running: bool) -> Finding:
    where = f"{place.ip} port {place.port}"
    if answer.status is not None or answer.problem == "what answers does not speak HTTP":
        return good("address", f"something answers at {where}, as the chain says")
    if not running:
        said = f"nothing answers at {where}, which is on chain: {answer.problem}; no neuron runs here"
        return note("address", said, "start it: taokit miner MODULE:CLASS …")
    mend = f"sudo ufw allow {place.port}/tcp, and forward the port in the router"
    said = f"not reached at {where}: {answer.problem}"
    return bad("address", f"{said}; some routers do not connect a machine with its own public address", mend)


__all__ = ["bound", "published"]
