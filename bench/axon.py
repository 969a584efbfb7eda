"""What an authenticated request costs an axon, beside bare aiohttp and bare aiohttp plus one signature check.

The three servers run one after the other, each in a process of its own; the client is this process. Every request
of 200 bytes is signed beforehand. Prints a table and writes the same numbers as JSON.

    python bench/axon.py [--requests 6000] [--connections 16] [--out axon.json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import bittensor_core
from aiohttp import web

from taokit.axon import Axon, Route, everyone
from taokit.protocol import BtauthDraft, Synapse, verify

SERVERS = ("bare aiohttp", "bare aiohttp + verify", "axon")
MESSAGE, WARM_UP = b"m" * 280, 500


class Key:
    """A development key that signs."""

    scheme = "sr25519"

    def __init__(self, uri: str) -> None:
        self._pair = bittensor_core.Keypair.create_from_uri(uri)
        self.ss58: str = self._pair.ss58_address
        self.public_key = bytes(self._pair.public_key)

    def sign(self, message: bytes) -> bytes:
        return bytes(self._pair.sign(message))


class Echo(Synapse):
    """Asks for its own text."""

    text: str
    reply: str | None = None


ALICE, BOB = Key("//Alice"), Key("//Bob")
BODY_BYTES = 200
QUESTION = Echo(text="x" * (BODY_BYTES - len('{"text":""}')))


async def echo(message: Echo, caller: object) -> Echo:
    message.reply = message.text
    return message


async def serve_axon() -> int:
    axon = Axon(BOB.ss58, [Route(Echo, echo)], admit=everyone)
    return await axon.start("127.0.0.1")


async def serve_bare(*, check: bool) -> int:
    signature = ALICE.sign(MESSAGE)

    async def handler(request: web.BaseRequest) -> web.Response:
        text = json.loads(await request.read())["text"]
        if check and not verify(ALICE.ss58, MESSAGE, signature):
            raise web.HTTPUnauthorized
        return web.Response(body=json.dumps({"reply": text}).encode(), content_type="application/json")

    door = web.Server(handler, access_log=None)
    server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def server_process(kind: str, pipe: Connection) -> None:
    """Serves, says its port, and answers every word with the CPU seconds that this process has used."""

    async def main() -> None:
        port = await (serve_axon() if kind == "axon" else serve_bare(check=kind != SERVERS[0]))
        pipe.send(port)
        while await asyncio.to_thread(pipe.recv) != "stop":
            pipe.send(time.process_time())

    asyncio.run(main())


class Client(asyncio.Protocol):
    """One connection that asks, waits for the answer, and asks again."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self.requests, self.done, self.buffer = requests, done, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            if b" 200 " not in head[:16]:
                self.done.set_exception(RuntimeError(self.buffer.decode()))
                return
            self.buffer = b""
            self.ask()


def signed_requests(count: int) -> list[bytes]:
    draft, now_ns = BtauthDraft.of(QUESTION), time.time_ns()
    requests = []
    for number in range(count):
        request = draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=now_ns + number)
        head = [f"POST {request.target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(request.body)}"]
        head += [f"{name}: {value}" for name, value in request.headers]
        requests.append("\r\n".join(head).encode() + b"\r\n\r\n" + request.body)
    return requests


async def send_all(port: int, requests: list[bytes], connections: int) -> None:
    loop, left = asyncio.get_running_loop(), iter(requests)
    done = [loop.create_future() for _ in range(connections)]
    for future in done:
        await loop.create_connection(lambda future=future: Client(left, future), "127.0.0.1", port)
    await asyncio.gather(*done)


def measured(kind: str, count: int, connections: int) -> dict[str, float]:
    """Requests per second and CPU milliseconds per request of one server."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=server_process, args=(kind, there), daemon=True)
    process.start()
    port = here.recv()
    asyncio.run(send_all(port, signed_requests(WARM_UP), connections))
    requests = signed_requests(count)
    here.send("cpu")
    before, begun = here.recv(), time.perf_counter()
    asyncio.run(send_all(port, requests, connections))
    wall = time.perf_counter() - begun
    here.send("cpu")
    spent = here.recv() - before
    here.send("stop")
    process.join()
    return {"requests_per_s": count / wall, "cpu_ms_per_request": spent / count * 1000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = {kind: measured(kind, options.requests, options.connections) for kind in SERVERS}
    ratio = rows["axon"]["requests_per_s"] / rows["bare aiohttp + verify"]["requests_per_s"]
    print(f"{'server':24}{'requests/s':>12}{'CPU ms/request':>16}")
    for kind, row in rows.items():
        print(f"{kind:24}{row['requests_per_s']:12.0f}{row['cpu_ms_per_request']:16.3f}")
    print(f"axon serves {ratio:.2f} of the rate of bare aiohttp plus one verify (aim: 0.75, and 0.30 ms)")
    if options.out:
        options.out.write_text(json.dumps({"body_bytes": BODY_BYTES, "servers": rows, "rate_ratio": ratio}, indent=2))


if __name__ == "__main__":
    main()
