"""Where an extrinsic stands, read from the blocks themselves: for when no node tells it any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final, Protocol, TypeVar, cast

from taokit.backends.deadline import within
from taokit.chain import Block, BlockHash, Codec, Head, Status
from taokit.errors import NetworkError, PoolRefused, TimedOut, UnknownBlock

T = TypeVar("T")
log = logging.getLogger("taokit.backends")

FATE: Final = "it may have been taken all the same: look for its hash, or for the account's nonce, before sending again"
"""What to do where nothing could be found out."""


class Blocks(Protocol):
    """A chain whose blocks can be read."""

    async def block_hash(self, number: int | None = None) -> BlockHash | None: ...

    async def block(self, at: BlockHash | None = None) -> Block: ...

    async def finalized(self) -> Head: ...

    def heads(self) -> AsyncIterator[Head]: ...


class Trail:
    """The best chain's blocks above a number, and which of them holds an extrinsic."""

    def __init__(self, chain: Blocks, extrinsic: bytes, *, above: int, expires: int | None) -> None:
        """Blocks from `expires` on cannot hold it; None: any block can."""
        self._chain, self._extrinsic = chain, extrinsic
        self._above, self._expires = above, expires
        self._hashes: dict[int, BlockHash] = {}
        self.found: Head | None = None
        """The block that holds it, on the chain that `follow` was told of last."""

    async def follow(self, best: Head) -> None:
        """Read the blocks up to this one that are new, and forget those of a fork that it is not on."""
        number, hash = await self._top(best)
        fresh: list[Block] = []
        while number > self._above and self._hashes.get(number) != hash:
            fresh.append(await self._chain.block(hash))
            number, hash = number - 1, fresh[-1].head.parent
        self._hashes = {known: of for known, of in self._hashes.items() if known <= number}
        if self.found is not None and self.found.number > number:
            self.found = None
        for block in fresh:
            self._hashes[block.head.number] = block.head.hash
            if self._extrinsic in block.extrinsics:
                self.found = block.head

    async def _top(self, best: Head) -> tuple[int, BlockHash]:
        """The newest block on this chain that could hold it."""
        if self._expires is None or best.number < self._expires:
            return best.number, best.hash
        hash = await self._chain.block_hash(self._expires - 1)
        if hash is None:
            raise UnknownBlock(f"the node does not know block {self._expires - 1}")
        return self._expires - 1, hash


async def traced(
    chain: Blocks, extrinsic: bytes, *, above: int, expires: int | None, patience_s: float
) -> AsyncGenerator[Status, None]:
    """`in_block`, `retracted` when that block's fork lost, and at last `finalized`.

    Raises `PoolRefused`, named `Expired`, when the last block that could have held it is final; `TimedOut` when
    nothing could be read for `patience_s`, or, with no last block known, nothing was found for so long.
    """
    trail = Trail(chain, extrinsic, above=above, expires=expires)
    told: Head | None = None
    patience = Patience(patience_s)
    async with aclosing(cast("AsyncGenerator[Head, None]", chain.heads())) as heads:
        while True:
            head = await patience.share(anext(heads))
            try:
                await patience.share(trail.follow(head))
                final = await patience.share(chain.finalized())
            except (NetworkError, UnknownBlock) as error:
                log.info("looking for the extrinsic again: %s", error)
                patience.check()
                continue
            if told is not None and told != trail.found:
                yield Status("retracted", told.hash)
            if trail.found is not None and told != trail.found:
                yield Status("in_block", trail.found.hash)
            told = trail.found
            if told is not None and final.number >= told.number:
                yield Status("finalized", told.hash)
                return
            if told is None and expires is not None and final.number >= expires - 1:
                raise expired(expires)
            if told is not None or expires is not None:
                patience.renew()
            patience.check()


class Patience:
    """How long nothing may come of it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._now = asyncio.get_running_loop().time
        self.renew()

    def renew(self) -> None:
        """Something has come of it."""
        self._end = self._now() + self._seconds

    def check(self) -> None:
        """Raise `TimedOut` when it is over."""
        if self._now() >= self._end:
            raise self._over()

    async def share(self, work: Any) -> Any:
        """What is awaited, within what is left."""
        try:
            return await within(work, max(self._end - self._now(), 0))
        except TimedOut:
            self.check()
            raise

    def _over(self) -> TimedOut:
        return TimedOut(f"nothing was heard of the extrinsic within {self._seconds:g} s", hint=FATE)


def expired(expires: int) -> PoolRefused:
    """The error for what was accepted and never included."""
    return PoolRefused(
        f"the extrinsic was not included, and since block {expires} it cannot be any more",
        name="Expired",
        hint="send it again: it had no effect",
    )


def end_of(codec: Codec, extrinsic: bytes, number: int) -> int | None:
    """The first block that cannot hold an extrinsic which was valid after block `number`; None: any can.

    An era is a period and a phase, as `sp_runtime::generic::Era` has them.
    """
    try:
        era = codec.scale.decode_extrinsic(extrinsic).get("era")
    except ValueError as error:
        log.info("the extrinsic's era cannot be read: %s", error)
        return None
    match era:
        case (int(period), int(phase)) if period > 0:
            return (max(number, phase) - phase) // period * period + phase + period
    return None


__all__ = ["FATE", "Blocks", "Patience", "Trail", "end_of", "expired", "traced"]
