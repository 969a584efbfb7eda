"""A devnet over its socket: the metagraph of 256 uids, 100 clients that poll, memory, and how soon it answers.

`python bench/rpc.py [--json FILE]`. Beside each figure of the socket stands the bare limit: an empty call on the same
connection, and the same blocks with nobody connected.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import aiohttp

from taokit.chain import calls
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import Devnet, account, codec_of
from taokit.devnet.rpc import Server

UIDS, VALIDATORS = 256, 64
CLIENTS, POLLS = 100, 20
BUSY_BLOCKS, BUSY_TRANSFERS = 10_000, 4
METAGRAPH = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "state_call",
    "params": ["SubnetInfoRuntimeApi_get_metagraph", "0x0100"],
}
EMPTY = {"jsonrpc": "2.0", "id": 1, "method": "system_chain", "params": []}
START = [sys.executable, "-m", "taokit", "devnet", "--port", "0", "--json"]


def subnet() -> Devnet:
    return Devnet.subnet(miners=UIDS - VALIDATORS - 1, validators=VALIDATORS, seed=1)


async def seconds(work: Callable[[], Awaitable[object]], before: Callable[[], object], repeats: int = 20) -> float:
    """The median of so many runs, each after its own preparation."""
    taken = []
    for _ in range(repeats):
        before()
        start = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[repeats // 2]


async def metagraph() -> dict[str, float]:
    """Milliseconds of one metagraph at a new block, at the same one again, and of an empty call."""
    devnet = subnet()
    async with (
        Server(devnet, port=0) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{server.port}", max_msg_size=0) as socket,
    ):

        async def ask(message: object) -> None:
            await socket.send_json(message)
            await socket.receive()

        return {
            "metagraph, new block (ms)": 1e3 * await seconds(lambda: ask(METAGRAPH), devnet.mine),
            "the same again (ms)": 1e3 * await seconds(lambda: ask(METAGRAPH), lambda: None),
            "empty call (ms)": 1e3 * await seconds(lambda: ask(EMPTY), lambda: None),
        }


async def polling() -> dict[str, float]:
    """The longest pause between two blocks of a clock of 50 ms, alone and with 100 clients that poll."""
    return {
        "longest pause alone (ms)": await _longest_pause(0) * 1e3,
        "with 100 clients (ms)": await _longest_pause(CLIENTS) * 1e3,
    }


async def _longest_pause(clients: int) -> float:
    devnet = subnet()
    moments: list[float] = []
    async with Server(devnet, port=0, block_time_s=0.05) as server:

        async def watch() -> None:
            async for _ in devnet.async_backend().heads():
                moments.append(time.perf_counter())  # noqa: PERF401 - read while it grows

        watching = asyncio.create_task(watch())
        url = f"ws://127.0.0.1:{server.port}"
        child = await asyncio.create_subprocess_exec(sys.executable, __file__, "--poll", url, str(clients))
        await child.wait()
        watching.cancel()
    return max(later - earlier for earlier, later in pairwise(moments))


async def poll(url: str, clients: int) -> None:
    """So many clients, in a process of their own, that ask for the metagraph ten times a second."""

    async def one(session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(url, max_msg_size=0) as socket:
            for _ in range(POLLS):
                for message in (METAGRAPH, EMPTY):
                    await socket.send_json(message)
                    await socket.receive()
                await asyncio.sleep(0.1)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(asyncio.sleep(2.0), *(one(session) for _ in range(clients)))


def memory() -> dict[str, float]:
    """Megabytes of a process after 10,000 blocks of a busy subnet, each with four transfers."""
    devnet = subnet()
    devnet.auto = False
    codec, backend = codec_of(devnet.backend().runtime()), devnet.backend()
    genesis = backend.block_hash(0)
    assert genesis is not None
    alice, bob = account("Alice"), account("Bob")
    call = codec.compose(calls.transfer_keep_alive(bob.ss58, 1))
    start = time.perf_counter()
    for block in range(BUSY_BLOCKS):
        for k in range(BUSY_TRANSFERS):
            backend.submit(sign(codec, call, alice, Terms(genesis, devnet.head, block * BUSY_TRANSFERS + k)))
        devnet.mine()
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"memory after 10,000 busy blocks (MB)": peak, "busy blocks a second": BUSY_BLOCKS / took}


def first_answer() -> dict[str, float]:
    """Seconds from the start of the command to its first answered call."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        child = subprocess.Popen(START, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        url = json.loads(child.stdout.readline())["url"]
        asyncio.run(_ask_once(url))
        best = min(best, time.perf_counter() - start)
        child.terminate()
        child.wait()
    return {"start to the first answer (s)": best}


async def _ask_once(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_json(EMPTY)
        await socket.receive()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--poll", nargs=2, metavar=("URL", "CLIENTS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.poll:
        asyncio.run(poll(options.poll[0], int(options.poll[1])))
        return
    figures = asyncio.run(metagraph()) | asyncio.run(polling()) | first_answer() | memory()
    for name, value in figures.items():
        print(f"{name:40}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
