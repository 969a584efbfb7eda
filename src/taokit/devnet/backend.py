"""The two backends of a devnet: what a node would answer over a socket, without the socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

import bittensor_core

from taokit.chain import Block, BlockHash, Codec, Head, Runtime, Status
from taokit.devnet.node import Node
from taokit.errors import TimedOut

T = TypeVar("T")


@lru_cache(maxsize=8)
def codec_of(runtime: Runtime) -> Codec:
    """The codec of a runtime, built from its metadata."""
    return Codec(bittensor_core.Runtime(runtime.metadata, runtime.spec_version, runtime.transaction_version))


async def within(awaitable: Awaitable[T], seconds: float) -> T:
    """What is awaited, or `TimedOut` after so many seconds of real time."""
    scope = asyncio.timeout(seconds)
    with TimedOut.after(scope, f"the chain did not answer within {seconds:g} s"):
        async with scope:
            return await awaitable


class DevnetBackend:
    """A devnet for blocking code."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def runtime(self, at: BlockHash | None = None) -> Runtime:
        self._node.history.record(at)
        table = self._node.table
        return Runtime(self._node.answers.metadata(15), table.spec_name, table.spec_version, table.transaction_version)

    def block_hash(self, number: int | None = None) -> BlockHash | None:
        return self._node.history.hash_of(number)

    def block(self, at: BlockHash | None = None) -> Block:
        found = self._node.history.record(at)
        return Block(found.head, found.extrinsics)

    def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        return self._node.answers.storage(keys, at)

    def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        return self._node.answers.keys(prefix, start, count, at)

    def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        return self._node.call(method, data, at)

    def submit(self, extrinsic: bytes) -> Iterator[Status]:
        """What is known of it so far: nobody else could mine while blocking code waits."""
        return self._node.submit(extrinsic).told()

    def heads(self) -> Iterator[Head]:
        """The best block each time it is another one; ends where it is not, as nobody else could mine meanwhile."""
        return self._heads(self._node.history.head)

    def _heads(self, last: Head) -> Iterator[Head]:
        while (head := self._node.history.head) != last:
            last = head
            yield head

    def close(self) -> None:
        """Nothing to let go of."""


class AsyncDevnetBackend:
    """A devnet for async code."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._plain = DevnetBackend(node)

    async def runtime(self, at: BlockHash | None = None) -> Runtime:
        return self._plain.runtime(at)

    async def block_hash(self, number: int | None = None) -> BlockHash | None:
        return self._plain.block_hash(number)

    async def block(self, at: BlockHash | None = None) -> Block:
        return self._plain.block(at)

    async def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        return self._plain.storage(keys, at)

    async def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        return self._plain.keys(prefix, start=start, count=count, at=at)

    async def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        return self._plain.call(method, data, at)

    def submit(self, extrinsic: bytes) -> AsyncIterator[Status]:
        return self._node.submit(extrinsic).watch(self._node.lockstep)

    def heads(self) -> AsyncIterator[Head]:
        return self._node.lockstep.subscribe()

    async def close(self) -> None:
        """Nothing to let go of: each follower ends with its task, or when it is closed."""


__all__ = ["AsyncDevnetBackend", "DevnetBackend", "codec_of", "within"]
