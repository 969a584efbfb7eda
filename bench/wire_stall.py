"""How long the first request of each kind keeps an axon's event loop from anything else.

Each case is a fresh process, in which an axon and its first caller share the loop with a task that wakes every
millisecond; the longest time between two wakings is printed, less that millisecond. The question is signed before. The
time for which the caller holds the loop counts too. No axon imports torch, so there is no import of it to wait for.

    python bench/wire_stall.py [--out stall.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from wire_peers import BOB, Echo, Grow, MiB, btauth, echo, grow, legacy, pinned, send_all

from taokit.axon import Axon, Route, everyone

STEP_S = 0.001
CASES: dict[str, Callable[[], list[bytes]]] = {
    "nothing": list,
    "first request, btauth": lambda: btauth(Echo(text="x" * 100), 1),
    "first request, legacy": lambda: legacy(Echo(text="x" * 100), 1),
    "first tensor of 1 MiB": lambda: btauth(Grow(values=np.zeros(MiB // 4, "f4")), 1),
    "first binary tensor": lambda: btauth(Grow(values=np.zeros(MiB // 4, "f4")), 1, binary=True),
}


async def heartbeat(longest: list[float]) -> None:
    """Note the longest time between two wakings, in seconds, until cancelled."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(STEP_S)
        now = time.perf_counter()
        longest[0], last = max(longest[0], now - last - STEP_S), now


async def stalled(name: str) -> float:
    """Milliseconds for which the first request of this kind held the loop."""
    axon = Axon(BOB.ss58, [Route(Echo, echo), Route(Grow, grow, max_body=8 * MiB)], admit=everyone)
    port = await axon.start("127.0.0.1")
    requests = CASES[name]()
    longest = [0.0]
    beating = asyncio.create_task(heartbeat(longest))
    await asyncio.sleep(0.02)
    longest[0] = 0.0
    await send_all(port, requests, 1)
    await asyncio.sleep(0.02)
    beating.cancel()
    await axon.stop(drain_s=0)
    return longest[0] * 1000


def case(name: str) -> float:
    """What a fresh process runs."""
    pinned(1)
    return asyncio.run(stalled(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="processes for each case; the least stall counts")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    context, found = multiprocessing.get_context("spawn"), {}
    for name in CASES:
        with context.Pool(1, maxtasksperchild=1) as pool:
            found[name] = min(pool.map(case, [name] * options.times, chunksize=1))
        print(f"{name:26}{found[name]:8.2f} ms")
    print("aim: 50 ms")
    if options.out:
        options.out.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
