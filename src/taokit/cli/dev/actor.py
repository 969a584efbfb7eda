"""One part of a play in a process of its own: started, heard, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any, Final

from taokit.cli.dev.cast import Part
from taokit.cli.dev.child import PATIENCE_S, Orders
from taokit.cli.dev.history import Standing
from taokit.errors import ConfigurationError, LocalError, TaokitError

log = logging.getLogger("taokit.dev")

START_S: Final = 60.0
"""Seconds that a process has to serve."""
LEAVE_S: Final = PATIENCE_S + 0.2
"""Seconds that a process has to leave; then it is killed."""
_LINE: Final = 1 << 20  # bytes of what a process says at once
_WORDS: Final = 1 << 16  # bytes of its stderr that are shown together


class Actor:
    """One part, whichever process plays it at the moment."""

    def __init__(self, part: Part, news: asyncio.Event) -> None:
        self.part = part
        self.port = 0  # where it served last
        self.standing: Standing | None = None
        self.process: Process | None = None
        self.pending = True  # whether the process that is to play it is on its way
        self._news = news
        self._serves = asyncio.Event()
        self._refused: TaokitError | None = None
        self._done = -1  # the last block that it has dealt with
        self._waits = False  # for a block, to hold its extrinsic

    def busy(self, number: int, *, more: bool) -> bool:
        """Whether it has block `number` still to deal with, or is about to come.

        One that waits for its extrinsic is not while there are `more` in the pool; else it will hear of it at once.
        """
        if self.process is None:
            return self.pending
        return not (self._serves.is_set() and (self._done >= number or (self._waits and more)))

    @property
    def pid(self) -> int | None:
        """The process that plays it now; None while there is none."""
        return None if self.process is None else self.process.pid

    async def start(self, orders: Orders) -> None:
        """Start a process, and return when it serves. Raises what kept it from that."""
        self._serves, self._refused, self._done, self._waits = asyncio.Event(), None, -1, False
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "taokit.cli.dev.child", stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=_LINE,
            start_new_session=True,  # so that Ctrl-C on a terminal is one process's to answer
        )  # fmt: skip
        self._listener = asyncio.create_task(self._listen(process), name=f"taokit {self.part.name}")
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(orders.line().encode())
            await process.stdin.drain()
        await self._until_it_serves()

    async def _until_it_serves(self) -> None:
        serves = asyncio.create_task(self._serves.wait())
        try:
            await asyncio.wait([serves, self._listener], timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            serves.cancel()
        if self._serves.is_set():
            return
        await self.end()
        if self._refused is not None:
            raise self._refused
        raise LocalError(f"its process did not serve within {START_S:g} s", hint="its own lines say why")

    async def _listen(self, process: Process) -> None:
        """Take what the process says, until it has ended."""
        assert process.stdout is not None
        assert process.stderr is not None
        complaints = asyncio.create_task(self._overhear(process.stderr))
        try:
            async for line in process.stdout:
                self._hear(json.loads(line))
                self._news.set()
            await complaints
        except ValueError as error:  # not our words, or too many of them
            log.warning("%s: its process is not understood, and is ended: %s", self.part.name, error)
            _kill(process)
        finally:
            complaints.cancel()
        await process.wait()
        self._news.set()

    async def _overhear(self, stderr: asyncio.StreamReader) -> None:
        while words := await stderr.read(_WORDS):
            log.warning("%s: %s", self.part.name, words.decode(errors="replace").rstrip())

    def _hear(self, said: dict[str, Any]) -> None:
        if "error" in said:
            self._refused = ConfigurationError(said["error"], hint=said["hint"])
        elif "port" in said:
            self.port = said["port"] or 0
            self._serves.set()
        elif "waits" in said:
            self._waits = said["waits"]
        else:
            self._done = said["done"]
            if said["standing"] is not None:
                self.standing = Standing(**said["standing"])

    async def ended(self) -> int:
        """Wait for the end of its process; the exit code, negative for a signal."""
        assert self.process is not None
        await asyncio.wait([self._listener])
        return await self.process.wait()

    async def end(self) -> None:
        """Let its process leave, and kill one that does not."""
        process, self.process = self.process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(LEAVE_S):
                await process.wait()
        except TimeoutError:
            log.debug("%s did not leave by itself", self.part.name)
        finally:
            _kill(process)
        await asyncio.wait([self._listener])


def _kill(process: Process) -> None:
    """End a process that has not ended yet."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


__all__ = ["LEAVE_S", "START_S", "Actor"]
