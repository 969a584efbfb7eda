"""What a flood of strangers costs an axon: memory, and the time of an honest caller.

The axon has one core; the flood, a process of its own, and the honest caller share the other. One kind of flood after
the other: connections that say nothing, that send their headers or their bodies a byte at a time, that declare a
gigabyte. Where there are headers they are those of an honest request, made within the last second, save that the
signature is wrong. Whoever is turned away comes back, 500 a second. The honest caller asks a question at a time, on a
new connection each.

A bare aiohttp handler that verifies one signature, and bounds nothing, meets the same floods after the axon: what it
adds to the time of an honest caller is the machine's and the flood's own part. Each is compared with its own quiet
time. `busy` is the share of its core that a server used. `kept` is the 99th percentile of the time, by the server's own
clock of CPU, for which its loop was at work between two looks 5 ms apart: whoever waits longer waits for the machine.
Prints a table and writes the same numbers as JSON.

    python bench/flood.py [--connections 10000] [--questions 600] [--out flood.json]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import multiprocessing
import os
import re
import resource
import time
from contextlib import suppress
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path

from aiohttp import web
from wire_peers import ALICE, BOB, MEASURES, Echo, MiB, Server, btauth, echo, pinned, send_all, servers

from taokit.axon import Axon, Limits, Route, everyone
from taokit.protocol import verify

SMALL = Echo(text="x" * 100)
TICKS = 50  # a second
LOOK_S = 0.005
SETTLE_S = 1.0  # once all have connected
ANEW_S = 1.0  # an older nonce would be turned away for its age alone, without waiting for the body
ARRIVE_S = 60.0  # at most, until they have
BACK_PER_S = 500
KINDS = ("idle", "slow headers", "slow bodies", "a gigabyte declared")


def beginning(kind: str) -> bytes:
    """What a stranger says first."""
    head = btauth(SMALL, 1)[0].partition(b"\r\n\r\n")[0]
    length = 100_000 if kind == "slow bodies" else 1_000_000_000
    whole = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % length, head) + b"\r\n\r\n"
    return {"idle": b"", "slow headers": head}.get(kind, whole)


async def serve_axon() -> int:
    """An axon with the default limits, save that all of this flood comes from one address."""
    raised_files()
    watched()
    limits = Limits(connections_per_address=Limits().connections)
    return await Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone, limits=limits).start("127.0.0.1")


LOOKS: list[float] = []  # seconds of CPU since the look before


def watched() -> None:
    """Look at this process every 5 ms from now on. What is imported is set aside, as a running miner does."""
    gc.collect()
    gc.freeze()
    loop = asyncio.get_running_loop()

    def look(before: float) -> None:
        now = time.thread_time()
        LOOKS.append(now - before)
        loop.call_later(LOOK_S, look, now)

    look(time.thread_time())


def kept() -> float:
    """The 99th percentile of the looks since this was asked last."""
    looks = sorted(LOOKS)
    LOOKS.clear()
    return looks[len(looks) * 99 // 100] if looks else 0.0


MEASURES["kept"] = kept


async def serve_bare() -> int:
    """A server without a single bound."""
    raised_files()

    async def handler(request: web.BaseRequest) -> web.Response:
        body = b""
        with suppress(ConnectionError):
            body = await request.content.read()
        verify(ALICE.ss58, body, bytes(64))
        return web.Response(body=body, content_type="application/json")

    watched()
    server = await asyncio.get_running_loop().create_server(web.Server(handler, access_log=None), "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


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
        transport.write(self._flood.first())

    def connection_lost(self, exc: Exception | None) -> None:
        self._flood.open.discard(self)

    def drip(self) -> None:
        if self._transport is not None and self._flood.kind != "idle":
            self._transport.write(b"x")


class Flood:
    """Keeps so many strangers at a port."""

    def __init__(self, port: int, kind: str, count: int, there: Event) -> None:
        self.kind = kind
        self.there = there
        self.open: set[Stranger] = set()
        self._port, self._count = port, count
        self._first, self._made = beginning(kind), time.monotonic()

    def first(self) -> bytes:
        """What a stranger says first."""
        if (now := time.monotonic()) > self._made + ANEW_S:
            self._first, self._made = beginning(self.kind), now
        return self._first

    async def run(self) -> None:
        """Connect all, then drip and come back, evenly over each second, until the process is ended."""
        fresh = self._count
        for tick in itertools.count():
            for _ in range(fresh):
                with suppress(OSError):
                    await asyncio.get_running_loop().create_connection(partial(Stranger, self), "127.0.0.1", self._port)
            self.there.set()
            for stranger in [*self.open][tick % TICKS :: TICKS]:
                stranger.drip()
            await asyncio.sleep(1 / TICKS)
            fresh = min(self._count - len(self.open), BACK_PER_S // TICKS)


def flood_process(port: int, kind: str, count: int, there: Event) -> None:
    """What the process of a flood runs."""
    raised_files()
    pinned(1)
    os.nice(5)  # the honest caller is measured on this core
    asyncio.run(Flood(port, kind, count, there).run())


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


def fares(server: Server, questions: int) -> dict[str, float]:
    """How an honest caller fares, and the most memory that the server took meanwhile."""
    server.tell("kept")
    most, took, used, begun = 0.0, [], server.tell("cpu"), time.perf_counter()
    for _ in range(max(1, questions // 100)):
        took += asyncio.run(honest(server.port, 100))
        most = max(most, server.tell("memory"))
    used, wall = server.tell("cpu") - used, time.perf_counter() - begun
    took.sort()
    p50, p99 = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
    return {"p50_ms": p50, "p99_ms": p99, "memory": most, "busy": used / wall, "kept_ms": server.tell("kept") * 1e3}


def flooded(server: Server, kind: str, connections: int, questions: int) -> dict[str, float]:
    """The same while strangers flood the server."""
    context = multiprocessing.get_context("spawn")
    there = context.Event()
    flood = context.Process(target=flood_process, args=(server.port, kind, connections, there), daemon=True)
    flood.start()
    if not there.wait(ARRIVE_S):
        raise TimeoutError(f"not all of {connections} strangers had connected after {ARRIVE_S:g} s")
    time.sleep(SETTLE_S)
    try:
        return fares(server, questions)
    finally:
        flood.kill()
        flood.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    raised_files()
    pinned(1)
    found: dict[str, dict[str, float]] = {}
    titles = f"{'server':8}{'MiB more':>10}{'busy':>7}{'kept ms':>9}{'p50 ms':>9}{'p99 ms':>9}{'x quiet':>9}"
    print(f"{'flood of ' + str(options.connections):24}{titles}")
    with servers({"axon": serve_axon, "bare": serve_bare}) as running:
        quiet = {}
        for name, server in running.items():
            fares(server, 200)
            quiet[name] = fares(server, options.questions)
        for kind in ("none", *KINDS):
            for name, server in running.items():
                begun = quiet[name]
                row = flooded(server, kind, options.connections, options.questions) if kind != "none" else dict(begun)
                found[f"{kind}, {name}"] = row
                row["more_mib"] = (row["memory"] - begun["memory"]) / MiB
                row["p99_ratio"] = row["p99_ms"] / begun["p99_ms"]
                own = f"{row['more_mib']:10.1f}{row['busy']:7.0%}{row['kept_ms']:9.2f}"
                times = f"{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['p99_ratio']:9.1f}"
                print(f"{kind:24}{name:8}{own}{times}", flush=True)
    print("aims: 64 MiB more, and 5 times the quiet p99")
    if options.out:
        options.out.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
