"""Answers and refusals as HTTP, in the manner of the format that asked."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterable

from taokit.axon.answer import JSON, JSON_LINE, Answer
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
from taokit.protocol.legacy_answers import frame_of, refusal_headers
from taokit.protocol.sealing import NotSealed
from taokit.signer import Signer

log = logging.getLogger("taokit.axon")

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


def answered(message: Synapse, admitted: Admitted, *, seconds: float) -> Answer:
    """The 200 for a message that its handler filled in."""
    claim = admitted.claim
    if not isinstance(claim, LegacyClaim):
        body = dump_answer(message, binary=is_binary(admitted.body))
        return Answer(200, body, [("Content-Type", content_type(body))])
    frame, peer = frame_of(message, claim), admitted.peer
    lines = JSON_LINE + frame.head(message, claim, peer=peer, process_time=seconds)
    return Answer(200, frame.body(message, claim, peer=peer, process_time=seconds), [], lines)


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
    name, hotkey = admitted.route.name, caller.hotkey
    log.debug("request %s: 200 %s for %s", caller.request_id, name, hotkey, extra={"fields": fields})


def refused(error: Refused, *, format: str | None, accepted: Collection[str]) -> Answer:
    """The one place where a refusal becomes a status and a fixed text."""
    text = text_of(error, accepted)
    headers = [JSON]
    if (error.format if isinstance(error, FormatOff) else format) not in (BTAUTH, EPISTULA):
        headers += refusal_headers(error.status, text)
    if error.status == 405:
        headers.append(("Allow", "POST"))
    if error.retry_after is not None:
        headers.append(("Retry-After", str(max(1, round(error.retry_after)))))
    return Answer(error.status, json.dumps({"message": text}).encode(), headers)


def signed(answer: Answer | None, arrival: Arrival, signer: Signer | None) -> Answer | None:
    """The answer with this axon's signature, where it signs and the caller was verified; a stream as it is.

    A replay is answered without: its sender may be anyone, and would learn to answer in this axon's name.
    """
    claim = arrival.believed
    if signer is None or claim is None or answer is None:
        return answer
    asked = Asked(claim.answer_nonce, sender=claim.sender, receiver=signer.ss58)
    try:
        answer.headers += answer_signature(signer, asked, status=answer.status, body=answer.body)
    except Exception:
        log.exception("request %s: the answer could not be signed", arrival.id)
    return answer


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
