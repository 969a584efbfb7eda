"""Answers and refusals as HTTP, in the manner of the format that asked."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterable
from typing import TypeVar

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time

from taokit.axon.house import Admitted, Arrival
from taokit.errors import HandlerFailed, Refused
from taokit.protocol import (
    BTAUTH,
    EPISTULA,
    Asked,
    FormatOff,
    LegacyClaim,
    Synapse,
    answer_signature,
    content_type,
    dump_answer,
    is_binary,
)
from taokit.protocol.detect import formats_text
from taokit.protocol.legacy import answer_body, answer_headers, answer_terminals, refusal_headers
from taokit.protocol.sealing import NotSealed
from taokit.signer import Signer

log = logging.getLogger("taokit.axon")

R = TypeVar("R", bound=web.StreamResponse)

FIXED = {
    400: "malformed request",
    401: "not verified",
    403: "forbidden",
    404: "unknown message",
    405: "method not allowed",
    408: "request timed out",
    413: "body too large",
    415: "content must be plain JSON",
    429: "too many requests",
    431: "headers too large",
    500: "internal error",
    503: "busy",
}
"""What a refused caller reads, by status. The reason stays in the log."""

SERVER = {"Server": "taokit"}
JSON = {"Content-Type": "application/json"}


class Whole(web.Response):
    """An answer that is all there when it is sent: its head and body go out in one piece.

    aiohttp's own way, which is made for answers of every kind, takes several times as long. It is still taken for
    HTTP/1.0, and for a request that wants no body.
    """

    _sent = False

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if request.version != HttpVersion11 or request.method == "HEAD":
            return await super().prepare(request)
        if self._keep_alive is None:
            self._keep_alive = request.keep_alive
        body = self.body
        assert isinstance(body, bytes)
        self._sent = True
        writer = request.writer
        await writer.write(self._head(len(body)) + body)
        return writer

    async def write_eof(self, data: bytes = b"") -> None:
        if not self._sent:
            await super().write_eof(data)

    def _head(self, length: int) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += (f"Content-Length: {length}", f"Date: {rfc822_formatted_time()}")
        if not self._keep_alive:
            lines.append("Connection: close")
        head = "\r\n".join(lines)
        if head.count("\n") + 1 != len(lines) or head.count("\r") + 1 != len(lines):
            raise ValueError("a header of the answer holds a line break")
        return head.encode() + b"\r\n\r\n"


def answered(message: Synapse, admitted: Admitted, *, seconds: float) -> web.Response:
    """The 200 for a message that its handler filled in."""
    claim = admitted.claim
    if not isinstance(claim, LegacyClaim):
        body = dump_answer(message, binary=is_binary(admitted.body))
        return Whole(body=body, headers={**SERVER, "Content-Type": content_type(body)})
    dendrite, axon = answer_terminals(claim, peer=admitted.peer, process_time=seconds)
    headers = answer_headers(message, dendrite, axon)
    return Whole(body=answer_body(message, dendrite, axon), headers={**SERVER, **JSON, **dict(headers)})


def log_answer(admitted: Admitted, *, since: float) -> None:
    """One line for a request that was served; `since` is when its handler began, by `time.perf_counter`."""
    if not log.isEnabledFor(logging.DEBUG):
        return
    caller = admitted.caller
    fields = {
        "request": caller.request_id,
        "route": admitted.route.name,
        "format": caller.format,
        "outcome": "ok",
        "seconds": round(time.perf_counter() - since, 6),
    }
    log.debug("request %s: %s for %s", caller.request_id, admitted.route.name, caller.hotkey, extra={"fields": fields})


def refused(error: Refused, *, format: str | None, accepted: Collection[str]) -> web.Response:
    """The one place where a refusal becomes a status and a fixed text."""
    text = text_of(error, accepted)
    headers = {**SERVER, **JSON}
    if (error.format if isinstance(error, FormatOff) else format) not in (BTAUTH, EPISTULA):
        headers.update(refusal_headers(error.status, text))
    if error.status == 405:
        headers["Allow"] = "POST"
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return Whole(status=error.status, body=json.dumps({"message": text}).encode(), headers=headers)


def signed(response: R, arrival: Arrival, signer: Signer | None) -> R:
    """The response with this axon's signature, where it signs and the caller was verified; a stream as it is.

    A replay is answered without: its sender may be anyone, and would learn to answer in this axon's name.
    """
    claim = arrival.believed
    if signer is None or claim is None or not isinstance(response, web.Response):
        return response
    asked = Asked(claim.answer_nonce, sender=claim.sender, receiver=signer.ss58)
    body = response.body if isinstance(response.body, bytes) else b""
    try:
        response.headers.extend(answer_signature(signer, asked, status=response.status, body=body))
    except Exception:
        log.exception("request %s: the answer could not be signed", arrival.id)
    return response


def text_of(error: Refused, accepted: Iterable[str]) -> str:
    """The fixed text of a refusal: ASCII, short, and of use to nobody who should not know more."""
    if isinstance(error, FormatOff):
        return formats_text(accepted)
    if isinstance(error, NotSealed):
        return "sealed bodies only"
    if isinstance(error, HandlerFailed) and error.request_id:
        return f"{FIXED[500]} {error.request_id}"
    return FIXED.get(error.status, FIXED[400])


__all__ = ["FIXED", "answered", "log_answer", "refused", "signed"]
