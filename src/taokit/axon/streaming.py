"""Answers that come in pieces: raw bytes for legacy callers, one JSON record per line for all others."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncGenerator

from aiohttp import HttpVersion11

from taokit.axon.answer import Header, head_of
from taokit.axon.answers import log_answer
from taokit.axon.deadline import by
from taokit.axon.house import Admitted, Arrival
from taokit.axon.routes import Chunks
from taokit.axon.sealed import sealed_record
from taokit.errors import HandlerTimeout
from taokit.errors.failures import log_failure
from taokit.protocol import LegacyClaim, Synapse, dump_answer
from taokit.protocol.legacy_answers import frame_of
from taokit.protocol.sealing import AnswerSeal

log = logging.getLogger("taokit.axon")

LAST_WORD_S = 1.0  # to write the record that says why a stream ends


async def streamed(chunks: Chunks, message: Synapse, admitted: Admitted, arrival: Arrival, *, ends_at: float) -> None:
    """Write the 200 whose body is what a handler yields; its first piece is there before the status is sent.

    A handler that fails before its first piece is an ordinary refusal. Later, legacy callers see the connection
    end abruptly, the only sign they know, and all others get a record with the id of the failure.
    """
    legacy, begun = isinstance(admitted.claim, LegacyClaim), time.perf_counter()
    pieces = _pieces(chunks, legacy=legacy, ends_at=ends_at)
    first = await anext(pieces, b"")
    stream = Stream(arrival, _head(message, admitted), admitted.seal)
    try:
        await by(ends_at, stream.write(first))
        async for piece in pieces:
            await by(ends_at, stream.write(piece))
        if not legacy:
            await by(ends_at, stream.write(b'{"done":true,"answer":' + dump_answer(message) + b"}\n"))
        stream.end()
        log_answer(admitted, since=begun)
    except CallerGone:
        log.debug("request %s: the caller left", admitted.caller.request_id)
        await pieces.aclose()
    except Exception as error:
        log_failure(log, error, "request %s: the stream of %s failed", admitted.caller.request_id, admitted.route.name)
        await _end_early(stream, legacy=legacy, request_id=admitted.caller.request_id)


class CallerGone(Exception):
    """The connection ended while a stream was under way."""


class Stream:
    """An answer in pieces, each sealed where its question was.

    They travel in chunks, or, for HTTP/1.0, until the end of the connection.
    """

    def __init__(self, arrival: Arrival, head: tuple[list[Header], str], seal: AnswerSeal | None) -> None:
        headers, lines = head
        self._connection = connection = arrival.connection
        self._seal = seal
        self._chunked = arrival.message.version >= HttpVersion11
        if self._chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            connection.last = True
        self._head = head_of(200, headers, arrival.message, last=connection.last, lines=lines)

    async def write(self, piece: bytes) -> None:
        """Write a piece, and return when there is room for another; `CallerGone` when nobody is there to read it."""
        if piece:
            if self._seal is not None:
                piece = sealed_record(piece, self._seal)
            self._write(b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece)
            try:
                await self._connection.drained()
            except ConnectionError as error:
                raise CallerGone from error

    def end(self) -> None:
        """Say that this was all."""
        self._write(b"0\r\n\r\n" if self._chunked else b"")

    def break_off(self) -> None:
        """End the connection, so that nobody takes it for whole."""
        self._connection.abort()

    def _write(self, data: bytes) -> None:
        transport = self._connection.transport
        if transport is None or transport.is_closing():
            raise CallerGone
        transport.write(self._head + data)
        self._head = b""


def _head(message: Synapse, admitted: Admitted) -> tuple[list[Header], str]:
    """The headers of a stream, and those that are lines already."""
    claim = admitted.claim
    if not isinstance(claim, LegacyClaim):
        return [("Content-Type", "application/x-ndjson")], ""
    lines = frame_of(message, claim).head(message, claim, peer=admitted.peer, process_time=0.0)
    return [("Content-Type", "text/event-stream")], lines


async def _pieces(chunks: Chunks, *, legacy: bool, ends_at: float) -> AsyncGenerator[bytes, None]:
    try:
        while True:
            chunk = await by(ends_at, anext(chunks))
            yield _bytes(chunk) if legacy else _record(chunk)
    except StopAsyncIteration:
        return
    finally:
        if close := getattr(chunks, "aclose", None):
            await close()


async def _end_early(stream: Stream, *, legacy: bool, request_id: str) -> None:
    """Say that the stream failed: by a last record, or, where the format has none, by breaking the connection."""
    try:
        if not legacy:
            record = json.dumps({"error": request_id}).encode() + b"\n"
            await by(asyncio.get_running_loop().time() + LAST_WORD_S, stream.write(record))
            stream.end()
            return
    except (CallerGone, HandlerTimeout):
        log.debug("request %s: the caller does not read any more", request_id)
    stream.break_off()


def _bytes(chunk: object) -> bytes:
    if isinstance(chunk, str):
        return chunk.encode()
    if not isinstance(chunk, bytes):
        raise TypeError(f"a stream yields text or bytes, not {type(chunk).__name__}")
    return chunk


def _record(chunk: object) -> bytes:
    value = chunk if isinstance(chunk, str) else base64.b64encode(_bytes(chunk)).decode("ascii")
    return json.dumps({"chunk": value}, ensure_ascii=False).encode() + b"\n"


__all__ = ["streamed"]
