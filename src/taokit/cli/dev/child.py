"""`python -m taokit.cli.dev.child`: one neuron of a play, in a process of its own.

It is told what to play by one line on stdin, and leaves when stdin ends: whoever started it wants it gone, or is gone.
It says on stdout, a JSON object a line, that it serves, which block it is done with, and what a validator's files hold.
What the user's code prints goes to stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from taokit.backends import NativeBackend, codec_of, within
from taokit.chain import AsyncChain, Head, Status
from taokit.cli.dev.company import STOP_S, Scenery, standing_of
from taokit.cli.dev.history import Standing
from taokit.cli.dev.once import Once
from taokit.errors import TaokitError
from taokit.neuron import Miner, Validator, neuron_of
from taokit.run import load_class
from taokit.run.holding import watching

log = logging.getLogger("taokit.dev")

PATIENCE_S: Final = 1.4
"""Seconds to leave in order; then the process ends as it is, whatever the user's code is doing."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What one process plays."""

    name: str
    spec: str  # of the class, as MODULE:CLASS
    miner: bool
    settings: Mapping[str, str]
    url: str  # of the chain
    seed: int
    folder: str
    port: int
    path: tuple[str, ...]  # where modules are looked for

    def line(self) -> str:
        """One line that `read` takes back."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def read(cls, line: bytes) -> Orders:
        """What `line` wrote."""
        return cls(**json.loads(line))


class Speaker:
    """Tells the other end; one that is gone hears nothing, and ends this process in another way."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, **said: Any) -> None:
        with contextlib.suppress(OSError):
            self._out.write(json.dumps(said) + "\n")
            self._out.flush()


class Reporting(NativeBackend):
    """A chain over a socket, whose follower tells when it is done with a block.

    It is busy from the moment a head is there until it asks for the next one, but for the time in which it waits for a
    block to hold its extrinsic.
    """

    def __init__(self, url: str, tell: Speaker) -> None:
        super().__init__([url])
        self._tell = tell
        self.standing: Callable[[], Standing | None] = lambda: None
        """What a validator says of itself, asked for when a block is done."""

    async def heads(self) -> AsyncIterator[Head]:
        async for head in super().heads():
            yield head
            standing = self.standing()
            self._tell(done=head.number, standing=None if standing is None else asdict(standing))

    async def submit(self, extrinsic: bytes) -> AsyncIterator[Status]:
        try:
            async for status in super().submit(extrinsic):
                self._tell(waits=False)
                yield status
                self._tell(waits=True)
        finally:
            self._tell(waits=False)


def main() -> None:
    """Play until stdin ends."""
    asked = os.fdopen(os.dup(0), "rb", buffering=0)  # unbuffered: a thread may wait for it until the very end
    tell = Speaker(os.fdopen(os.dup(1), "w"))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True  # compiled files go by whole seconds, and would hide a quick second save
    told = logging.StreamHandler()
    told.addFilter(Once())
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[told])
    line = asked.readline()
    if not line:
        return
    orders = Orders.read(line)
    sys.path[:] = orders.path
    try:
        asyncio.run(_live(orders, asked, tell))
    except asyncio.CancelledError:
        return
    except TaokitError as error:
        tell(error=str(error), hint=error.hint)
        sys.exit(1)


async def _live(orders: Orders, asked: io.FileIO, tell: Speaker) -> None:
    task = asyncio.current_task()
    assert task is not None
    _leave_when_alone(asked, task)
    scenery = Scenery(orders.seed, Path(orders.folder))
    role: type[Miner | Validator] = load_class(orders.spec, Miner if orders.miner else Validator)
    backend = Reporting(orders.url, tell)
    place = scenery.place(orders.name, orders.settings, orders.port)
    async with AsyncChain(backend, codec_of, within) as chain:
        neuron = neuron_of(role, place, signer=scenery.key(orders.name), chain=chain)
        backend.standing = lambda: standing_of(neuron)
        await neuron.start()
        try:
            tell(port=neuron.port)
            async with watching(log.warning):
                await neuron.wait()
        finally:
            await neuron.stop(STOP_S)


def _leave_when_alone(asked: io.FileIO, task: asyncio.Task[Any]) -> None:
    """Cancel the task when stdin ends; a thread sees that even while the user's code holds the loop."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        asked.readall()
        timer = threading.Timer(PATIENCE_S, os._exit, (0,))
        timer.daemon = True
        timer.start()
        try:
            loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:  # the loop has ended already
            return

    threading.Thread(target=watch, name="taokit parent", daemon=True).start()


__all__ = ["PATIENCE_S", "Orders", "Reporting", "Speaker", "main"]

if __name__ == "__main__":
    main()
