"""The connections of a dendrite: one request out, one bounded answer back, and what the clock said on the way."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import aiohttp
from aiohttp.http import HttpProcessingError

from taokit.dendrite.tls import client_context, shown_key
from taokit.dendrite.unpacking import unpacked
from taokit.dendrite.wire import WIDE, Wire, head_of
from taokit.errors import BadAnswer, Disconnected, LocalError, NetworkError, TaokitError, Unreachable
from taokit.protocol import Response, SignedRequest
from taokit.protocol.answers import shown
from taokit.protocol.sealing import AnswerSeal

if TYPE_CHECKING:
    from aiohttp.streams import StreamReader

ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError)
"""What a connection raises, all of it."""
Origin: TypeAlias = tuple[str, int, bytes | None]
"""Address, port, and the key that was shown there."""
OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a dendrite takes from a neuron before it gives up on the answer, and what it keeps."""

    answer_bytes: int = 2 << 20  # of a body, both on the wire and unpacked; each MiB can hold the loop for 0.1 s
    stream_bytes: int = 64 << 20  # of a streamed body, in all
    record_bytes: int = 1 << 20  # of one record of a stream
    header_bytes: int = 16 << 10  # of one line of the head
    around_bytes: int = 128 << 10  # that are no body, heads and what parts chunks, beyond as many as the body has
    idle_seconds: float = 4.0  # a connection is kept; axons of the older SDKs close theirs after 5
    idle_connections: int = 1024  # are kept at most, or as many as the largest round had


@dataclass(frozen=True, slots=True)
class Post:
    """One request, ready to be written."""

    host: str  # literal address
    port: int
    request: SignedRequest
    packed: bool = True  # the answer may come compressed
    tls: bytes | None = None  # the Ed25519 key that the other end must show; None: plain HTTP

    @property
    def origin(self) -> Origin:
        """What a connection must lead to, to serve this request."""
        return self.host, self.port, self.tls


@dataclass(slots=True)
class Attempt:
    """One exchange as it happens. The times are the loop's, in seconds."""

    began: float
    connected: float | None = None
    answered: float | None = None
    reused: bool = False  # the connection had served before
    fresh: bool = False  # take no connection that has
    size: int = 0  # bytes of the answer's body, on the wire
    sent: int = 0  # bytes of the request's body, once for each sending
    sendings: int = 0
    answer_nonce: str = ""  # what a signed answer repeats of the last of them
    signed: bool = False  # the neuron signed its answer
    wire: Wire | None = None
    seal: AnswerSeal | None = None  # what opens the answer

    @property
    def silent(self) -> bool:
        """Whether not a single byte has come back."""
        return self.wire is None or self.wire.received == 0


@dataclass(slots=True)
class Incoming:
    """An answer whose head has come. Its body is to be read, and then it is to be ended."""

    status: int
    headers: dict[str, str]  # by lower-case name, the first of each
    content: StreamReader
    wire: Wire
    post: Post
    attempt: Attempt
    ended: bool = False

    async def some(self) -> bytes:
        """The next bytes of the body as it travels; none at its end. Raises `Disconnected` or `BadAnswer`."""
        try:
            part = await self.content.readany()
        except ERRORS as error:
            raise _error_of(error, self.post, self.attempt) from error
        self.attempt.size += len(part)
        return part


class Pool:
    """Connections that are reused, without redirects, cookies, proxies or a history. Close it."""

    def __init__(self, limits: Limits) -> None:
        """A pool for the running loop."""
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._space = memoryview(bytearray(WIDE))
        self._idle: dict[Origin, deque[Wire]] = {}
        self._busy: set[Wire] = set()
        self._kept = 0
        self._most = limits.idle_connections
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    def room_for(self, number: int) -> None:
        """Keep the connections of a round as large as this from now on."""
        self._most = max(self._most, number)

    async def begin(self, post: Post, attempt: Attempt) -> Incoming:
        """Send a request and wait for the head of its answer, which is to be ended whatever happens.

        Raises `Unreachable`, `Disconnected` or `BadAnswer`. Has no deadline of its own: cancel it.
        """
        wire: Wire | None = None
        incoming: Incoming | None = None
        attempt.sendings += 1
        try:
            wire = await self._connected(post, attempt)
            incoming = await self._begun(wire, post, attempt)
        except ERRORS as error:  # they become ours here and in `Incoming.some`, and nowhere else
            raise _error_of(error, post, attempt) from error
        finally:
            if incoming is None and wire is not None:
                self._release(post, wire)
        return incoming

    async def rest(self, incoming: Incoming) -> Response:
        """The answer with the whole of its body, bounded and unpacked; raises `Disconnected` or `BadAnswer`."""
        packed = await self._bounded(incoming)
        plain = unpacked(packed, incoming.headers.get("content-encoding", ""), limit=self._limits.answer_bytes)
        return Response(status=incoming.status, headers=incoming.headers, body=plain)

    def end(self, incoming: Incoming) -> None:
        """Keep the connection of an answer that was read to its end, end that of every other one."""
        if not incoming.ended:
            incoming.ended = True
            if incoming.content.at_eof():
                incoming.wire.done()
            self._release(incoming.post, incoming.wire)

    async def _connected(self, post: Post, attempt: Attempt) -> Wire:
        wire = None if attempt.fresh else self._kept_wire(post)
        attempt.reused = wire is not None
        if wire is None:
            wire = await self._opened(post)
        if self._closed:  # while it was being made
            wire.drop()
            raise LocalError("this dendrite is closed")
        self._busy.add(wire)
        attempt.wire = wire
        attempt.connected = attempt.began if attempt.reused else self._loop.time()
        return wire

    def _kept_wire(self, post: Post) -> Wire | None:
        """A connection that served before and is as it was left; what is not is ended."""
        kept = self._idle.get(post.origin)
        while kept:
            wire = kept.pop()
            self._kept -= 1
            if not kept:
                del self._idle[post.origin]
            if wire.reusable and self._loop.time() - wire.idle_since <= self._limits.idle_seconds:
                return wire
            wire.drop()
        return None

    async def _opened(self, post: Post) -> Wire:
        context = None if post.tls is None else client_context()
        transport, wire = await self._loop.create_connection(
            partial(Wire, self._loop, self._space, around_bytes=self._limits.around_bytes),
            post.host,
            post.port,
            ssl=context,
        )
        if post.tls is not None and shown_key(_certificate(transport)) != post.tls:
            wire.drop()
            hint = "it may have been replaced: read it from the chain again. Else somebody stands in between"
            raise Unreachable(f"{post.host}:{post.port} shows another TLS key than its neuron published", hint=hint)
        return wire

    async def _begun(self, wire: Wire, post: Post, attempt: Attempt) -> Incoming:
        """Write the request and wait for the head of its answer."""
        head = head_of(post.host, post.port, post.request, packed=post.packed)
        attempt.sent += len(post.request.body)
        attempt.answer_nonce = post.request.answer_nonce
        wire.begin(head, post.request.body, line_bytes=self._limits.header_bytes)
        message, content = await wire.answer()
        attempt.answered = self._loop.time()
        headers = {name.lower(): value for name, value in reversed([*message.headers.items()])}
        return Incoming(message.code, headers, content, wire, post, attempt)

    async def _bounded(self, incoming: Incoming) -> bytes:
        """The body as it travels, else `BadAnswer` as soon as it is known to be too large."""
        limit = self._limits.answer_bytes
        declared = incoming.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise BadAnswer(f"an answer of {declared[:20]} bytes, at most {limit} are read")
        parts = []
        while part := await incoming.some():
            if incoming.attempt.size > limit:
                raise BadAnswer(f"an answer of more than {limit} bytes")
            parts.append(part)
        return b"".join(parts)

    def _release(self, post: Post, wire: Wire) -> None:
        """Keep a connection whose answer was read to its end, end every other one."""
        self._busy.discard(wire)
        if not wire.reusable or self._kept >= self._most:
            wire.drop()
            return
        wire.idle_since = self._loop.time()
        self._idle.setdefault(post.origin, deque()).append(wire)
        self._kept += 1
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._limits.idle_seconds, self._swept)

    def _swept(self) -> None:
        """End what was idle for too long."""
        self._sweep = None
        earliest = self._loop.time() - self._limits.idle_seconds
        for origin, kept in [*self._idle.items()]:
            while kept and kept[0].idle_since <= earliest:
                kept.popleft().drop()
                self._kept -= 1
            if not kept:
                del self._idle[origin]
        if self._idle:
            self._sweep = self._loop.call_later(self._limits.idle_seconds / 2, self._swept)

    async def close(self) -> None:
        """End every connection, also those in use, and return when they are ended. What is being made is not used."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for wire in (*self._busy, *(wire for kept in self._idle.values() for wire in kept)):
            wire.drop()
        self._idle.clear()
        self._kept = self._most = 0
        await asyncio.sleep(0)  # in which the loop closes the sockets


def _certificate(transport: asyncio.BaseTransport) -> bytes | None:
    tls = transport.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)


def _error_of(error: Exception, post: Post, attempt: Attempt) -> TaokitError:
    where = f"{post.host}:{post.port}{post.request.target}"
    if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
        hint = "raise `ulimit -n`, or ask fewer at once with `at_once`"
        return LocalError(f"this process may open no more connections: {_reason(error)}", hint=hint)
    if attempt.connected is None:
        return Unreachable(f"no connection to {where}: {_reason(error)}")
    if isinstance(error, HttpProcessingError):
        return BadAnswer(f"{where} does not answer in HTTP: {shown(error.message) or type(error).__name__}")
    return Disconnected(f"{where} ended the connection: {_reason(error)}")


def _reason(error: Exception) -> str:
    return shown(str(error)) or type(error).__name__


def resendable(error: NetworkError, attempt: Attempt) -> bool:
    """Whether the request may go out once more: the axon closed an idle connection just as we wrote into it."""
    return isinstance(error, Disconnected) and attempt.reused and attempt.silent


__all__ = ["Attempt", "Incoming", "Limits", "Pool", "Post", "resendable"]
