"""A chain over the websocket of its nodes: the ten questions of a backend, in bytes."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Final, TypeVar

from taokit.backends import answers
from taokit.backends.answers import hexed
from taokit.backends.cache import MetadataCache
from taokit.backends.codec import codec_of
from taokit.backends.deadline import within
from taokit.backends.endpoints import Endpoints, Line, Opener, best, sense
from taokit.backends.socket import Feed, Limits, Socket, shown
from taokit.backends.trail import FATE, end_of, traced
from taokit.chain import Block, BlockHash, Head, Runtime, Status
from taokit.errors import ChainError, Disconnected, NetworkError, TimedOut, UnknownBlock, Unreachable

T = TypeVar("T")

log = logging.getLogger("taokit.backends")

BATCH: Final = 1000
"""Keys in one request, which is also the most that nodes list at once."""

_VERSIONS: Final = (14, 15)
_VERSION_15: Final = (15).to_bytes(4, "little")
_RUNTIMES: Final = 8  # kept, of as many versions
_OLD: Final = 256  # blocks that are remembered as the archive's
_FORK: Final = 8  # blocks that a fork may replace
_WATCH: Final = "author_submitAndWatchExtrinsic"


class NativeBackend:
    """The chain that some nodes share. It connects at the first question; close it.

    Reads that a node fails are asked of the next one, and whoever follows the heads goes on at another node without
    noticing. A submission is sent once: when its connection is lost, it is looked for in the blocks. A read at a block
    whose state the nodes hold no longer is asked of the archive nodes, where there are any.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        cache: MetadataCache | None = None,
        genesis: BlockHash | None = None,
        limits: Limits | None = None,
        archive: Sequence[str] = (),
        opener: Opener = Socket.open,
    ) -> None:
        """Of `ws://` and `wss://` addresses, the preferred one first. `genesis`: the only chain that will do."""
        self._limits = limits or Limits()
        self._endpoints = Endpoints(urls, limits=self._limits, genesis=genesis, opener=opener)
        self._archive = Endpoints(archive, limits=self._limits, genesis=genesis, opener=opener) if archive else None
        self._old: OrderedDict[BlockHash, None] = OrderedDict()
        self._cache = cache
        self._runtimes: OrderedDict[tuple[str, int, int], Runtime] = OrderedDict()
        self._fetching = asyncio.Lock()

    async def runtime(self, at: BlockHash | None = None) -> Runtime:
        version = await self._ask("state_getRuntimeVersion", at=at, reading=answers.version)
        async with self._fetching:  # several first reads share one download
            if version not in self._runtimes:
                self._runtimes[version] = Runtime(await self._metadata(version[1], at), *version)
                if len(self._runtimes) > _RUNTIMES:
                    self._runtimes.popitem(last=False)
            return self._runtimes[version]

    async def _ask(self, method: str, *params: Any, at: BlockHash | None, reading: Callable[[Any], T]) -> T:
        """What a node answers to a question about a block; an archive node, where the others have lost it."""
        if at is not None and at in self._old and self._archive is not None:
            return await self._archive.ask(method, *params, hexed(at), reading=reading)
        try:
            return await self._endpoints.ask(method, *params, *_at(at), reading=reading)
        except UnknownBlock:
            if at is None or self._archive is None:
                raise
            self._archive.genesis = self._archive.genesis or self._endpoints.genesis
        found = await self._archive.ask(method, *params, hexed(at), reading=reading)
        self._old[at] = None
        if len(self._old) > _OLD:
            self._old.popitem(last=False)
        return found

    async def _metadata(self, spec_version: int, at: BlockHash | None) -> bytes:
        """From disk where it is there, else from the node, checked and kept."""
        genesis = self._endpoints.genesis
        if self._cache is None or genesis is None:
            return _readable(await self._download(at))
        known = await asyncio.to_thread(self._cache.load, genesis, spec_version)
        if known is None:
            known = _readable(await self._download(at))
            await asyncio.to_thread(self._cache.store, genesis, spec_version, known)
        return known

    async def _download(self, at: BlockHash | None) -> bytes:
        """V15 where the node has it, else what it has."""
        try:
            told = await self.call("Metadata_metadata_at_version", _VERSION_15, at)
            found = answers.metadata(told)
        except (ChainError, ValueError) as error:
            log.info("no metadata V15: %s", error)
            found = None
        if found is not None:
            return found
        return await self._ask("state_getMetadata", at=at, reading=answers.raw)

    async def block_hash(self, number: int | None = None) -> BlockHash | None:
        params = () if number is None else (number,)
        reading = answers.maybe(answers.block_hash)
        return await self._endpoints.ask("chain_getBlockHash", *params, reading=reading)

    async def block(self, at: BlockHash | None = None) -> Block:
        return await self._ask("chain_getBlock", at=at, reading=answers.known(answers.block(at), at))

    async def best(self) -> Head:
        """The best block's header, which is less to ask for than the block."""
        return await self._header(None)

    async def finalized(self) -> Head:
        """The newest block that no fork can replace."""
        return await self._header(await self._endpoints.ask("chain_getFinalizedHead", reading=answers.block_hash))

    async def _header(self, at: BlockHash | None) -> Head:
        return await self._ask("chain_getHeader", at=at, reading=answers.known(answers.head, at))

    async def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        if not keys:
            return []
        if len(keys) == 1:
            reading = answers.maybe(answers.raw)
            return [await self._ask("state_getStorageAt", hexed(keys[0]), at=at, reading=reading)]
        if len(keys) > BATCH:
            at = at or await self.block_hash()  # all batches of one block
        values: list[bytes | None] = []
        for first in range(0, len(keys), BATCH):
            values += await self._batch(keys[first : first + BATCH], at)
        return values

    async def _batch(self, keys: Sequence[bytes], at: BlockHash | None) -> list[bytes | None]:
        asked = list(map(hexed, keys))
        return await self._ask("state_queryStorageAt", asked, at=at, reading=answers.changes(keys))

    async def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        if count > BATCH:
            at = at or await self.block_hash()
        found: list[bytes] = []
        while len(found) < count:
            wanted = min(BATCH, count - len(found))
            page = await self._page(prefix, found[-1] if found else start, wanted, at)
            found += page
            if len(page) < wanted:
                break
        return found

    async def _page(self, prefix: bytes, start: bytes | None, count: int, at: BlockHash | None) -> list[bytes]:
        params = (hexed(prefix), count, None if start is None else hexed(start))
        return await self._ask("state_getKeysPaged", *params, at=at, reading=answers.page(prefix, start, count))

    async def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        return await self._ask("state_call", method, hexed(data), at=at, reading=answers.raw)

    async def submit(self, extrinsic: bytes) -> AsyncIterator[Status]:
        """Where it stands. Once it is on its way it is never sent again.

        When the node that took it is lost, or says nothing for `Limits.status_s`, it is looked for in the blocks of
        whichever node is there. Raises `PoolRefused` at once, or named `Expired` when its era ended without it; a
        `NetworkError` when nothing can be found out.
        """
        above = (await self.best()).number  # what fails here was never sent
        try:
            async with aclosing(self._watched(extrinsic)) as told:
                async for status in told:
                    yield status
            return
        except (TimedOut, Disconnected) as error:
            lost = error
        log.warning("the extrinsic is looked for in the blocks above %d: %s", above, lost)
        async with aclosing(self.traced(extrinsic, above)) as told:
            async for status in told:
                yield status

    async def traced(self, extrinsic: bytes, above: int) -> AsyncGenerator[Status, None]:
        """Where an extrinsic stands that was sent when this was the best block's number, found out from the blocks."""
        found = traced(
            self,
            extrinsic,
            above=max(above - _FORK, -1),
            expires=await self._end_of(extrinsic, above),
            patience_s=self._limits.status_s,
        )
        try:
            async with aclosing(found) as told:
                async for status in told:
                    yield status
        except NetworkError as error:
            raise type(error)(str(error), hint=FATE) from error

    async def _end_of(self, extrinsic: bytes, number: int) -> int | None:
        """The first block that cannot hold it, as far as that can be known now."""
        try:
            runtime = next(reversed(self._runtimes.values()), None) or await self.runtime()
            return end_of(codec_of(runtime), extrinsic, number)
        except (ChainError, NetworkError) as error:
            log.info("the extrinsic's era is not known: %s", error)
            return None

    async def _watched(self, extrinsic: bytes) -> AsyncGenerator[Status, None]:
        """Where it stands, as the node that it was sent to tells."""
        watched = self._endpoints.subscribed(_WATCH, hexed(extrinsic), ends="author_unwatchExtrinsic")
        async with watched as (socket, feed):
            kind = ""
            while kind not in answers.END:
                status = await self._status(socket, feed)
                yield status
                kind = status.kind

    async def _status(self, socket: Line, feed: Feed) -> Status:
        told = await within(feed.get(), self._limits.status_s)
        status = sense(socket, _WATCH, told, answers.status)
        if status is None:
            raise TimedOut("the node gave up waiting for the extrinsic's block to become final")
        return status

    async def heads(self) -> AsyncIterator[Head]:
        """The best block now, and each one that comes. Goes on at another node when one is lost.

        Numbers only grow, unless a node ends the connection to start over, as a devnet does that was set back.
        Raises a `NetworkError` when no node was there at first, or later for longer than `Limits.patience_s`; never,
        where that is infinite.
        """
        newest, restarts, trouble = -1, self._endpoints.restarts, Trouble(self._limits)
        while True:
            try:
                async with aclosing(self._followed()) as heads:
                    async for head in heads:
                        trouble.over()
                        self._endpoints.highest = max(self._endpoints.highest, head.number)
                        if restarts != self._endpoints.restarts:
                            newest, restarts = -1, self._endpoints.restarts
                        if head.number > newest:
                            newest = head.number
                            trouble.forget()
                            yield head
            except NetworkError as error:
                never = newest < 0 and isinstance(error, Unreachable) and self._limits.patience_s < math.inf
                if never or self._endpoints.closed or trouble.too_long():
                    raise
                log.warning("following the heads again: %s", error)
            await trouble.pause()

    async def _followed(self) -> AsyncGenerator[Head, None]:
        """The heads that one node tells, until it is lost or found to have stopped telling."""
        subscribed = self._endpoints.subscribed(
            "chain_subscribeNewHeads", ends="chain_unsubscribeNewHeads", newest=True
        )
        async with subscribed as (socket, feed):
            head: Head | None = None
            while True:
                try:
                    told = await within(feed.get(), self._limits.quiet_s)
                except TimedOut:
                    await self._check_told(socket, head)
                    continue
                head = sense(socket, "chain_subscribeNewHeads", told, answers.head)
                yield head

    async def _check_told(self, socket: Line, last: Head | None) -> None:
        """Raise `Disconnected`, and give the node up, when it or another has a newer head that it did not tell."""
        number = (await best(socket)).number
        if last is None or number > last.number:
            self._give_up(socket, f"{shown(socket.url)} has block {number} and did not tell")
        if await self._endpoints.ahead(number):
            self._give_up(socket, f"{shown(socket.url)} stays at block {number} while others go on")

    def _give_up(self, socket: Line, why: str) -> None:
        socket.drop(Disconnected(why))
        raise Disconnected(why)

    async def close(self) -> None:
        """End the connection, at once; whoever waits for an answer gets `Disconnected`."""
        await self._endpoints.close()
        if self._archive is not None:
            await self._archive.close()


class Trouble:
    """How long a follower has been without a node, and how long it waits before it tries again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._since: float | None = None
        self._pause = 0.0
        self._now = asyncio.get_running_loop().time

    def over(self) -> None:
        """A node told a head."""
        self._since = None

    def forget(self) -> None:
        """It was a new one: next time, try again at once. Else a node that hangs up soon would be asked in a rush."""
        self._pause = 0.0

    def too_long(self) -> bool:
        """Whether there was none for longer than anybody should wait without being told."""
        self._since = self._now() if self._since is None else self._since
        return self._now() - self._since > self._limits.patience_s

    async def pause(self) -> None:
        """Wait: not at all at first, then longer each time."""
        await asyncio.sleep(self._pause)
        self._pause = min(max(2 * self._pause, self._limits.pause_s), self._limits.quiet_s)


def _at(block: BlockHash | None) -> tuple[str, ...]:
    """The last parameter of a question about a block; left out for the best one."""
    return () if block is None else (hexed(block),)


def _readable(metadata: bytes) -> bytes:
    if metadata[:4] != b"meta" or len(metadata) < 5:
        raise ChainError("the node has something else in the place of its metadata")
    if metadata[4] not in _VERSIONS:
        raise ChainError(
            f"the node has metadata V{metadata[4]} only, and V14 and V15 are understood", hint="ask another node"
        )
    return metadata


__all__ = ["BATCH", "NativeBackend", "Trouble"]
