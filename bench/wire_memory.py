"""Whether an axon's memory stays flat over many requests.

One process asks over a few connections that stay open, signing each request anew as it goes out, every fourth of them
in the legacy format; the axon, in a process of its own, verifies each. Prints the memory of the axon's process after
every part, its peak, and whether it is flat: the highest after the second half is hardly above that after the first.
Fails unless it is, and unless the axon's handler saw every request with its proven caller. Writes the same as JSON.

    python bench/wire_memory.py [--requests 1000000] [--every 100000] [--connections 16] [--out memory.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from wire_peers import ALICE, BOB, MEASURES, Echo, MiB, Server, echo, pinned, raw, send_all, servers

from taokit.axon import Axon, Caller, Route, everyone
from taokit.protocol import BtauthDraft, LegacyDraft, Nonces, Terminal

SMALL = Echo(text="x" * 188)
ROOM = 4 * MiB  # by which the second half may exceed the first: what the allocator keeps varies


class Served:
    """How many requests of the one caller the handler saw."""

    number = 0

    async def __call__(self, message: Echo, caller: Caller) -> Echo:
        self.number += caller.hotkey == ALICE.ss58
        return await echo(message, caller)


SERVED = Served()
MEASURES["served"] = lambda: SERVED.number


async def serve_axon() -> int:
    return await Axon(BOB.ss58, [Route(Echo, SERVED.__call__)], admit=everyone).start("127.0.0.1")


def signed(count: int, noted: Callable[[int], None], *, every: int) -> Iterator[bytes]:
    """So many requests, each signed when it is asked for; `noted` is called after every part."""
    btauth, legacy, to, nonces = BtauthDraft.of(SMALL), LegacyDraft.of(SMALL), Terminal(hotkey=BOB.ss58), Nonces()
    for number in range(1, count + 1):
        nonce_ns = nonces.next(time.time_ns())
        if number % 4:
            one = btauth.signed(ALICE, receiver=BOB.ss58, nonce_ns=nonce_ns)
        else:
            one = legacy.signed(ALICE, receiver=to, nonce_ns=nonce_ns, uuid="bench")
        yield raw(one.target, one.headers, one.body)
        if number % every == 0:
            noted(number)


class Notes:
    """The memory of the axon as it goes."""

    def __init__(self, server: Server) -> None:
        self._server, self._begun = server, time.perf_counter()
        self.rows: list[dict[str, float]] = []

    def note(self, number: int) -> None:
        now = time.perf_counter()
        past = self.rows[-1] if self.rows else {"requests": 0, "seconds": 0.0}
        row = {"requests": number, "seconds": now - self._begun, "memory": self._server.tell("memory")}
        rate = (number - past["requests"]) / (row["seconds"] - past["seconds"])
        self.rows.append(row)
        print(f"{number:>10} requests {row['memory'] / MiB:8.1f} MiB {rate:8.0f}/s", flush=True)


def verdict(rows: list[dict[str, float]], peak: float) -> dict[str, float | bool]:
    """How much higher it stood after the second half than after the first, and whether that is flat."""
    half = (len(rows) + 1) // 2
    first, second = (max(row["memory"] for row in part) for part in (rows[:half], rows[half:] or rows))
    return {"peak": peak, "grown": second - first, "flat": second - first <= ROOM}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.requests < options.every or options.every < 1 or options.connections < 1:
        parser.error("ask at least one part of at least one request, over at least one connection")
    pinned(1)
    with servers({"axon": serve_axon}) as running:
        server = running["axon"]
        notes = Notes(server)
        requests = signed(options.requests, notes.note, every=options.every)
        asyncio.run(send_all(server.port, requests, options.connections))
        found = verdict(notes.rows, server.tell("peak"))
        served = server.tell("served")
        cpu = {"axon_cpu_ms": server.tell("cpu"), "client_cpu_ms": time.process_time()}
    cpu = {name: seconds / options.requests * 1000 for name, seconds in cpu.items()}
    print(f"peak {found['peak'] / MiB:.1f} MiB; the second half stood {found['grown'] / MiB:+.1f} MiB above the first")
    print(f"{'flat' if found['flat'] else 'NOT flat'}; {served:.0f} of {options.requests} served to their caller")
    print(f"processor time per request: axon {cpu['axon_cpu_ms']:.3f} ms, client {cpu['client_cpu_ms']:.3f} ms")
    if options.out:
        told = {"parts": notes.rows, **found, **cpu, "served": served, "requests": options.requests}
        options.out.write_text(json.dumps(told, indent=2) + "\n")
    sys.exit(0 if found["flat"] and served == options.requests else 1)


if __name__ == "__main__":
    main()
