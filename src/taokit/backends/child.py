"""A chain in a process of its own: what runs there. `IsolatedBackend` starts it and asks it over a socket pair."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from taokit.backends.cache import MetadataCache
from taokit.backends.native import NativeBackend
from taokit.backends.socket import Limits
from taokit.backends.substrate_interface import SubstrateInterfaceBackend
from taokit.chain import BlockHash
from taokit.errors import Disconnected, TaokitError

log = logging.getLogger("taokit.backends")

PARENT_S: Final = 1.0
"""How often the process looks whether the one that started it is still there."""
_SIZE: Final = 4


@dataclass(frozen=True, slots=True)
class Setup:
    """What the process keeps: everything that it must not read in its arguments, where others could see it."""

    transport: Literal["native", "substrate_interface"]
    urls: tuple[str, ...]
    archive: tuple[str, ...]
    cache: Path | None  # the folder for metadata
    genesis: BlockHash | None
    limits: Limits
    log_level: int

    def backend(self) -> NativeBackend:
        """The backend, not connected yet. Raises `ConfigurationError` where a library is missing."""
        kind = NativeBackend if self.transport == "native" else SubstrateInterfaceBackend
        cache = None if self.cache is None else MetadataCache(self.cache)
        return kind(self.urls, cache=cache, genesis=self.genesis, limits=self.limits, archive=self.archive)


@dataclass(frozen=True, slots=True)
class Question:
    """A method of the backend, to be called; what it yields, or returns, comes back under this number."""

    id: int
    method: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Nobody waits for this question any more."""

    id: int


@dataclass(frozen=True, slots=True)
class Item:
    """A value for a question; the last one, unless the question asked for a stream."""

    id: int
    value: Any


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes for a question; `error` says why, where it should have."""

    id: int
    error: Exception | None


@dataclass(frozen=True, slots=True)
class Said:
    """A line for the log."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The process is ready, or has heard a ping."""


Message: TypeAlias = Setup | Question | Leave | Item | End | Said | Alive


def framed(message: Message) -> bytes:
    """A message as bytes: its size, then the message."""
    body = pickle.dumps(message)
    return len(body).to_bytes(_SIZE, "big") + body


async def messages(reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """What the other process sends, until it ends."""
    try:
        while True:
            size = int.from_bytes(await reader.readexactly(_SIZE), "big")
            yield pickle.loads(await reader.readexactly(size))  # noqa: S301  it comes from our own code, on a private pair
    except (asyncio.IncompleteReadError, OSError):
        return


class Desk:
    """Carries out questions, each in a task of its own."""

    def __init__(self, backend: NativeBackend, writer: asyncio.StreamWriter) -> None:
        self._backend, self._writer = backend, writer
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def take(self, message: Message) -> None:
        """Begin what a message asks for."""
        match message:
            case Question(id):
                task = self._tasks[id] = asyncio.create_task(self._carry_out(message))
                task.add_done_callback(lambda _: self._tasks.pop(id, None))
            case Leave(id):
                if id in self._tasks:
                    self._tasks[id].cancel()
            case Alive():
                self.tell(message)

    def tell(self, message: Message) -> None:
        """Send a message, if anybody listens."""
        if not self._writer.is_closing():
            self._writer.write(framed(message))

    async def _carry_out(self, question: Question) -> None:
        error: Exception | None = None
        try:
            asked = getattr(self._backend, question.method)(*question.args, **(question.options or {}))
            if hasattr(asked, "__aiter__"):
                await self._stream(question.id, asked)
            else:
                self.tell(Item(question.id, await asked))
        except TaokitError as refusal:
            error = refusal.with_traceback(None)
        except Exception as mistake:
            log.exception("%s failed", question.method)
            error = Disconnected(f"the chain's process could not {question.method}: {mistake!r}")
        self.tell(End(question.id, error))
        await self._writer.drain()

    async def _stream(self, id: int, items: Any) -> None:
        try:
            async for item in items:
                self.tell(Item(id, item))
                await self._writer.drain()
        finally:
            await items.aclose()

    async def close(self) -> None:
        """End everything that is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._backend.close()


class Telling(logging.Handler):
    """Hands the log's lines to the process that started this one."""

    def __init__(self, desk: Desk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._desk, self._loop = desk, loop

    def emit(self, record: logging.LogRecord) -> None:
        self._loop.call_soon_threadsafe(self._desk.tell, Said(record.levelno, self.format(record)))


async def serve(pair: socket.socket, parent: int) -> None:
    """Answer questions until the other process closes its side, or is gone."""
    reader, writer = await asyncio.open_connection(sock=pair)
    asking = messages(reader)
    setup = await anext(asking, None)
    if not isinstance(setup, Setup):
        return
    try:
        backend = setup.backend()
    except TaokitError as error:
        writer.write(framed(End(0, error)))
        writer.close()
        return
    desk = Desk(backend, writer)
    telling = Telling(desk, asyncio.get_running_loop())
    log.addHandler(telling)
    log.setLevel(setup.log_level)
    desk.tell(Alive())
    listening = asyncio.create_task(_listen(asking, desk))
    while not listening.done() and os.getppid() == parent:  # a sibling may have inherited the pair, and keep it open
        await asyncio.wait([listening], timeout=PARENT_S)
    log.removeHandler(telling)
    listening.cancel()
    await desk.close()
    writer.close()


async def _listen(asking: AsyncIterator[Message], desk: Desk) -> None:
    async for message in asking:
        desk.take(message)


def main(fd: int, parent: int) -> None:
    """Serve the socket pair of this descriptor, for the process of this number."""
    asyncio.run(serve(socket.socket(fileno=fd), parent))


__all__ = [
    "PARENT_S",
    "Alive",
    "Desk",
    "End",
    "Item",
    "Leave",
    "Message",
    "Question",
    "Said",
    "Setup",
    "Telling",
    "framed",
    "main",
    "messages",
    "serve",
]
