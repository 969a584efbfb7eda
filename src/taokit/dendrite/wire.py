"""One connection to a neuron: a request written, the head of its answer read. aiohttp's parser, our own writing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from aiohttp.client_proto import ResponseHandler

from taokit._version import __version__
from taokit.errors import BadAnswer, LocalError

if TYPE_CHECKING:
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

    from taokit.protocol import SignedRequest

WHOLE = 1 << 20
"""Bytes of a body that are written in one piece; a longer one goes out in pieces, as fast as they are taken."""
PIECE = 1 << 17
MOST_INTERIM = 16
"""Interim answers (status 1xx) that are skipped before the one that counts."""
WIDE, NARROW = 1 << 18, 1 << 12
"""Bytes that are read at a time: of a body of known length, and of what must be parsed byte by byte.

A neuron that sends nothing but one-byte chunks makes a thousand steps of a few kilobytes. What many such neurons have
sent is all read before the loop looks at its clock again.
"""
ALWAYS = f"Accept: application/json\r\nUser-Agent: taokit/{__version__}\r\nAccept-Encoding: "


class Wire(ResponseHandler, asyncio.BufferedProtocol):
    """The library's protocol, one request after the other.

    It counts the bytes that arrive, by which a silent connection is told from a broken answer, and one that says
    little in many words from an honest one.
    """

    whole = False  # nothing is under way: the last request was written and its answer read to the end
    received = 0  # bytes since the request now under way began
    idle_since = 0.0  # the loop's clock
    _writing: asyncio.Task[None] | None = None
    _content: StreamReader | None = None  # the body of the answer, once its head was read
    _length = 0  # bytes of it, where the head says how many

    def __init__(self, loop: asyncio.AbstractEventLoop, space: memoryview, *, around_bytes: int) -> None:
        """A connection to be made. `space` is where every connection of a loop reads to, `WIDE` bytes."""
        super().__init__(loop)
        self._space = space
        self._around_bytes = around_bytes

    def get_buffer(self, sizehint: int) -> memoryview:
        left = 0 if self._content is None else self._length - self._content.total_bytes
        return self._space[: max(NARROW, left)]

    def buffer_updated(self, nbytes: int) -> None:
        self.received += nbytes
        if self.whole:  # it speaks unasked, and the next answer on it would not be ours
            self.drop()
            return
        self.data_received(bytes(self._space[:nbytes]))
        body = 0 if self._content is None else self._content.total_bytes
        if self.received - 2 * body > self._around_bytes:
            self._refuse(BadAnswer(f"more than {self._around_bytes} bytes of an answer that are not its body"))

    def _refuse(self, error: BadAnswer) -> None:
        """Let whoever reads know why the connection ends."""
        self.set_exception(error)
        if self._content is not None:
            self._content.set_exception(error)
        self.drop()

    @property
    def reusable(self) -> bool:
        """Whether another request may be written to it."""
        transport = self.transport
        return (
            self.whole
            and transport is not None
            and not self.should_close
            and not transport.is_closing()
            and transport.get_write_buffer_size() == 0
        )

    def begin(self, head: bytes, body: bytes, *, line_bytes: int) -> None:
        """Write a request, or begin to."""
        self.whole, self.received, self._content, self._length = False, 0, None, 0
        self.set_response_params(
            read_until_eof=True,
            auto_decompress=False,  # the library would unpack without a bound
            max_line_size=line_bytes,
            max_field_size=line_bytes,
        )
        if self.transport is None:
            raise ConnectionResetError("the connection is closed")
        if len(body) <= WHOLE:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self._writing = asyncio.create_task(self._write(body))

    async def _write(self, body: bytes) -> None:
        view = memoryview(body)
        with suppress(ConnectionError):  # the reader learns of it, and of an answer that came before
            for start in range(0, len(body), PIECE):
                await self._drain_helper()
                if self.transport is not None:
                    self.transport.write(view[start : start + PIECE])

    async def answer(self) -> tuple[RawResponseMessage, StreamReader]:
        """The head of the answer, and where its body comes."""
        for _ in range(MOST_INTERIM):
            message, content = await self.read()
            if not 100 <= message.code < 200 or message.code == 101:
                self._content, self._length = content, _length_of(message)
                return message, content
        raise BadAnswer(f"more than {MOST_INTERIM} interim answers")

    def done(self) -> None:
        """Note that the answer was read to its end."""
        self.whole = self._writing is None or self._writing.done()

    def drop(self) -> None:
        """End the connection now, and what is still being written to it."""
        if self._writing is not None:
            self._writing.cancel()
        if self.transport is not None:
            self.transport.abort()


def _length_of(message: RawResponseMessage) -> int:
    """How long the body is that follows, when its head says so."""
    declared = message.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() and len(declared) < 20 else 0


@lru_cache(maxsize=4096)
def _start(host: str, port: int, target: str, *, packed: bool) -> str:
    encodings = "gzip, deflate" if packed else "identity"
    return f"POST {target} HTTP/1.1\r\nHost: {f'[{host}]' if ':' in host else host}:{port}\r\n{ALWAYS}{encodings}"


def head_of(host: str, port: int, request: SignedRequest, *, packed: bool = True) -> bytes:
    """The head of a request whose answer may come `packed`; `LocalError` for a header that goes beyond its line."""
    start = _start(host, port, request.target, packed=packed)
    lines = [start, *[f"{name}: {value}" for name, value in request.headers]]
    lines.append(f"Content-Length: {len(request.body)}\r\n\r\n")
    text = "\r\n".join(lines)
    breaks = len(request.headers) + 7  # four in the beginning, one before each header and the length, two at the end
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise LocalError("a header or the path holds a line break")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise LocalError("a header or the path holds half a character (a lone surrogate)") from None


__all__ = ["Wire", "head_of"]
