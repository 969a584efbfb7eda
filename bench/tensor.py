"""What a tensor of 1 MiB costs to send and to get back, as JSON with base64 and as raw bytes.

Server and client are a process each; every question and every answer carries the tensor. The floor is bare aiohttp
with `json` and base64 on both sides, without a signature. Prints a table and writes the same numbers as JSON.

    python bench/tensor.py [--requests 200] [--bytes 1048576] [--out tensor.json]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import numpy as np
from aiohttp import web

from taokit.axon import Axon, Route, everyone
from taokit.dendrite import Dendrite, Limits, Manner, Target
from taokit.keys import from_uri
from taokit.protocol import Question, Synapse, Tensor

KINDS = ("JSON + base64 floor", "taokit JSON", "taokit binary")
WARM_UP, ROOM = 10, 64 << 20


class Grow(Synapse):
    """Asks for its own tensor, plus one."""

    values: Tensor | None = Question(None)
    grown: Tensor | None = None


async def grow(message: Grow, caller: object) -> Grow:
    assert message.values is not None
    message.values += 1
    message.grown = message.values
    return message


ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


async def serve(kind: str) -> int:
    if kind != KINDS[0]:
        return await Axon(BOB.ss58, [Route(Grow, grow, max_body=ROOM)], admit=everyone).start("127.0.0.1")

    async def handler(request: web.BaseRequest) -> web.Response:
        values = decoded(json.loads(await request.content.read())["values"])
        values += 1
        return web.Response(body=json.dumps({"grown": encoded(values)}).encode(), content_type="application/json")

    door = web.Server(handler, access_log=None)
    server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def encoded(values: np.ndarray) -> dict[str, object]:
    text = base64.b64encode(values.tobytes()).decode("ascii")
    return {"buffer": text, "dtype": values.dtype.name, "shape": list(values.shape)}


def decoded(value: dict) -> np.ndarray:
    data = base64.b64decode(value["buffer"])
    return np.frombuffer(data, dtype=value["dtype"]).reshape(value["shape"]).copy()


def server_process(kind: str, pipe: Connection) -> None:
    """Serves, says its port, and answers every word with the CPU seconds that this process has used."""

    async def main() -> None:
        pipe.send(await serve(kind))
        while await asyncio.to_thread(pipe.recv) != "stop":
            pipe.send(time.process_time())

    asyncio.run(main())


async def ask_all(kind: str, port: int, values: np.ndarray, count: int) -> None:
    if kind == KINDS[0]:
        async with aiohttp.ClientSession() as session:
            for _ in range(count):
                body = json.dumps({"values": encoded(values)}).encode()
                async with session.post(f"http://127.0.0.1:{port}/", data=body) as response:
                    assert decoded(json.loads(await response.read())["grown"])[0] == 1
        return
    target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=port)
    limits, manner = Limits(answer_bytes=ROOM), Manner(binary=kind == KINDS[2])
    async with Dendrite(ALICE, limits=limits, manner=manner, allow_private=True) as dendrite:
        for _ in range(count):
            reply = await dendrite.ask(target, Grow(values=values))
            assert reply.synapse is not None, reply.error
            assert reply.synapse.grown is not None
            assert reply.synapse.grown[0] == 1


def measured(kind: str, count: int, size: int) -> dict[str, float]:
    """CPU milliseconds per request of both sides, and requests per second one after the other."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=server_process, args=(kind, there), daemon=True)
    process.start()
    port, values = here.recv(), np.zeros(size // 4, dtype="f4")
    asyncio.run(ask_all(kind, port, values, WARM_UP))
    here.send("cpu")
    before, own, begun = here.recv(), time.process_time(), time.perf_counter()
    asyncio.run(ask_all(kind, port, values, count))
    wall, own = time.perf_counter() - begun, time.process_time() - own
    here.send("cpu")
    spent = here.recv() - before
    here.send("stop")
    process.join()
    return {"server_ms": spent / count * 1000, "client_ms": own / count * 1000, "requests_per_s": count / wall}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--bytes", type=int, default=1 << 20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = {kind: measured(kind, options.requests, options.bytes) for kind in KINDS}
    print(f"{'bodies':22}{'server CPU ms':>15}{'client CPU ms':>15}{'requests/s':>12}")
    for kind, row in rows.items():
        print(f"{kind:22}{row['server_ms']:15.2f}{row['client_ms']:15.2f}{row['requests_per_s']:12.0f}")
    floor, plain, packed = (row["server_ms"] + row["client_ms"] for row in rows.values())
    print(
        f"JSON costs {plain / floor:.2f} of the floor (aim: 1.5); binary is {floor / packed:.1f} times cheaper (aim: 3)"
    )
    if options.out:
        options.out.write_text(json.dumps({"bytes": options.bytes, "bodies": rows}, indent=2))


if __name__ == "__main__":
    main()
