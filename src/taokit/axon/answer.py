"""A whole answer, and how its bytes begin."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import HttpVersion10
from aiohttp.helpers import rfc822_formatted_time

from taokit.protocol.headers import header_lines

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

Header = tuple[str, str]

JSON: Final = ("Content-Type", "application/json")
JSON_LINE: Final = header_lines([JSON])


@dataclass(slots=True)
class Answer:
    """What goes back to a caller in one piece."""

    status: int
    body: bytes
    headers: list[Header]  # without those that every answer has
    lines: str = ""  # more of them, as they travel

    def written(self, message: RawRequestMessage | None, *, last: bool) -> bytes:
        """All of its bytes, for this request or for what was none. `last` says that the connection ends."""
        lines = f"{self.lines}Content-Length: {len(self.body)}\r\n"
        head = head_of(self.status, self.headers, message, last=last, lines=lines)
        return head if message is not None and message.method == "HEAD" else head + self.body


@cache
def _start(status: int) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: taokit\r\n"


def head_of(
    status: int, headers: Collection[Header], message: RawRequestMessage | None, *, last: bool, lines: str = ""
) -> bytes:
    """The first bytes of an answer to this request; `ValueError` for a header that goes beyond its line.

    `lines` are headers that are written already, and known to stay within theirs.
    """
    end = ""
    if last:
        end = "Connection: close\r\n"
    elif message is not None and message.version is HttpVersion10:
        end = "Connection: keep-alive\r\n"
    written = header_lines(headers) if headers else ""
    return f"{_start(status)}{written}{lines}Date: {rfc822_formatted_time()}\r\n{end}\r\n".encode()


__all__ = ["JSON", "JSON_LINE", "Answer", "Header", "head_of"]
