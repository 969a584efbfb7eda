"""Whether this machine's clock fits the others': the block's, and those of neurons that answer."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

from taokit.cli.doctor.finding import Finding, bad, good, note, skipped
from taokit.metagraph import Endpoint

MOST_S: Final = 2.0
"""A request whose nonce is further ahead than this is refused by every format (the window of their verifiers)."""
MENDS: Final = "sudo timedatectl set-ntp true"
STALLED_SLOTS: Final = 5
PEERS: Final = 5
KNOCK_S: Final = 4.0
MOST_BYTES: Final = 8192


def by_block(*, now_ms: int, block_ms: int, slot_ms: int) -> Finding:
    """This clock beside the newest block's, which says little more than that neither is far off."""
    ago_s = (now_ms - block_ms) / 1000
    if ago_s < -MOST_S:
        return bad("clock", f"it is {-ago_s:.1f} s behind the newest block", MENDS)
    if ago_s > STALLED_SLOTS * slot_ms / 1000:
        said = f"the newest block is {ago_s:.0f} s old: this clock is ahead, the node lags, or the chain stalls"
        return bad("clock", said, f"{MENDS}; ask another node: --network wss://…")
    return good("clock", f"the newest block is {max(ago_s, 0):.0f} s old")


def by_peers(offsets_s: Sequence[float]) -> Finding:
    """This clock beside those of neurons, which tell whole seconds."""
    if not offsets_s:
        return skipped("clock of peers", "no neuron told its time")
    middle = statistics.median(offsets_s)
    ahead = f"{abs(middle):.1f} s {'ahead of' if middle > 0 else 'behind'} {len(offsets_s)} neurons"
    if abs(middle) > MOST_S:
        return bad("clock of peers", f"this clock is {ahead}, and they refuse what is {MOST_S:g} s ahead", MENDS)
    if abs(middle) > MOST_S / 2:
        return note("clock of peers", f"this clock is {ahead}", MENDS)
    return good("clock of peers", f"within {max(abs(middle), 0.5):.1f} s of {len(offsets_s)} neurons")


def ask_peers(places: Sequence[Endpoint]) -> list[float]:
    """By how many seconds this clock is ahead of each of some neurons, of those that answer."""

    async def every() -> list[float]:
        told = await asyncio.gather(*map(_ahead_of, places[:PEERS]))
        return [one for one in told if one is not None]

    return asyncio.run(every())


async def _ahead_of(place: Endpoint) -> float | None:
    began = time.time()
    try:
        async with asyncio.timeout(KNOCK_S):
            said = await _date(place)
    except (OSError, EOFError, ValueError, TypeError, TimeoutError, asyncio.LimitOverrunError):
        return None
    # a Date header is cut to whole seconds, so its clock is half a second on, on average
    return (began + time.time()) / 2 - (said + 0.5)


async def _date(place: Endpoint) -> float:
    """The time that a server's answer tells, seconds since 1970. Raises `ValueError` where it tells none."""
    reader, writer = await asyncio.open_connection(place.ip, place.port, limit=MOST_BYTES)
    try:
        host = f"[{place.ip}]" if ":" in place.ip else place.ip
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}:{place.port}\r\nConnection: close\r\n\r\n".encode("ascii"))
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    return _told(head.decode("latin-1").split("\r\n"))


def _told(lines: Sequence[str]) -> float:
    return parsedate_to_datetime(next(_dates(lines), "")).timestamp()


def _dates(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "date":
            yield value.strip()


__all__ = ["ask_peers", "by_block", "by_peers"]
