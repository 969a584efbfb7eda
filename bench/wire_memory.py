"""Whether an axon's memory stays flat over many requests.

Prints the memory of the axon's process after each part, and how many bytes a request added since the replay memory was
full of what is still fresh. Writes the same numbers as JSON.

    python bench/wire_memory.py [--requests 1000000] [--parts 20] [--out memory.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

from wire_peers import BOB, Echo, MiB, btauth, echo, legacy, pinned, send_all, servers

from taokit.axon import Axon, Route, everyone

SMALL = Echo(text="x" * 188)
AT_ONCE = 2000  # requests that are signed together


async def serve_axon() -> int:
    return await Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone).start("127.0.0.1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    pinned(1)
    rows, part = [], options.requests // options.parts
    with servers({"axon": serve_axon}) as running:
        server = running["axon"]
        for number in range(options.parts):
            begun = time.perf_counter()
            for round_ in range(part // AT_ONCE):
                make = legacy if round_ % 4 == 3 else btauth
                asyncio.run(send_all(server.port, make(SMALL, AT_ONCE), 16))
            rows.append({"requests": (number + 1) * part, "memory": server.tell("memory")})
            rate = part / (time.perf_counter() - begun)
            print(
                f"{rows[-1]['requests']:>10.0f} requests {rows[-1]['memory'] / MiB:8.1f} MiB {rate:8.0f}/s", flush=True
            )
    half = rows[len(rows) // 2]
    grown = (rows[-1]["memory"] - half["memory"]) / max(1, rows[-1]["requests"] - half["requests"])
    print(f"the second half added {grown:.2f} bytes per request")
    if options.out:
        options.out.write_text(json.dumps({"parts": rows, "bytes_per_request": grown}, indent=2))


if __name__ == "__main__":
    main()
