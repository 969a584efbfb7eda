"""The two faces of a chain: `Chain` for blocking code, `AsyncChain` for the rest. What they do stands in `desk`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final, Protocol, Self, TypeVar

from taokit.chain.backend import AsyncBackend, Backend, BlockHash, Head, Runtime, Status
from taokit.chain.calls import Call
from taokit.chain.codec import Codec
from taokit.chain.desk import Desk, Receipt, Signed, Steps, Wait, reached
from taokit.chain.extrinsic import PERIOD
from taokit.chain.requests import Read
from taokit.errors import PoolRefused
from taokit.signer import Signer

T = TypeVar("T")

READ_SECONDS: Final = 30.0
"""The deadline of a read, unless told otherwise."""
SUBMIT_SECONDS: Final = 120.0
"""The deadline of a submission, its waiting included, unless told otherwise."""


class Within(Protocol):
    """Await something until a deadline; `TimedOut` when it passes. Clocks are handed in."""

    async def __call__(self, awaitable: Awaitable[T], seconds: float) -> T: ...


class Chain:
    """A chain, for blocking code. The backend bounds each wait."""

    def __init__(self, backend: Backend, codec_of: Callable[[Runtime], Codec]) -> None:
        self._backend = backend
        self._desk = Desk(codec_of)

    def _drive(self, steps: Steps[T]) -> T:
        try:
            ask = next(steps)
            while True:
                ask = steps.send(ask.of(self._backend))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def read(self, read: Read[T], at: BlockHash | None = None) -> T:
        """What a read returns, all of it from one block: `at`, or the best one now."""
        return self._drive(self._desk.read(read, at))

    def submit(
        self, call: Call, signer: Signer, *, wait: Wait = "included", nonce: int | None = None, period: int = PERIOD
    ) -> Receipt:
        """Sign a call and send it. Raises `PoolRefused` before, `DispatchFailed` after inclusion, each with a hint.

        It is valid for `period` blocks, a power of two from 4 to 4096.
        """
        signed = self._drive(self._desk.prepare(call, signer, nonce=nonce, period=period))
        try:
            last = self._watch(signed, wait)
        except PoolRefused as error:
            raise self._desk.refused(signed, error) from None
        return self._drive(self._desk.receipt(signed, last, wait))

    def _watch(self, signed: Signed, wait: Wait) -> Status | None:
        last = None
        for last in self._backend.submit(signed.data):
            if reached(last, wait):
                break
        return last

    def head(self) -> Head:
        """The best block now."""
        return self._drive(self._desk.head())

    def heads(self) -> Iterator[Head]:
        """The new best blocks from now on; a slow reader gets the newest only."""
        return self._backend.heads()

    def genesis(self) -> BlockHash:
        """The hash of block 0, which tells chains apart."""
        return self._drive(self._desk.genesis())

    def close(self) -> None:
        """Let go of the connection."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncChain:
    """A chain, for async code. Every wait ends by its deadline with `TimedOut`."""

    def __init__(self, backend: AsyncBackend, codec_of: Callable[[Runtime], Codec], within: Within) -> None:
        self._backend = backend
        self._desk = Desk(codec_of)
        self._within = within

    async def _drive(self, steps: Steps[T]) -> T:
        try:
            ask = next(steps)
            while True:
                ask = steps.send(await ask.of(self._backend))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    async def read(self, read: Read[T], at: BlockHash | None = None, *, seconds: float = READ_SECONDS) -> T:
        """What a read returns, all of it from one block: `at`, or the best one now."""
        return await self._within(self._drive(self._desk.read(read, at)), seconds)

    async def submit(
        self,
        call: Call,
        signer: Signer,
        *,
        wait: Wait = "included",
        nonce: int | None = None,
        period: int = PERIOD,
        seconds: float = SUBMIT_SECONDS,
    ) -> Receipt:
        """Sign a call and send it. Raises `PoolRefused` before, `DispatchFailed` after inclusion, each with a hint.

        It is valid for `period` blocks, a power of two from 4 to 4096.
        """
        return await self._within(self._submit(call, signer, wait=wait, nonce=nonce, period=period), seconds)

    async def _submit(self, call: Call, signer: Signer, *, wait: Wait, nonce: int | None, period: int) -> Receipt:
        signed = await self._drive(self._desk.prepare(call, signer, nonce=nonce, period=period))
        try:
            last = await self._watch(signed, wait)
        except PoolRefused as error:
            raise self._desk.refused(signed, error) from None
        return await self._drive(self._desk.receipt(signed, last, wait))

    async def _watch(self, signed: Signed, wait: Wait) -> Status | None:
        last = None
        async for last in self._backend.submit(signed.data):
            if reached(last, wait):
                break
        return last

    async def head(self) -> Head:
        """The best block now."""
        return await self._within(self._drive(self._desk.head()), READ_SECONDS)

    def heads(self) -> AsyncIterator[Head]:
        """The new best blocks from now on; a slow reader gets the newest only."""
        return self._backend.heads()

    async def genesis(self) -> BlockHash:
        """The hash of block 0, which tells chains apart."""
        return await self._within(self._drive(self._desk.genesis()), READ_SECONDS)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


__all__ = ["READ_SECONDS", "SUBMIT_SECONDS", "AsyncChain", "Chain", "Within"]
