"""Whether a server can be reached at an address from here."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of one connection."""

    status: int | None  # of the answer; None: there was none that is HTTP
    problem: str | None = None  # why there was none


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether an axon was reached at an address, and if not what to look at."""

    reached: bool
    said: str  # one sentence


async def knock(ip: str, port: int, target: str, *, timeout_s: float, tls: ssl.SSLContext | None = None) -> Knock:
    """Send one request without a signature, which an axon refuses, and see what answers."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _knock(ip, port, target, tls)
    except TimeoutError:
        return Knock(None, f"no answer within {timeout_s:g} s")
    except (OSError, EOFError, ValueError) as error:
        return Knock(None, (isinstance(error, OSError) and error.strerror) or "what answers does not speak HTTP")


async def _knock(ip: str, port: int, target: str, tls: ssl.SSLContext | None) -> Knock:
    reader, writer = await asyncio.open_connection(ip, port, ssl=tls, limit=MOST_BYTES)
    try:
        host = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        head = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode("ascii"))
        await writer.drain()
        version, status = (await reader.readline()).split(maxsplit=2)[:2]
        if not version.startswith(b"HTTP/1."):
            raise ValueError(version)
        return Knock(int(status))
    finally:
        writer.close()


def unchecked() -> ssl.SSLContext:
    """TLS that takes any key: what tells an axon apart here is that it hears the knock."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def reach_of(answer: Knock, *, ours: bool, ip: str, port: int) -> Reach:
    """What a knock says about an axon, when `ours` tells whether it was the axon that heard it."""
    where = f"{ip} port {port}"
    if ours:
        return Reach(True, f"reached at {where}")
    if answer.status is not None:
        return Reach(False, f"another server answers at {where}: check --external-ip and --external-port")
    return Reach(
        False,
        f"not reached at {where}: {answer.problem}; open the port in the firewall, "
        "or ask from outside: some routers do not connect a machine with its own public address",
    )


__all__ = ["Knock", "Reach", "knock", "reach_of", "unchecked"]
