"""What every method works on: one chain, and its clockwork."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from taokit.chain import BlockHash, Head
from taokit.devnet.blocks import Record
from taokit.devnet.devnet import Devnet
from taokit.devnet.rpc.forms import hexed
from taokit.devnet.rpc.params import Params
from taokit.devnet.rpc.producer import Producer
from taokit.devnet.rpc.protocol import BLOCK_UNKNOWN, Fault
from taokit.errors import UnknownBlock

EACH: Final = 64
"""Blocks of which a follower is told one by one; of more it is told the newest, as by a node that syncs."""


class Host:
    """One chain as its server sees it."""

    def __init__(self, devnet: Devnet, producer: Producer) -> None:
        self.devnet, self.producer = devnet, producer
        self.node = devnet.node
        self.bell = producer.bell
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
        with _kept(at, said):
            self.node.history.state_at(at)
        return at

    def stored(self, keys: Sequence[bytes], at: BlockHash) -> list[bytes | None]:
        """The values under some keys at a block. Raises `Fault` where they are not kept any more."""
        with _kept(at, "UnknownBlock"):
            return self.node.answers.storage(keys, at)

    def block(self, params: Params, position: int) -> Record:
        """The block that a parameter names, with what is kept of it. Raises `Fault` for an unknown one."""
        wanted = params.block(position)
        try:
            return self.node.history.record(wanted)
        except UnknownBlock:
            assert wanted is not None
            said = f"Client error: UnknownBlock: Header was not found in the database: {hexed(wanted)}"
            raise Fault(BLOCK_UNKNOWN, said) from None

    def tell(self, block: BlockHash) -> BlockHash:
        """The hash of a block for a client, who may read its state however many are made before it asks."""
        self.node.history.tell(block)
        return block

    def after(self, head: Head, *, final: bool = False) -> list[Record]:
        """The blocks that a follower sees next; none where it has seen the best one, or the best of the final ones."""
        history = self.node.history
        best = history.final if final else history.head
        on_branch = history.hash_of(head.number) == head.hash
        if best == head or (final and on_branch and best.number < head.number):
            return []
        if not on_branch or best.number - head.number > EACH:
            return [history.record(best.hash)]
        return [history.record(history.hashes[number]) for number in range(head.number + 1, best.number + 1)]


@contextmanager
def _kept(at: BlockHash, said: str) -> Iterator[None]:
    try:
        yield
    except UnknownBlock:
        raise Fault(BLOCK_UNKNOWN, f"Client error: {said}: State already discarded for {hexed(at)}") from None


__all__ = ["EACH", "Host"]
