"""Time of asking 256 axons at once, beside bare aiohttp plus 256 signatures in the same run.

`python bench/dendrite.py [--json FILE]`. The axons are 256 ports of one bare aiohttp server in a process of its own,
which answers without looking. "warm" reuses the connections of the round before, "cold" opens all of them, "warm cpu"
is the processor time of the warm rounds in the client. Then rounds in which a tenth of the axons are dead ports and a
tenth take the question and never answer: how long after its deadline such a round returns.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web
from wire_peers import ALICE, BOB, Echo

from taokit.dendrite import Dendrite, Target

AXONS, ROUNDS = 256, 15
TROUBLED_ROUNDS, DEADLINE_S = 100, 0.5


def serve(ready: Connection) -> None:
    """Answer every request on 256 ports until the process is ended."""
    asyncio.run(_serve(ready))


async def _serve(ready: Connection) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b'{"reply": "out"}', content_type="application/json")

    app = web.Application()
    app.router.add_post("/Echo", answer)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=60)
    await runner.setup()
    for _ in range(AXONS):
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=64).start()
    stalling = await asyncio.start_server(_stall, "127.0.0.1", 0, backlog=AXONS)
    ready.send(([address[1] for address in runner.addresses], stalling.sockets[0].getsockname()[1]))
    await asyncio.Event().wait()


async def _stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # to its end: nothing comes back
    writer.close()


async def seconds(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Wall and processor time."""
    began, worked = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - began, time.process_time() - worked


def bare_round(session: aiohttp.ClientSession, ports: list[int]) -> Callable[[], Awaitable[object]]:
    body = json.dumps({"text": "in"}).encode()

    async def one(port: int) -> bytes:
        async with session.post(f"http://127.0.0.1:{port}/Echo", data=body) as response:
            return await response.read()

    return lambda: asyncio.gather(*map(one, ports))


def bare_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


def dendrite(format: str) -> Dendrite:
    return Dendrite(ALICE, format=format, allow_private=True)


def dendrite_round(client: Dendrite, ports: list[int]) -> Callable[[], Awaitable[object]]:
    targets = [Target(uid, BOB.ss58, "127.0.0.1", port) for uid, port in enumerate(ports)]

    async def ask() -> None:
        replies = await client.ask_all(targets, Echo(text="in"))
        assert all(reply.ok for reply in replies)

    return ask


async def warm(ports: list[int]) -> dict[str, dict[str, float]]:
    """Median seconds, of the wall and of the processor, of a round on open connections.

    The clients take turns, so that noise hits all.
    """
    async with bare_session() as session, dendrite("btauth/1") as btauth, dendrite("legacy") as legacy:
        rounds = {
            "bare": bare_round(session, ports),
            "btauth/1": dendrite_round(btauth, ports),
            "legacy": dendrite_round(legacy, ports),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in rounds}
        for _ in range(ROUNDS + 2):
            for name, work in rounds.items():
                taken[name].append(await seconds(work))
    return {
        row: {name: statistics.median(both[which] for both in times[2:]) for name, times in taken.items()}
        for which, row in enumerate(("warm", "warm cpu"))
    }


async def troubled(ports: list[int], stalling: int) -> dict[str, float]:
    """Seconds by which rounds with dead and stalling axons outlast their deadline: median, 99th percentile, largest."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = unused.getsockname()[1]  # bound and not listening: refuses
        tenth = AXONS // 10
        where = [dead] * tenth + [stalling] * tenth + ports[2 * tenth :]
        targets = [Target(uid, BOB.ss58, "127.0.0.1", port) for uid, port in enumerate(where)]
        late = []
        async with dendrite("btauth/1") as client:
            for _ in range(TROUBLED_ROUNDS):
                began = time.perf_counter()
                replies = await client.ask_all(targets, Echo(text="in"), timeout_s=DEADLINE_S)
                late.append(time.perf_counter() - began - DEADLINE_S)
                words = [reply.outcome for reply in replies]
                assert words == ["unreachable"] * tenth + ["timeout"] * tenth + ["ok"] * (AXONS - 2 * tenth)
    late.sort()
    return {"p50": statistics.median(late), "p99": late[math.ceil(0.99 * len(late)) - 1], "max": late[-1]}


async def cold(ports: list[int]) -> dict[str, float]:
    """Median seconds of a round that opens every connection."""
    taken: dict[str, list[float]] = {"bare": [], "btauth/1": [], "legacy": []}
    for _ in range(ROUNDS):
        async with bare_session() as session:
            taken["bare"].append((await seconds(bare_round(session, ports)))[0])
        for kind in ("btauth/1", "legacy"):
            async with dendrite(kind) as client:
                taken[kind].append((await seconds(dendrite_round(client, ports)))[0])
    return {name: statistics.median(times) for name, times in taken.items()}


def signatures() -> float:
    """Seconds for one signature per axon."""
    message = bytes(300)
    began = time.perf_counter()
    for _ in range(AXONS):
        ALICE.sign(message)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    ports, stalling = here.recv()
    signing = statistics.median(signatures() for _ in range(ROUNDS))
    rows = {**asyncio.run(warm(ports)), "cold": asyncio.run(cold(ports))}
    late = asyncio.run(troubled(ports, stalling))
    server.terminate()
    print(f"{AXONS} axons, {os.cpu_count()} cores; milliseconds per round, median of {ROUNDS}")
    print(f"{'':9}{'bare':>8}{'+ signatures':>14}{'btauth/1':>10}{'ratio':>7}{'legacy':>9}{'ratio':>7}")
    results: dict[str, dict[str, float]] = {}
    for name, row in rows.items():
        bound = row["bare"] + signing
        results[name] = {
            **row,
            "signatures": signing,
            "ratio": row["btauth/1"] / bound,
            "legacy_ratio": row["legacy"] / bound,
        }
        print(
            f"{name:9}{row['bare'] * 1e3:8.1f}{bound * 1e3:14.1f}{row['btauth/1'] * 1e3:10.1f}"
            f"{results[name]['ratio']:7.2f}{row['legacy'] * 1e3:9.1f}{results[name]['legacy_ratio']:7.2f}"
        )
    results["troubled"] = late
    print(
        f"a tenth dead, a tenth stalling: {TROUBLED_ROUNDS} rounds return "
        f"{late['p50'] * 1e3:.1f} ms after their deadline (median), {late['p99'] * 1e3:.1f} ms (p99), "
        f"{late['max'] * 1e3:.1f} ms (largest)"
    )
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
