"""What a chain is to taokit: something that answers what a node answers, in bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

BlockHash = bytes
"""32 bytes. Wherever one is asked for, None means the best block at the moment of the call."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The runtime in force at a block."""

    metadata: bytes  # V15 where the node has it, else V14: `meta`, a version byte, the registry
    spec_name: str
    spec_version: int
    transaction_version: int


@dataclass(frozen=True, slots=True)
class Head:
    """One block, by its header."""

    number: int
    hash: BlockHash
    parent: BlockHash


@dataclass(frozen=True, slots=True)
class Block:
    """One block with what it carried."""

    head: Head
    extrinsics: tuple[bytes, ...]  # as submitted, byte for byte


@dataclass(frozen=True, slots=True)
class Status:
    """Where a submitted extrinsic stands."""

    kind: Literal[
        "future", "ready", "broadcast", "in_block", "finalized", "retracted", "usurped", "dropped", "invalid"
    ]  # future: it waits for extrinsics of the same account that come before it
    block: BlockHash | None = None  # of the block, for in_block, finalized and retracted


class Backend(Protocol):
    """A chain for blocking code. Methods raise `NetworkError` when they cannot ask, `UnknownBlock` for a lost one."""

    def runtime(self, at: BlockHash | None = None) -> Runtime: ...

    def block_hash(self, number: int | None = None) -> BlockHash | None:
        """The hash of the block of this height (None: the best), or None where there is no such block."""

    def block(self, at: BlockHash | None = None) -> Block: ...

    def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]:
        """The raw value under each raw key, in order; None where nothing is stored."""

    def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]:
        """Up to `count` stored keys with this prefix, in byte order, strictly after `start`."""

    def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        """The raw answer of a runtime API, such as `SubnetInfoRuntimeApi_get_metagraph`."""

    def submit(self, extrinsic: bytes) -> Iterator[Status]:
        """Send an extrinsic and yield where it stands, ending with its last status. Raises `PoolRefused` at once."""

    def heads(self) -> Iterator[Head]:
        """The new best blocks from now on. A slow reader misses blocks, it never sees one twice or out of order."""

    def close(self) -> None: ...


class AsyncBackend(Protocol):
    """The same chain for async code."""

    async def runtime(self, at: BlockHash | None = None) -> Runtime: ...

    async def block_hash(self, number: int | None = None) -> BlockHash | None: ...

    async def block(self, at: BlockHash | None = None) -> Block: ...

    async def storage(self, keys: Sequence[bytes], at: BlockHash | None = None) -> list[bytes | None]: ...

    async def keys(
        self, prefix: bytes, *, start: bytes | None = None, count: int = 1000, at: BlockHash | None = None
    ) -> list[bytes]: ...

    async def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes: ...

    def submit(self, extrinsic: bytes) -> AsyncIterator[Status]: ...

    def heads(self) -> AsyncIterator[Head]: ...

    async def close(self) -> None: ...


__all__ = ["AsyncBackend", "Backend", "Block", "BlockHash", "Head", "Runtime", "Status"]
