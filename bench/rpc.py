"""A devnet over its socket: the metagraph of 256 uids, 100 clients that poll, memory, and how soon it answers.

`python bench/rpc.py [--json FILE]`. Beside each figure of the socket stands the bare limit: an empty call on the same
connection, the same blocks with nobody connected, and what imports alone take. Times are of the wall; where other
programs share the machine, those of the processor beside them say more.
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

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
IMPORTS = [sys.executable, "-c", "import numpy, typer, aiohttp.web, bittensor_core, pydantic"]
STARTS = 5
BLOCK_S = 0.05
AIMS = {
    "metagraph, new block (ms)": 5,
    "the same again (ms)": 1,
    "start to the first answer (s)": 1,
    "memory after 10,000 busy blocks (MB)": 500,
}
"""At most."""


def subnet() -> Devnet:
    return Devnet.subnet(miners=UIDS - VALIDATORS - 1, validators=VALIDATORS, seed=1)


async def timed(
    name: str, work: Callable[[], Awaitable[object]], before: Callable[[], object] = lambda: None, repeats: int = 40
) -> dict[str, float]:
    """Medians of so many runs, each after its own preparation: of the wall, and of the processor, both ends of it."""
    wall, cpu = [], []
    for _ in range(repeats):
        before()
        start, worked = time.perf_counter(), time.process_time()
        await work()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - worked)
    middle = repeats // 2
    return {f"{name} (ms)": 1e3 * sorted(wall)[middle], f"{name}, processor (ms)": 1e3 * sorted(cpu)[middle]}


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
            **await timed("metagraph, new block", lambda: ask(METAGRAPH), devnet.mine),
            **await timed("the same again", lambda: ask(METAGRAPH)),
            **await timed("empty call", lambda: ask(EMPTY)),
        }


async def polling() -> dict[str, float]:
    """How late a block of a clock of 50 ms comes at most, alone and with 100 clients that poll."""
    return {**await _latest("alone", 0), **await _latest(f"with {CLIENTS} clients", CLIENTS)}


async def _latest(name: str, clients: int) -> dict[str, float]:
    devnet = subnet()
    moments: list[tuple[float, float]] = []
    gc.freeze()  # as the command does
    async with Server(devnet, port=0, block_time_s=BLOCK_S) as server:

        async def watch() -> None:
            async for _ in devnet.async_backend().heads():
                moments.append((time.perf_counter(), time.process_time()))  # noqa: PERF401 - read while it grows

        watching = asyncio.create_task(watch())
        url = f"ws://127.0.0.1:{server.port}"
        child = await asyncio.create_subprocess_exec(sys.executable, __file__, "--poll", url, str(clients))
        await child.wait()
        watching.cancel()
    gc.unfreeze()
    pauses = [later[0] - earlier[0] for earlier, later in pairwise(moments)]
    work = max(later[1] - earlier[1] for earlier, later in pairwise(moments))
    return {
        f"a block late at most, {name} (ms)": (max(pauses) - BLOCK_S) * 1e3,
        f"the middle one, {name} (ms)": (sorted(pauses)[len(pauses) // 2] - BLOCK_S) * 1e3,
        f"most work between two, {name} (ms)": work * 1e3,
    }


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
    """Seconds from the start of the command to its first answered call, and of the imports it cannot do without."""
    with TemporaryDirectory() as folder:  # byte code as an installer leaves it, also where none is to be written
        installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        installed["PYTHONPYCACHEPREFIX"] = folder
        started = [_started(installed) for _ in range(STARTS)]
        imports = []
        for _ in range(STARTS):
            start = time.perf_counter()
            subprocess.run(IMPORTS, check=True, env=installed)
            imports.append(time.perf_counter() - start)
    return {
        "start to the first answer (s)": min(wall for wall, _ in started),
        "start to the end, processor (s)": min(cpu for _, cpu in started),
        "imports of others' packages (s)": min(imports),
    }


def _started(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of the wall until the first answer, and of the processor until the end right after it."""
    start = time.perf_counter()
    child = subprocess.Popen(START, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    url = json.loads(child.stdout.readline())["url"]
    asyncio.run(_ask_once(url))
    wall = time.perf_counter() - start
    child.terminate()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return wall, used.ru_utime + used.ru_stime


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
    figures |= {f"{name} / aim": figures[name] / aim for name, aim in AIMS.items()}
    figures["metagraph again / empty call, processor"] = (
        figures["the same again, processor (ms)"] / figures["empty call, processor (ms)"]
    )
    for name, value in figures.items():
        print(f"{name:46}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
