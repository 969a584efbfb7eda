"""A streamed answer: its pieces as they come, bounded in bytes and time, and a reply that says how it ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Generic, Self, TypeVar

from taokit.dendrite.asking import Asking, error_of
from taokit.dendrite.call import Call
from taokit.dendrite.pieces import Pieces, pieces_of
from taokit.dendrite.pool import Incoming, Pool
from taokit.dendrite.reply import Reply
from taokit.dendrite.trust import SealedRecords
from taokit.errors import BadAnswer, ConfigurationError, Disconnected, LocalError, TaokitError
from taokit.protocol import Response, Synapse

M = TypeVar("M", bound=Synapse)
P = TypeVar("P", str, bytes)

ABANDONED_S = 1.0
"""Seconds after its deadline at which the connection of a stream is ended that nobody reads any more."""
JSON = {"content-type": "application/json"}


class Stream(Generic[M, P]):
    """The pieces of one answer, to be iterated over once. `reply` is there when the iteration has ended.

    The question goes out with the first step. Whoever leaves early ends the connection: at once with `async with` or
    `aclose`, else when the stream is forgotten, and a second after its deadline at the latest.
    """

    def __init__(self, call: Call[M], asking: Asking, kind: type[P]) -> None:
        self._call = call
        self._asking = asking
        self._kind: type[P] = kind
        self._reply: Reply[M] | None = None
        self._incoming: Incoming | None = None
        self._pieces: Pieces[P] | None = None
        self._lane: AbstractContextManager[str] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._ready: deque[P] = deque()
        self._pool: Pool | None = None
        self._stepping = False
        if kind not in (str, bytes):
            raise ConfigurationError(f"pieces are text or bytes, not {kind!r}", hint="pass `pieces=str` or `=bytes`")

    @property
    def reply(self) -> Reply[M]:
        """How it ended: `ok` when it was complete, its message then with the answer fields that the neuron sent.

        Raises `LocalError` while it is under way.
        """
        if self._reply is None:
            raise LocalError("the stream has not ended", hint="read it to its end, or close it, and look then")
        return self._reply

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer, by lower-case name; empty before there is any."""
        return {} if self._incoming is None else self._incoming.headers

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> P:
        if self._stepping:
            raise LocalError("a stream is read by one task at a time")
        self._stepping = True
        try:
            return await self._step()
        finally:
            self._stepping = False

    async def _step(self) -> P:
        try:
            if self._reply is None and not self._ready:
                self._call.left = asyncio.get_running_loop().time() >= self._call.deadline
                async with asyncio.timeout_at(self._call.deadline):
                    await self._advance()
        except asyncio.CancelledError:
            await self.aclose()
            raise
        except Exception as raised:
            self._end(None, error_of(self._call, raised))
        if self._ready:
            return self._ready.popleft()
        raise StopAsyncIteration

    async def _advance(self) -> None:
        """Read until there is a piece or the end."""
        if self._incoming is None:
            await self._open()
        assert self._incoming is not None
        assert self._pieces is not None
        while not self._ready:
            if asyncio.get_running_loop().time() >= self._call.deadline:
                raise TimeoutError  # what is there already is read without a pause in which it could be told
            data = await self._incoming.some()
            self._bounded()
            if not data:
                self._end(self._read(self._pieces.end()), None)
                return
            for piece in self._pieces.feed(data):  # what comes before a mistake is given out
                self._ready.append(piece)

    async def _open(self) -> None:
        call, asking = self._call, self._asking
        asking.admit(call)
        call.started = asyncio.get_running_loop().time()
        attempt = call.attempt()
        self._lane = asking.lane(call)
        self._incoming = await asking.begin(call, attempt, self._lane.__enter__(), packed=False)
        loop, pool = asyncio.get_running_loop(), asking.pool
        self._pool = pool
        self._expiry = loop.call_at(call.deadline + ABANDONED_S, pool.end, self._incoming)
        if self._incoming.status != 200:
            refusal = asking.heard(call, attempt, await pool.rest(self._incoming))
            asking.speech.read(call.question, call.message, refusal)  # raises what it says
            raise BadAnswer(f"status {self._incoming.status} where a stream was asked for")
        asking.speech.streaming()
        self._read(b"{}")  # raises when a header makes a failure of it
        record_bytes = asking.limits.record_bytes
        self._pieces = pieces_of(self._kind, self._incoming.headers, call.question.format, record_bytes=record_bytes)
        if attempt.seal is not None:
            self._pieces = SealedRecords(self._pieces, attempt.seal, record_bytes=record_bytes)

    def _bounded(self) -> None:
        limit = self._asking.limits.stream_bytes
        if self._incoming is not None and self._incoming.attempt.size > limit:
            raise BadAnswer(f"a stream of more than {limit} bytes")

    def _read(self, given: bytes) -> M:
        """The message with the answer fields that came with the stream: a JSON object."""
        assert self._incoming is not None
        response = Response(status=200, headers={**self._incoming.headers, **JSON}, body=given)
        return self._asking.speech.read(self._call.question, self._call.message, response)

    def _end(self, answer: M | None, error: TaokitError | None) -> None:
        if self._reply is None:
            self._release()
            self._reply = self._asking.ended(self._call, answer, error)

    def _release(self) -> None:
        """End the connection unless all of it was read; what may run at any time, also when the loop is gone."""
        if self._expiry is not None:
            self._expiry.cancel()
        if self._lane is not None:
            self._lane.__exit__(None, None, None)
            self._lane = None
        if self._incoming is not None and self._pool is not None:
            self._pool.end(self._incoming)

    async def aclose(self) -> None:
        """End the stream here and now; its outcome is `disconnected` unless it had ended."""
        if self._reply is None:
            self._call.left = True
            self._ready.clear()
            self._end(None, Disconnected("the caller left the stream before its end"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if self._reply is None and self._incoming is not None:
            with contextlib.suppress(Exception):  # the loop may be closed already
                self._release()
                self._asking.given_up(self._call)


__all__ = ["Stream"]
