"""What a flood of strangers costs an axon: memory, and the time of an honest caller.

The axon has one core, the flood and the honest caller share the other. One kind of flood after the other: connections
that say nothing, that send their headers or their bodies a byte at a time, that declare a gigabyte. The honest caller
asks a question at a time, on a new connection each. Its p99 is a number of small samples: look at its order only.
Prints a table and writes the same numbers as JSON.

    python bench/flood.py [--connections 10000] [--questions 600] [--out flood.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time
from pathlib import Path

from wire_peers import BOB, Echo, MiB, Server, btauth, echo, pinned, send_all, servers

from taokit.axon import Axon, Limits, Route, everyone

SMALL = Echo(text="x" * 100)
DRIP_S = 1.0
ABOUT = {
    "idle": b"",
    "slow headers": b"POST /Echo HTTP/1.1\r\nHost: localhost\r\n",
    "slow bodies": b"POST /Echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
    "a gigabyte declared": b"POST /Echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n",
}


async def serve_axon() -> int:
    """An axon with the default limits, save that all of this flood comes from one address."""
    raised_files()
    limits = Limits(connections_per_address=Limits().connections)
    return await Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone, limits=limits).start("127.0.0.1")


def raised_files() -> None:
    """As many open files as this process may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Stranger(asyncio.Protocol):
    """A connection that says how it begins, then a byte a second, and comes back when it is closed."""

    def __init__(self, flood: Flood) -> None:
        self._flood = flood
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._flood.open.add(self)
        transport.write(self._flood.first)

    def connection_lost(self, exc: Exception | None) -> None:
        self._flood.open.discard(self)

    def drip(self) -> None:
        if self._transport is not None and self._flood.first:
            self._transport.write(b"x")

    def end(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Flood:
    """Keeps so many strangers at a port."""

    def __init__(self, port: int, first: bytes, count: int) -> None:
        self.first = first
        self.open: set[Stranger] = set()
        self._port, self._count = port, count

    async def run(self) -> None:
        """Connect, drip and connect again, until cancelled."""
        loop = asyncio.get_running_loop()
        tried = 0
        try:
            while True:
                begun = loop.time()
                for stranger in [*self.open]:
                    stranger.drip()
                missing = self._count - len(self.open) if tried >= self._count else self._count - tried
                for _ in range(min(missing, 2000)):
                    tried += 1
                    try:
                        await loop.create_connection(lambda: Stranger(self), "127.0.0.1", self._port)
                    except OSError:
                        await asyncio.sleep(0.01)
                await asyncio.sleep(max(0.0, begun + DRIP_S - loop.time()))
        finally:
            for stranger in [*self.open]:
                stranger.end()


async def honest(port: int, count: int, pause_s: float = 0.005) -> list[float]:
    """Seconds of each of so many questions, one after the other."""
    took = []
    for request in btauth(SMALL, count):
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(10):
                await send_all(port, [request], 1)
            took.append(time.perf_counter() - begun)
        except (TimeoutError, OSError):
            took.append(10.0)
        await asyncio.sleep(pause_s)
    return took


async def flooded(server: Server, first: bytes | None, connections: int, questions: int) -> dict[str, float]:
    """How an honest caller fares meanwhile, and the most memory that the axon took."""
    flood = None if first is None else asyncio.create_task(Flood(server.port, first, connections).run())
    await asyncio.sleep(0 if flood is None else 3)
    most, took = 0.0, []
    for _ in range(questions // 200):
        took += await honest(server.port, 200)
        most = max(most, await asyncio.to_thread(server.tell, "memory"))
    if flood is not None:
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
    took.sort()
    return {"p50_ms": took[len(took) // 2] * 1e3, "p99_ms": took[len(took) * 99 // 100] * 1e3, "memory": most}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    raised_files()
    pinned(1)
    found: dict[str, dict[str, float]] = {}
    with servers({"axon": serve_axon}) as running:
        server = running["axon"]
        asyncio.run(flooded(server, None, 0, 200))
        quiet = asyncio.run(flooded(server, None, 0, options.questions))
        print(f"{'flood of ' + str(options.connections):24}{'MiB more':>10}{'p50 ms':>9}{'p99 ms':>9}{'x quiet':>9}")
        for name, first in {"none": None, **ABOUT}.items():
            row = found[name] = asyncio.run(flooded(server, first, options.connections, options.questions))
            row["more_mib"] = (row["memory"] - quiet["memory"]) / MiB
            row["p99_ratio"] = row["p99_ms"] / quiet["p99_ms"]
            numbers = f"{row['more_mib']:10.1f}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['p99_ratio']:9.1f}"
            print(f"{name:24}{numbers}")
    print("aims: 64 MiB more, and 5 times the quiet p99")
    if options.out:
        options.out.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
