"""Streamed answers as SDK 10 writes and reads them: by a function that sends, and by a method that reads a response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, ClassVar, Self

from taokit.compat.messages import Synapse
from taokit.dendrite import Stream
from taokit.errors import ConfigurationError

Send = Callable[[dict[str, Any]], Awaitable[None]]
"""Takes `{"type": "http.response.body", "body": bytes, "more_body": bool}`, as an ASGI application sends it."""
TokenStreamer = Callable[[Send], Awaitable[None]]


class BTStreamingResponse:
    """What a streaming handler returns: who sends the pieces."""

    def __init__(self, token_streamer: TokenStreamer, synapse: Synapse | None = None) -> None:
        self.token_streamer = token_streamer
        self.synapse = synapse

    async def pieces(self) -> AsyncIterator[bytes]:
        """What the function sends, piece by piece; it waits while nobody takes them, and ends when nobody will."""
        sent: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(1)

        async def send(message: dict[str, Any]) -> None:
            if body := message.get("body"):
                await sent.put(bytes(body))

        task = asyncio.create_task(self._run(send, sent))
        try:
            while (item := await sent.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, send: Send, sent: asyncio.Queue[bytes | Exception | None]) -> None:
        """Let it send; the last item is what it raised, or None."""
        last: Exception | None = None
        try:
            await self.token_streamer(send)
        except Exception as raised:  # the handler's own, for whoever takes the pieces
            last = raised
        await sent.put(last)


class StreamingSynapse(Synapse):
    """A message whose answer comes in pieces. Subclass it with `process_streaming_response`."""

    BTStreamingResponse: ClassVar[Any] = BTStreamingResponse

    def process_streaming_response(self, response: Any) -> AsyncIterator[Any]:
        """What a caller gets, piece by piece, out of `response.content.iter_any()`; an `async def` with `yield`."""
        raise _unwritten(self, "process_streaming_response")

    def extract_response_json(self, response: Any) -> dict[str, Any]:
        """The fields of the message once all pieces were read; keys that are no answer fields count for nothing."""
        raise _unwritten(self, "extract_response_json")

    def create_streaming_response(self, token_streamer: TokenStreamer) -> Any:
        """What a handler returns to stream what the function sends: a `BTStreamingResponse`."""
        return BTStreamingResponse(token_streamer, self)


def _unwritten(message: Synapse, method: str) -> ConfigurationError:
    return ConfigurationError(f"{message.name} lacks {method}", hint="callers read the stream by it: write it")


class Content:
    """The pieces, under the names that aiohttp gives to reading them."""

    def __init__(self, stream: Stream[Any, bytes]) -> None:
        self._stream = stream

    def iter_any(self) -> AsyncIterator[bytes]:
        """The pieces as they come."""
        return self._stream

    def iter_chunked(self, n: int) -> AsyncIterator[bytes]:
        """The pieces, none longer than `n` bytes."""
        return self._chunked(n)

    def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        """The pieces, each with True: it is whole."""
        return self._whole()

    async def read(self) -> bytes:
        """All that is left."""
        return b"".join([piece async for piece in self._stream])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._lines()

    async def _chunked(self, n: int) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            for start in range(0, len(piece), n):
                yield piece[start : start + n]

    async def _whole(self) -> AsyncIterator[tuple[bytes, bool]]:
        async for piece in self._stream:
            yield piece, True

    async def _lines(self) -> AsyncIterator[bytes]:
        rest = b""
        async for piece in self._stream:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line + b"\n"
        if rest:
            yield rest


class StreamedResponse:
    """What `process_streaming_response` and `extract_response_json` are given in the place of aiohttp's response."""

    def __init__(self, stream: Stream[Any, bytes]) -> None:
        self.content = Content(stream)
        self._stream = stream

    @property
    def status(self) -> int:
        """200: anything else ends the stream before its first piece."""
        return 200

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer, by lower-case name; empty before the first piece."""
        return self._stream.headers

    def read_out(self) -> Self:
        """The same, with what the old template reads in its last step: `response.__dict__["_raw_headers"]`."""
        self._raw_headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        return self


__all__ = ["BTStreamingResponse", "StreamedResponse", "StreamingSynapse"]
