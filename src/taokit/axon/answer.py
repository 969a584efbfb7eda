"""A whole answer, and how its bytes begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import HttpVersion10
from aiohttp.helpers import rfc822_formatted_time

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

Header = tuple[str, str]

JSON: Final = ("Content-Type", "application/json")


@dataclass(slots=True)
class Answer:
    """What goes back to a caller in one piece."""

    status: int
    body: bytes
    headers: list[Header]  # without those that every answer has

    def written(self, message: RawRequestMessage | None, *, last: bool) -> bytes:
        """All of its bytes, for this request or for what was none. `last` says that the connection ends."""
        length = ("Content-Length", str(len(self.body)))
        head = head_of(self.status, [*self.headers, length], message, last=last)
        return head if message is not None and message.method == "HEAD" else head + self.body


@cache
def _start(status: int) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nServer: taokit\r\n"


def head_of(status: int, headers: Iterable[Header], message: RawRequestMessage | None, *, last: bool) -> bytes:
    """The first bytes of an answer to this request; `ValueError` for a header that goes beyond its line."""
    lines = [f"{name}: {value}" for name, value in headers]
    lines.append(f"Date: {rfc822_formatted_time()}")
    if last:
        lines.append("Connection: close")
    elif message is not None and message.version is HttpVersion10:
        lines.append("Connection: keep-alive")
    text = "\r\n".join(lines)
    if text.count("\n") + 1 != len(lines) or text.count("\r") + 1 != len(lines):
        raise ValueError("a header of the answer holds a line break")
    return f"{_start(status)}{text}\r\n\r\n".encode()


__all__ = ["JSON", "Answer", "Header", "head_of"]
