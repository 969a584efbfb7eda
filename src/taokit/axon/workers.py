"""Several processes that serve one port: started, started again when they die, and stopped together."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

from taokit.axon.tls import not_to_be_had
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.axon")

FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 30.0
STEADY_S: Final = 60.0
"""A worker that lived so long was well: the delay before its successor starts at the first one again."""
KILL_S: Final = 3.0
"""After the drain, for a worker to end by itself."""


class Process(Protocol):
    """A started process; those of `multiprocessing` are such."""

    @property
    def pid(self) -> int | None: ...
    @property
    def exitcode(self) -> int | None: ...
    @property
    def sentinel(self) -> int: ...
    def join(self, timeout: float | None = None) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Pipe(Protocol):
    """Our end of what a worker is heard by; that it closes tells the worker that we are gone."""

    def fileno(self) -> int: ...
    def recv(self) -> object: ...
    def close(self) -> None: ...


Spawn = Callable[[int], tuple[Process, Pipe]]
"""Starts the worker with this number. It sends one word through the pipe when it serves.

Every number that it sends after that is the silence, in seconds, after which it counts as stuck.
"""


@dataclass(slots=True)
class Slot:
    """What stands for one worker, whichever process it is at the moment."""

    number: int
    delay_s: float = FIRST_DELAY_S
    process: Process | None = None
    pipe: Pipe | None = None

    def end(self) -> int | None:
        """End the process now, unless it has ended, and return its exit code."""
        assert self.process is not None
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        if self.pipe is not None:
            self.pipe.close()  # not before: a closed pipe tells a worker to leave
        self.process = self.pipe = None
        return code

    def next_delay(self, lived_s: float) -> float:
        """Seconds before the next process, after one that lived so long."""
        delay_s = FIRST_DELAY_S if lived_s >= STEADY_S else self.delay_s
        self.delay_s = min(2 * delay_s, LONGEST_DELAY_S)
        return delay_s


class Workers:
    """Keeps a number of workers running. `start` returns when all of them serve."""

    def __init__(self, spawn: Spawn, count: int) -> None:
        self._spawn = spawn
        self._places = [Slot(number) for number in range(count)]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start them all. Raises `ConfigurationError` when one ends before it serves; then none is left."""
        serving = [asyncio.Event() for _ in self._places]
        self._tasks = [
            asyncio.create_task(self._keep(place, ready), name=f"taokit worker {place.number}")
            for place, ready in zip(self._places, serving, strict=True)
        ]
        waits = [asyncio.create_task(ready.wait()) for ready in serving]
        try:
            for wait in waits:
                await asyncio.wait([wait, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
                self._raise_failure()
        finally:
            for wait in waits:
                wait.cancel()

    def _raise_failure(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def stop(self, *, drain_s: float) -> None:
        """Tell all of them to drain, for so many seconds at most, and end those that do not."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        alive = [place.process for place in self._places if place.process is not None]
        for process in alive:
            process.terminate()
        try:
            async with asyncio.timeout(drain_s + KILL_S):
                for process in alive:
                    await _readable(process.sentinel)
        except TimeoutError:
            log.warning("not every worker ended within %g s", drain_s + KILL_S)
        for place in self._places:
            if place.process is not None:
                place.end()

    async def _keep(self, place: Slot, ready: asyncio.Event) -> None:
        """One worker after the other in this place, until cancelled; `ConfigurationError` if the first never serves."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            code = await self._life(place, ready)
            if not ready.is_set():
                raise ConfigurationError(
                    f"worker {place.number} ended with {code} before it served", hint="its own lines above say why"
                )
            delay_s = place.next_delay(loop.time() - began)
            log.error("worker %d ended with %s; another one starts in %g s", place.number, code, delay_s)
            await asyncio.sleep(delay_s)

    async def _life(self, place: Slot, ready: asyncio.Event) -> str:
        """One process from its start to its end; how that was."""
        place.process, place.pipe = process, pipe = self._spawn(place.number)
        told = asyncio.create_task(_told(pipe, ready, process))
        try:
            await _readable(process.sentinel)
        finally:
            told.cancel()
            await asyncio.wait([told])
        code = place.end()
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


async def _told(pipe: Pipe, ready: asyncio.Event, process: Process) -> None:
    """Note that the worker serves, and end it when it falls silent.

    A pipe that ends is the end of the process, which is seen elsewhere.
    """
    most_s: float | None = None
    with suppress(EOFError, OSError):
        while True:
            try:
                async with asyncio.timeout(most_s):
                    await _readable(pipe.fileno())
            except TimeoutError:
                log.error("worker process %s has not shown for %g s that it lives, and is ended", process.pid, most_s)
                process.kill()
                return
            said = pipe.recv()
            ready.set()
            most_s = float(said) if isinstance(said, int | float) else most_s


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Event = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


@contextmanager
def reserved_port(host: str, port: int) -> Iterator[int]:
    """A port that workers may share, held for the length of the block; 0 lets the system choose.

    Raises `ConfigurationError` when another program has it, even one that would share it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as held:
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                port = probe.getsockname()[1]
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            held.bind((host, port))
        except OSError as error:
            raise not_to_be_had(error, host, port) from error
        yield port


__all__ = ["Pipe", "Process", "Spawn", "Workers", "reserved_port"]
