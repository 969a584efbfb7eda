"""A chain kept in a child process, so that nothing it sends can hold up the event loop that serves miners."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, Literal, Self, cast

from taokit.backends.child import Alive, End, Item, Leave, Message, Question, Said, Setup, framed, messages
from taokit.backends.deadline import within
from taokit.backends.socket import Feed, Limits, again
from taokit.chain import Block, BlockHash, Head, Runtime, Status
from taokit.errors import Disconnected, NetworkError, TaokitError, TimedOut, Unreachable

log = logging.getLogger("taokit.backends")

START_S: Final = 20.0
"""How long a child process may take before it is ready."""
_POLL_S: Final = 0.01  # between two looks whether it has ended
_AGAIN: Final = "ask again: the next question starts another process"


class IsolatedBackend:
    """The chain that some nodes share, in a process of its own. It starts at the first question; close it.

    A process that is killed, or does not react for `Limits.ping_s` and `Limits.call_s`, fails what it was asked with
    `Disconnected`; the next question starts another one. Followers of the heads go on there, and a submission is
    looked for in the blocks.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        cache: Path | None = None,
        genesis: BlockHash | None = None,
        limits: Limits | None = None,
        archive: Sequence[str] = (),
        transport: Literal["native", "substrate_interface"] = "native",
    ) -> None:
        """As for `NativeBackend`; `cache` is the folder for metadata."""
        self._limits = limits or Limits()
        level = log.getEffectiveLevel()
        self._setup = Setup(transport, tuple(urls), tuple(archive), cache, genesis, self._limits, level)
        self._process: Process | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[Process] | None = None
        self._closed = False

    async def runtime(self, at: BlockHash | None = None) -> Runtime:
        return cast("Runtime", await self._ask("runtime", at))

    async def block_hash(self, number: int | None = None) -> BlockHash | None:
        return cast("BlockHash | None", await self._ask("block_hash", number))

    async def block(self, at: BlockHash | None = None) -> Block:
        return cast("Block", await self._ask("block", at))

    async def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        return cast("list[bytes | None]", await self._ask("storage", list(keys), at))

    async def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        return cast("list[bytes]", await self._ask("keys", prefix, start=start, count=count, at=at))

    async def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        return cast("bytes", await self._ask("call", method, data, at))

    async def submit(self, extrinsic: bytes) -> AsyncIterator[Status]:
        """Where it stands. Sent once; when the process is lost, another one looks for it in the blocks."""
        above: int = (await self._ask("best")).number
        question = ("submit", extrinsic)
        while True:
            process = await self._running()
            try:
                async with aclosing(process.stream(*question, limit=self._limits.statuses)) as told:
                    async for status in told:
                        yield status
                return
            except Disconnected:
                if self._closed or process.lost is None:
                    raise
            log.warning("the extrinsic is looked for in the blocks above %d: %s", above, process.lost)
            question = ("traced", extrinsic, above)  # type: ignore[assignment]

    async def heads(self) -> AsyncIterator[Head]:
        """The best block now, and each one that comes; goes on in another process when one is lost."""
        newest = -1
        while True:
            process = await self._running()
            known = newest  # a head that was told before the process was lost is not told again
            try:
                async with aclosing(process.stream("heads", limit=1)) as told:
                    async for head in told:
                        if head.number > known:
                            known, newest = -1, head.number
                            yield head
                return
            except Disconnected:
                if self._closed or process.lost is None:
                    raise
            log.warning("following the heads again: %s", process.lost)

    async def _ask(self, method: str, *args: Any, **options: Any) -> Any:
        return await (await self._running()).ask(method, *args, **options)

    async def _running(self) -> Process:
        """The child process, or a new one."""
        if self._closed:
            raise Disconnected("the chain's connection is closed")
        if self._process is not None and self._process.lost is None:
            return self._process
        task = self._starting = self._starting or asyncio.create_task(Process.start(self._setup))
        await asyncio.wait([task])  # several may wait; one that gives up leaves it to the others
        if self._starting is task:
            self._starting = None
        if task.cancelled():
            raise Disconnected("the chain's connection is closed")
        self._process = process = task.result()
        self._ending.add(process.keeping)
        process.keeping.add_done_callback(self._ending.discard)
        return process

    async def close(self) -> None:
        """End the process, at once; whoever waits for an answer gets `Disconnected`."""
        self._closed = True
        if (starting := self._starting) is not None:
            starting.cancel()
            await asyncio.wait([starting])
        if self._process is not None:
            await self._process.close()
        while self._ending:
            await asyncio.wait(self._ending)


class Process:
    """One child process with a backend in it, from `start` until it ends. What it was asked then fails at once."""

    def __init__(
        self, child: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits
    ):
        self.lost: NetworkError | None = None
        self.pid = child.pid
        self._child, self._writer = child, writer
        self._limits = limits
        self._last = 0
        self._refused: Exception | None = None  # why there is no backend in the process
        self._feeds: dict[int, Feed] = {}
        self._heard = asyncio.Event()
        self._over = asyncio.Event()
        self.keeping: asyncio.Task[None] = asyncio.create_task(
            self._keep(reader), name=f"taokit keeps process {child.pid}"
        )

    @classmethod
    async def start(cls, setup: Setup) -> Self:
        """A process that is ready. Raises `Unreachable` when it is not so in time."""
        here, there = socket.socketpair()
        with there:
            child = _spawned(there)
        process = cls(child, *await asyncio.open_connection(sock=here), setup.limits)
        try:
            process.tell(setup)
            await within(process._heard.wait(), START_S, what="the chain's process was not ready")
        except BaseException:
            await process.close()
            raise
        if process._refused is not None:
            await process.close()
            raise process._refused
        if process.lost is not None:
            await process.close()
            raise Unreachable(f"the chain's process did not start: {process.lost}", hint="see the lines it wrote above")
        return process

    def tell(self, message: Message) -> None:
        """Send a message, if anybody listens."""
        if not self._writer.is_closing():
            self._writer.write(framed(message))

    async def ask(self, method: str, *args: Any, **options: Any) -> Any:
        """What a method of the backend there returns. Raises what it raises, or `Disconnected`."""
        async with aclosing(self.stream(method, *args, limit=2, **options)) as answers:
            return await anext(answers)

    async def stream(self, method: str, *args: Any, limit: int, **options: Any) -> AsyncGenerator[Any, None]:
        """What a method of the backend there yields; of more than `limit` untaken, see `Feed`."""
        if self.lost is not None:
            raise again(self.lost)
        self._last += 1
        id = self._last
        feed = self._feeds[id] = Feed(id, "", limit)
        self.tell(Question(id, method, args, options))
        try:
            while True:
                yield await feed.get()
        except Ended:
            return
        finally:
            if self._feeds.pop(id, None) is not None:
                self.tell(Leave(id))

    async def _keep(self, reader: asyncio.StreamReader) -> None:
        """Listen to the process until it is lost, and see to it that it ends."""
        tasks = [asyncio.create_task(self._read(reader)), asyncio.create_task(self._mind())]
        try:
            await self._over.wait()
        finally:
            for task in tasks:
                task.cancel()
            self._writer.close()
            await asyncio.wait(tasks)
            await self._reap()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        async for message in messages(reader):
            self._heard.set()
            self._take(message)
        self._drop(Disconnected(f"the chain's process {self.pid} ended", hint=_AGAIN))

    def _take(self, message: Message) -> None:
        match message:
            case Item(id, value) if id in self._feeds:
                self._feeds[id].put(value)
            case End(0, error):
                self._refused = error
            case End(id, error) if id in self._feeds:
                self._feeds.pop(id).fail(error if isinstance(error, TaokitError) else Ended())
            case Said(level, text):
                log.log(level, "%s", text)

    async def _mind(self) -> None:
        """Give the process up when it does not react while it is asked something."""
        while self.lost is None:
            await asyncio.sleep(self._limits.ping_s)
            if not self._feeds:
                continue
            self._heard.clear()
            self.tell(Alive())
            try:
                await within(self._heard.wait(), self._limits.call_s)
            except TimedOut:
                self._drop(Disconnected(f"the chain's process {self.pid} does not react", hint=_AGAIN))

    def _drop(self, error: NetworkError) -> None:
        """Fail whatever is under way; the first reason counts."""
        if self.lost is None:
            self.lost = error
            self._heard.set()
            self._over.set()
            for feed in self._feeds.values():
                feed.fail(again(error))

    async def _reap(self) -> None:
        """The process has ended, by force where it takes its time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._limits.close_s
        while self._child.poll() is None:
            if loop.time() > end:
                self._child.kill()
            await asyncio.sleep(_POLL_S)
        log.debug("the chain's process %d ended with code %d", self.pid, self._child.returncode)

    async def close(self) -> None:
        """End the process, whatever it does."""
        self._drop(Disconnected("the chain's connection is closed"))
        await asyncio.wait([self.keeping])


class Ended(TaokitError):
    """A stream has brought everything; nobody outside sees this."""


def _spawned(pair: socket.socket) -> subprocess.Popen[bytes]:
    """A Python that serves one side of a socket pair, with the same modules in reach as here."""
    program = f"import sys; sys.path[:] = {sys.path!r}; from taokit.backends.child import main; "
    return subprocess.Popen(  # noqa: S603  our own interpreter, our own program
        [sys.executable, "-c", program + f"main({pair.fileno()}, {os.getpid()})"],
        stdin=subprocess.DEVNULL,
        pass_fds=[pair.fileno()],
        start_new_session=True,  # a terminal's Ctrl-C is for the parent, which then ends this one
    )


__all__ = ["START_S", "IsolatedBackend", "Process"]
