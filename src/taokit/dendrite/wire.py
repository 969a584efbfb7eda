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
ALWAYS = f"Accept: application/json\r\nUser-Agent: taokit/{__version__}\r\nAccept-Encoding: "


class Wire(ResponseHandler):
    """The library's protocol, one request after the other.

    It counts the bytes that arrive, by which a silent connection is told from a broken answer.
    """

    whole = False  # nothing is under way: the last request was written and its answer read to the end
    received = 0  # bytes since the request now under way began
    idle_since = 0.0  # the loop's clock
    _writing: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.whole:  # it speaks unasked, and the next answer on it would not be ours
            self.drop()
        else:
            super().data_received(data)

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
        self.whole, self.received = False, 0
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
