"""What every method works on: one chain, its clockwork, and a bell that rings when it changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from taokit.chain import Head
from taokit.devnet.blocks import Record
from taokit.devnet.devnet import Devnet
from taokit.devnet.rpc.forms import hexed
from taokit.devnet.rpc.params import Params
from taokit.devnet.rpc.producer import Producer
from taokit.devnet.rpc.protocol import BLOCK_UNKNOWN, Fault
from taokit.errors import UnknownBlock

BACKLOG: Final = 1024
"""Blocks that a slow follower may lie behind before it misses some."""


class Bell:
    """Wakes everybody who waits for a change of the chain."""

    def __init__(self) -> None:
        self.next = asyncio.Event()
        """Set at the next ring. Take it before looking at the chain, and nothing is missed."""

    def ring(self) -> None:
        """The chain has changed."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()


class Host:
    """One chain as its server sees it."""

    def __init__(self, devnet: Devnet, producer: Producer) -> None:
        self.devnet, self.producer = devnet, producer
        self.node = devnet.node
        self.bell = Bell()
        self.controls = asyncio.Lock()
        """Held by whoever moves the chain on purpose, so that two do not pull at once."""
        self._awake = asyncio.Event()
        self._awake.set()
        self._waking: asyncio.TimerHandle | None = None
        self.clients: Callable[[], int] = lambda: 0
        """How many are connected; the server says how many, and cuts them off."""
        self.drop: Callable[[int | None], None] = lambda code: None

    def stall(self, seconds: float) -> None:
        """Answer nobody for so long; 0 ends it."""
        if self._waking is not None:
            self._waking.cancel()
        self._awake.clear()
        self._waking = asyncio.get_running_loop().call_later(seconds, self._awake.set)

    async def patience(self) -> None:
        """Wait for the end of a stall."""
        await self._awake.wait()

    def at(self, params: Params, position: int) -> bytes:
        """The block that a parameter names, the best one where it names none. Raises `Fault` for an unknown one."""
        return self.block(params, position).head.hash

    def state(self, params: Params, position: int, *, said: str = "UnknownBlock") -> bytes:
        """The same, for a block whose state is still kept. The refusal is a node's, which archive clients look for."""
        at = self.at(params, position)
        try:
            self.node.history.state_at(at)
        except UnknownBlock:
            raise Fault(BLOCK_UNKNOWN, f"Client error: {said}: State already discarded for {hexed(at)}") from None
        return at

    def block(self, params: Params, position: int) -> Record:
        """The block that a parameter names, with what is kept of it. Raises `Fault` for an unknown one."""
        wanted = params.block(position)
        try:
            return self.node.history.record(wanted)
        except UnknownBlock:
            assert wanted is not None
            said = f"Client error: UnknownBlock: Header was not found in the database: {hexed(wanted)}"
            raise Fault(BLOCK_UNKNOWN, said) from None

    def after(self, head: Head, *, final: bool = False) -> Record | None:
        """The block that a follower sees next, None where it has seen the best one, or the best of the final ones."""
        history = self.node.history
        best = history.final if final else history.head
        if best == head or (final and history.hash_of(head.number) == head.hash and best.number < head.number):
            return None
        number = max(head.number + 1, best.number - BACKLOG)
        on_branch = history.hash_of(head.number) == head.hash
        return history.record(history.hash_of(number) if on_branch else best.hash)


__all__ = ["BACKLOG", "Bell", "Host"]
