"""What the benchmarks of the wire share: servers in processes of their own, and a client that costs next to nothing."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from taokit.keys import from_uri
from taokit.protocol import BtauthDraft, LegacyDraft, Question, Synapse, Tensor, Terminal

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
SERVER_CORE, CLIENT_CORE = 0, 1
MiB = 1 << 20

Serve = Callable[[], Awaitable[int]]
"""Starts a server in the running loop and returns its port. A function of a module, so that a process can find it."""


class Echo(Synapse):
    """Asks for its own text."""

    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


class Grow(Synapse):
    """Asks for its own tensor, plus one."""

    values: Tensor | None = Question(None)
    grown: Tensor | None = None


async def echo(message: Echo, caller: object) -> Echo:
    message.reply = message.text
    return message


async def grow(message: Grow, caller: object) -> Grow:
    assert message.values is not None
    message.values += 1
    message.grown = message.values
    return message


def pinned(core: int) -> None:
    """Keep this process on one core, where there are several to choose from."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


def resident(name: str = "VmRSS") -> int:
    """Bytes of memory that this process holds; the most it ever held with `VmHWM`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {name} in /proc/self/status")


MEASURES: dict[str, Callable[[], float]] = {
    "cpu": time.process_time,
    "memory": resident,
    "peak": partial(resident, "VmHWM"),
    "collect": gc.collect,
    "pid": os.getpid,
}


def _server(serve: Serve, pipe: Connection) -> None:
    pinned(SERVER_CORE)

    async def main() -> None:
        pipe.send(await serve())
        while (word := await asyncio.to_thread(pipe.recv)) != "stop":
            pipe.send(MEASURES[word]())

    asyncio.run(main())


class Server:
    """A server in a process of its own, pinned to a core, that tells what it has used."""

    def __init__(self, serve: Serve) -> None:
        self._pipe, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_server, args=(serve, there), daemon=True)
        self._process.start()
        self.port: int = self._pipe.recv()

    def tell(self, measure: str) -> float:
        """One of `MEASURES`."""
        self._pipe.send(measure)
        return float(self._pipe.recv())

    def stop(self) -> None:
        """End the process."""
        self._pipe.send("stop")
        self._process.join()


@contextmanager
def servers(serves: dict[str, Serve]) -> Iterator[dict[str, Server]]:
    """All of them at once, by name; whoever is not asked costs nothing."""
    running = {name: Server(serve) for name, serve in serves.items()}
    try:
        yield running
    finally:
        for server in running.values():
            server.stop()


class Asker(asyncio.Protocol):
    """One connection that asks, waits for the answer, and asks again."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self._requests, self._done = requests, done
        self._head, self._left = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server ended a connection that asks"))

    def data_received(self, data: bytes) -> None:
        if not self._left:
            self._head += data
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head[:16]:
                self._done.set_exception(RuntimeError(self._head.decode()))
                return
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            self._left, data, self._head = length, body, b""
        self._left -= len(data)
        if not self._left:
            self._ask()


async def send_all(port: int, requests: Iterable[bytes], connections: int) -> None:
    """Send every request, so many at a time, and return when all are answered."""
    loop, left = asyncio.get_running_loop(), iter(requests)
    done = [loop.create_future() for _ in range(connections)]
    for future in done:
        await loop.create_connection(partial(Asker, left, future), "127.0.0.1", port)
    await asyncio.gather(*done)


def raw(target: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"POST {target} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers)]).encode() + b"\r\n\r\n" + body


def btauth(message: Synapse, count: int, *, binary: bool = False) -> list[bytes]:
    """So many requests for Bob, signed now."""
    draft, now_ns = BtauthDraft.of(message, binary=binary), time.time_ns()
    made = (draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=now_ns + number) for number in range(count))
    return [raw(one.target, one.headers, one.body) for one in made]


def legacy(message: Synapse, count: int) -> list[bytes]:
    """So many requests for Bob in the legacy format, signed now."""
    draft, now_ns, to = LegacyDraft.of(message), time.time_ns(), Terminal(hotkey=BOB.ss58)
    made = (draft.signed(ALICE, receiver=to, nonce_ns=now_ns + number, uuid="bench") for number in range(count))
    return [raw(one.target, one.headers, one.body) for one in made]


def slices(
    asked: dict[str, tuple[Server, Callable[[int], list[bytes]]]], *, rounds: int, size: int, connections: int
) -> dict[str, dict[str, float]]:
    """The servers asked by turns, in short slices: the medians of CPU milliseconds per request and requests per second.

    Whatever else the machine does meets all of them alike.
    """
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(rounds + 1):
        for name, (server, make) in asked.items():
            requests = make(size)
            used, begun = server.tell("cpu"), time.perf_counter()
            asyncio.run(send_all(server.port, requests, connections))
            wall, used = time.perf_counter() - begun, server.tell("cpu") - used
            found[name].append((used / size * 1000, size / wall))
    return {
        name: {"cpu_ms": median(cpu for cpu, _ in rows[1:]), "requests_per_s": median(rate for _, rate in rows[1:])}
        for name, rows in found.items()
    }
