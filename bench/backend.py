"""What a websocket costs: the first read of a client with warm metadata, and a metagraph of 256 uids.

The node is a devnet in a process of its own, on loopback. Beside each figure stands the same without taokit: a bare
aiohttp websocket that sends the same requests, and the same read of a chain inside this process. Own time is wall time
less that of the bare websocket. Prints a table and writes the same numbers as JSON.

    python bench/backend.py [--repeats 40] [--out backend.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from taokit.backends import MetadataCache, NativeBackend, codec_of, within
from taokit.backends.codec import codec_of as built
from taokit.chain import AsyncChain, calls, reads
from taokit.connect import connection
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server

UIDS, VALIDATORS = 256, 64
GRAPH = reads.metagraph
Requests = list[tuple[str, list[object]]]


def chain() -> Devnet:
    """A subnet in which each validator has weights and bonds on every miner."""
    devnet = Devnet.subnet(miners=UIDS - VALIDATORS - 1, validators=VALIDATORS, auto=False, WeightsSetRateLimit=0)
    graph = devnet.chain().read(GRAPH(1))
    miners = [uid for uid in range(UIDS) if not graph.validator_permit[uid]]
    for k in range(VALIDATORS):
        weights = [65535 - (uid * 31 + k * 97) % 60000 for uid in miners]
        devnet.chain().submit(calls.set_weights(1, miners, weights), account(f"validator/{k}"), wait=None)
        if k % 8 == 7:
            devnet.mine()
    for _ in range(2):
        devnet.next_epoch()
    return devnet


def node_process(pipe: Connection) -> None:
    """Serves, says its port, and ends at the first word."""

    async def main() -> None:
        server = Server(chain(), port=0)
        pipe.send(await server.start())
        await asyncio.to_thread(pipe.recv)
        await server.stop()

    asyncio.run(main())


class Recorder(NativeBackend):
    """Notes what it asks."""

    def __init__(self, url: str, cache: MetadataCache) -> None:
        super().__init__([url], cache=cache)
        self.asked: Requests = []
        ask = self._endpoints.ask

        async def noted(method, *params, reading):  # type: ignore[no-untyped-def]
            self.asked.append((method, list(params)))
            return await ask(method, *params, reading=reading)

        self._endpoints.ask = noted  # type: ignore[method-assign]


async def bare(socket: aiohttp.ClientWebSocketResponse, requests: Requests) -> None:
    """The same questions over a bare websocket."""
    for id, (method, params) in enumerate(requests):
        await socket.send_str(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
        json.loads((await socket.receive()).data)


async def connected_bare(url: str, requests: Requests) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await bare(socket, requests)


async def milliseconds(work: Callable[[], Awaitable[object]], repeats: int) -> float:
    """The best of some runs."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - begun)
    return best * 1e3


async def measured(url: str, folder: Path, repeats: int) -> dict[str, float]:
    recorder = Recorder(url, MetadataCache(folder))
    await AsyncChain(recorder, codec_of, within).read(reads.block_number())  # which warms the cache
    first, recorder.asked = [("chain_getBlockHash", [0]), *recorder.asked], []
    await AsyncChain(recorder, codec_of, within).read(GRAPH(1))
    graph, recorder.asked = recorder.asked, []
    await AsyncChain(recorder, codec_of, within).read(GRAPH(1, weights=True, bonds=True))
    rows, recorder.asked = recorder.asked, []
    first, graph, rows = ([one for one in asked if "Metadata" not in str(one)] for asked in (first, graph, rows))

    async def first_read() -> None:
        built.cache_clear()
        async with AsyncChain(NativeBackend([url], cache=MetadataCache(folder)), codec_of, within) as chain:
            await chain.read(reads.block_number())

    inside = chain().async_chain()
    over = AsyncChain(recorder, codec_of, within)
    whole = await inside.read(GRAPH(1, weights=True, bonds=True))
    assert (len(whole.weights), len(whole.bonds)) == (VALIDATORS, VALIDATORS), (len(whole.weights), len(whole.bonds))
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, max_msg_size=1 << 26) as socket,
        connection(url, cache=folder) as threaded,
        connection(url, cache=folder, isolated=True) as isolated,
    ):
        figures = {
            "first read": await milliseconds(first_read, repeats),
            "first read, bare": await milliseconds(lambda: connected_bare(url, first), repeats),
            "metagraph": await milliseconds(lambda: over.read(GRAPH(1)), repeats),
            "metagraph, bare": await milliseconds(lambda: bare(socket, graph), repeats),
            "metagraph, in process": await milliseconds(lambda: inside.read(GRAPH(1)), repeats),
            "metagraph, by connection": await milliseconds(lambda: threaded.read(GRAPH(1)), repeats),
            "metagraph, isolated": await milliseconds(lambda: isolated.read(GRAPH(1)), repeats),
            "with rows": await milliseconds(lambda: over.read(GRAPH(1, weights=True, bonds=True)), repeats),
            "with rows, bare": await milliseconds(lambda: bare(socket, rows), repeats),
            "with rows, by connection": await milliseconds(
                lambda: threaded.read(GRAPH(1, weights=True, bonds=True)), repeats
            ),
        }
    await recorder.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=node_process, args=(there,), daemon=True)
    process.start()
    there.close()
    with TemporaryDirectory() as folder:
        url = f"ws://127.0.0.1:{here.recv()}"
        figures = asyncio.run(measured(url, Path(folder), options.repeats))
    here.send("stop")
    process.join()
    show(figures)
    if options.out:
        options.out.write_text(json.dumps({"uids": UIDS, **figures}, indent=2) + "\n")


def show(figures: dict[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name:24}{value:10.2f} ms")
    own = figures["first read"] - figures["first read, bare"]
    rows = figures["with rows"] - figures["with rows, bare"]
    print(f"with weights and bonds of {VALIDATORS} validators: {rows:.1f} ms of its own (aim: 5)")
    inside = figures["metagraph"] / figures["metagraph, in process"]
    outside = figures["metagraph"] / figures["metagraph, bare"]
    print(f"first read after connecting: {own:.1f} ms of its own (aim: 50)")
    print(f"metagraph of {UIDS} uids: {inside:.2f} of one in process, {outside:.2f} of its bytes over a bare websocket")


if __name__ == "__main__":
    main()
