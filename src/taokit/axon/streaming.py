"""Answers that come in pieces: raw bytes for legacy callers, one JSON record per line for all others."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncGenerator

from aiohttp import web
from multidict import CIMultiDict

from taokit.axon.answers import SERVER, log_answer
from taokit.axon.deadline import by
from taokit.axon.house import Admitted
from taokit.axon.routes import Chunks
from taokit.axon.sealed import stream_of
from taokit.errors import HandlerTimeout
from taokit.protocol import LegacyClaim, Synapse, dump_answer
from taokit.protocol.legacy import answer_headers, answer_terminals

log = logging.getLogger("taokit.axon")

LAST_WORD_S = 1.0  # to write the record that says why a stream ends


async def streamed(
    chunks: Chunks,
    message: Synapse,
    admitted: Admitted,
    request: web.BaseRequest,
    *,
    ends_at: float,
) -> web.StreamResponse:
    """The 200 whose body is what a handler yields; its first piece is there before the status is sent.

    A handler that fails before its first piece is an ordinary refusal. Later, legacy callers see the connection
    end abruptly, the only sign they know, and all others get a record with the id of the failure.
    """
    legacy, begun = isinstance(admitted.claim, LegacyClaim), time.perf_counter()
    pieces = _pieces(chunks, legacy=legacy, ends_at=ends_at)
    first = await anext(pieces, b"")
    response = stream_of(_headers(message, admitted), admitted.seal)
    try:
        await _prepare(response, request)
        await _write(response, first, ends_at)
        async for piece in pieces:
            await _write(response, piece, ends_at)
        if not legacy:
            await _write(response, b'{"done":true,"answer":' + dump_answer(message) + b"}\n", ends_at)
        log_answer(admitted, since=begun)
    except CallerGone:
        log.debug("request %s: the caller left", admitted.caller.request_id)
        await pieces.aclose()
    except Exception:
        log.exception("request %s: the stream of %s failed", admitted.caller.request_id, admitted.route.name)
        await _end_early(response, request, legacy=legacy, request_id=admitted.caller.request_id)
    return response


class CallerGone(Exception):
    """The connection ended while a stream was under way."""


async def _prepare(response: web.StreamResponse, request: web.BaseRequest) -> None:
    try:
        await response.prepare(request)
    except ConnectionError as error:
        raise CallerGone from error


async def _write(response: web.StreamResponse, piece: bytes, ends_at: float) -> None:
    try:
        await by(ends_at, response.write(piece))
    except ConnectionError as error:
        raise CallerGone from error


def _headers(message: Synapse, admitted: Admitted) -> CIMultiDict[str]:
    if not isinstance(admitted.claim, LegacyClaim):
        return CIMultiDict({**SERVER, "Content-Type": "application/x-ndjson"})
    dendrite, axon = answer_terminals(admitted.claim, peer=admitted.peer, process_time=0.0)
    kind = {"Content-Type": "text/event-stream"}
    return CIMultiDict({**kind, **SERVER, **dict(answer_headers(message, dendrite, axon))})


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


async def _end_early(response: web.StreamResponse, request: web.BaseRequest, *, legacy: bool, request_id: str) -> None:
    """Say that the stream failed: by a last record, or, where the format has none, by breaking the connection."""
    try:
        if not legacy:
            record = json.dumps({"error": request_id}).encode() + b"\n"
            await _write(response, record, asyncio.get_running_loop().time() + LAST_WORD_S)
            return
    except (CallerGone, HandlerTimeout):
        log.debug("request %s: the caller does not read any more", request_id)
    if request.transport is not None:
        request.transport.abort()


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
