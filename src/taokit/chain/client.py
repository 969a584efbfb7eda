"""The two faces of a chain: `Chain` for blocking code, `AsyncChain` for the rest. What they do stands in `desk`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from taokit.chain.backend import AsyncBackend, Backend, BlockHash, Head, Runtime, Status
from taokit.chain.calls import Call
from taokit.chain.codec import Codec
from taokit.chain.desk import Ask, Desk, Receipt, Signed, Steps, Wait, reached
from taokit.chain.extrinsic import PERIOD
from taokit.chain.preview import Preview, preview
from taokit.chain.requests import Read
from taokit.errors import ChainError, PoolRefused
from taokit.signer import Signer

T = TypeVar("T")
Y = TypeVar("Y")

READ_SECONDS: Final = 30.0
"""The deadline of a read, unless told otherwise."""
SUBMIT_SECONDS: Final = 120.0
"""The deadline of a submission, its waiting included, unless told otherwise."""


class Within(Protocol):
    """Await something until a deadline; `TimedOut` when it passes. Clocks are handed in."""

    async def __call__(self, awaitable: Awaitable[T], seconds: float) -> T: ...


class Aside(Protocol):
    """Do some work elsewhere, one piece after the other, such as in a thread. Threads are handed in."""

    async def __call__(self, work: Callable[[], T]) -> T: ...


class Chain:
    """A chain, for blocking code. The backend bounds each wait."""

    def __init__(self, backend: Backend, codec_of: Callable[[Runtime], Codec]) -> None:
        self._backend = backend
        self._desk = Desk(codec_of)

    def _drive(self, steps: Steps[T]) -> T:
        try:
            ask = next(steps)
            while True:
                try:
                    answer = ask.of(self._backend)
                except ChainError as error:
                    ask = steps.throw(error)  # the steps may know what to do about it
                else:
                    ask = steps.send(answer)
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

    def preview(self, call: Call, signer: Signer) -> Preview:
        """What a call would cost, and whether it would succeed, without submitting it."""
        return self._drive(preview(self._desk, call, signer))

    def codec(self, at: BlockHash | None = None) -> Codec:
        """The names and types of the runtime in force at a block."""
        return self._drive(self._desk.codec_at(at))

    def head(self) -> Head:
        """The best block now."""
        return self._drive(self._desk.head())

    def block_hash(self, number: int) -> BlockHash:
        """The hash of the block of this height. Raises `UnknownBlock`."""
        return self._drive(self._desk.hash_of(number))

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

    def __init__(
        self,
        backend: AsyncBackend,
        codec_of: Callable[[Runtime], Codec],
        within: Within,
        *,
        aside: Aside | None = None,
    ) -> None:
        """With `aside`, whatever is encoded or decoded leaves the event loop free meanwhile."""
        self._backend = backend
        self._desk = Desk(codec_of)
        self._within = within
        self._aside = aside

    async def _drive(self, steps: Steps[T]) -> T:
        step = partial(next, steps)
        while True:
            taken = await self._apart(partial(_taken, step))
            if isinstance(taken, Done):
                return taken.value  # type: ignore[no-any-return]
            try:
                answer = await taken.of(self._backend)
            except ChainError as error:
                step = partial(steps.throw, error)  # the steps may know what to do about it
            else:
                step = partial(steps.send, answer)

    async def _apart(self, work: Callable[[], Y]) -> Y:
        return work() if self._aside is None else await self._aside(work)

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
        birth: BlockHash | None = None,
        seconds: float = SUBMIT_SECONDS,
    ) -> Receipt:
        """Sign a call and send it. Raises `PoolRefused` before, `DispatchFailed` after inclusion, each with a hint.

        It is valid for `period` blocks, a power of two from 4 to 4096, from the block `birth` on, else the best one.
        """
        prepared = self._desk.prepare(call, signer, nonce=nonce, period=period, birth_hash=birth)
        return await self._within(self._submit(prepared, wait), seconds)

    async def _submit(self, prepared: Steps[Signed], wait: Wait) -> Receipt:
        signed = await self._drive(prepared)
        try:
            last = await self._watch(signed, wait)
        except PoolRefused as error:
            raise await self._apart(partial(self._desk.refused, signed, error)) from None
        return await self._drive(self._desk.receipt(signed, last, wait))

    async def _watch(self, signed: Signed, wait: Wait) -> Status | None:
        last = None
        async for last in self._backend.submit(signed.data):
            if reached(last, wait):
                break
        return last

    async def preview(self, call: Call, signer: Signer, *, seconds: float = READ_SECONDS) -> Preview:
        """What a call would cost, and whether it would succeed, without submitting it."""
        return await self._within(self._drive(preview(self._desk, call, signer)), seconds)

    async def codec(self, at: BlockHash | None = None) -> Codec:
        """The names and types of the runtime in force at a block."""
        return await self._within(self._drive(self._desk.codec_at(at)), READ_SECONDS)

    async def head(self) -> Head:
        """The best block now."""
        return await self._within(self._drive(self._desk.head()), READ_SECONDS)

    async def block_hash(self, number: int) -> BlockHash:
        """The hash of the block of this height. Raises `UnknownBlock`."""
        return await self._within(self._drive(self._desk.hash_of(number)), READ_SECONDS)

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


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a generator returned, as a value: a `StopIteration` does not pass from one thread to another."""

    value: T


def _taken(step: Callable[[], Ask]) -> Ask | Done[Any]:
    try:
        return step()
    except StopIteration as done:
        return Done(done.value)


__all__ = ["READ_SECONDS", "SUBMIT_SECONDS", "Aside", "AsyncChain", "Chain", "Within"]
