"""Keeps metagraphs fresh: heads in, updates out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final, cast

from taokit.chain import AsyncChain, Head
from taokit.errors import ConfigurationError, LocalError, NetworkError, NoSuchSubnet, TimedOut, UnknownBlock
from taokit.follow.follower import Follower, Plan
from taokit.follow.shelf import Shelf
from taokit.follow.update import Every, Update
from taokit.metagraph import Metagraph

log = logging.getLogger("taokit.follow")

STALL_S: Final = 120.0
"""Seconds without a block that could be read, after which a follower gives up: the time of ten blocks."""
REFRESH: Final = 400
"""Blocks after which a subnet is read again although nothing is known to have changed: stake moves untold.

A little more than the usual tempo of 360, whose epochs bring a new value anyway.
"""


async def follow(
    chain: AsyncChain,
    netuid: int | Iterable[int],
    *,
    every: Every = "block",
    rows: bool = False,
    refresh: int = REFRESH,
    stall_s: float | None = STALL_S,
    shelf: Shelf | None = None,
) -> AsyncGenerator[Update, None]:
    """Updates of one subnet or of several over one subscription, from the best block now on, until it is closed.

    The first block tells of every subnet; after it `every` says when: at each "block", at each "change" (whenever a
    subnet was read anew), or after each "epoch". One small request a block tells which subnets changed, and each of
    those is read with one more; with `rows`, weights and bonds come along. When blocks went by unseen, or the chain
    left one, every subnet is read again. A slow reader gets the newest block only. With a `shelf` the first diff
    starts from what it holds, and it keeps the first value and the one after each epoch.

    Raises `NoSuchSubnet` when one is not there at first, or when the last one was dissolved, `TimedOut` when there was
    no block that could be read for `stall_s` seconds (None: it waits for ever), and what the chain's heads raise.
    """
    netuids = _several(netuid)
    follower = Follower(chain, netuids, Plan(every, rows, refresh), told=await _kept(shelf, netuids))
    patience = Patience(stall_s)
    heads = cast("AsyncGenerator[Head, None]", chain.heads())  # before the first look, so that no block falls between
    async with aclosing(heads):
        head: Head | None = await chain.head()
        while head is not None:
            first = follower.head is None
            for update in await _told(follower, head):
                if shelf is not None and (first or update.diff.epoch is not None):
                    await _keep(shelf, update.metagraph)
                yield update
            if not follower.netuids:
                raise NoSuchSubnet("every subnet that was followed has been dissolved", hint="follow another one")
            if follower.head == head:
                patience.renew()
            head = await patience.next(heads, head)


async def _told(follower: Follower, head: Head) -> list[Update]:
    """What there is to tell of a block; nothing where it could not be read, unless it is the first."""
    try:
        return await follower.at(head)
    except (NetworkError, UnknownBlock) as error:
        if follower.head is None:
            raise
        log.warning("block %d: %s", head.number, error)
        return []


class Patience:
    """How long a follower waits for blocks, together, before it gives up."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._until: float | None = None
        self.renew()

    def renew(self) -> None:
        """Begin anew: a block was dealt with."""
        if self._seconds is not None:
            self._until = asyncio.get_running_loop().time() + self._seconds

    async def next(self, heads: AsyncGenerator[Head, None], last: Head) -> Head | None:
        """The next block that is another one, or None at the end of the heads. Raises `TimedOut`."""
        scope = asyncio.timeout_at(self._until)
        said = f"the chain brought no block that could be read for {self._seconds or 0:g} s after block {last.number}"
        with TimedOut.after(scope, said, hint="check the node, or name another one with --network"):
            async with scope:
                while (head := await anext(heads, None)) == last:
                    continue
                return head


def _several(netuid: int | Iterable[int]) -> tuple[int, ...]:
    netuids = (netuid,) if isinstance(netuid, int) else tuple(dict.fromkeys(netuid))
    if not netuids:
        raise ConfigurationError("there is no subnet to follow", hint="name one: follow(chain, 7)")
    return netuids


async def _kept(shelf: Shelf | None, netuids: Iterable[int]) -> dict[int, Metagraph]:
    if shelf is None:
        return {}
    kept = {netuid: await asyncio.to_thread(shelf.newest, netuid) for netuid in netuids}
    return {netuid: graph for netuid, graph in kept.items() if graph is not None}


async def _keep(shelf: Shelf, metagraph: Metagraph) -> None:
    """A full disk is no reason to stop following."""
    try:
        await asyncio.to_thread(shelf.save, metagraph)
    except LocalError as error:
        log.warning("%s", error)


__all__ = ["REFRESH", "STALL_S", "Patience", "follow"]
