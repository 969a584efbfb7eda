"""What a client makes of an answer: the message with its answers, or the error that says why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from taokit.errors import BadAnswer, Disconnected, LocalError, NotAsked, NotServed, TimedOut, Unreachable
from taokit.protocol.binary import is_binary
from taokit.protocol.bodies import filled, read_body
from taokit.protocol.legacy_headers import AXON, DENDRITE, NUMBER
from taokit.protocol.objects import MAX_DEPTH, NotAnObject, read_object
from taokit.protocol.synapse import Synapse

M = TypeVar("M", bound=Synapse)

JSON_TYPE = re.compile(r"\s*application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
STATUS = re.compile(r"-?[0-9]{1,18}")  # it fits into 64 bits, as those need it who count or trace
LONGEST_TEXT = 512  # characters of a stranger's text that are kept
LONGEST_TIME = 1e9  # seconds that a stranger can be taken to mean


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, read to its end and decompressed."""

    status: int
    headers: Mapping[str, str]  # by lower-case name
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How asking ended, in the two ways that callers look at it."""

    word: str  # ok, not served, bad answer, timeout, disconnected, unreachable, not asked
    status: int  # as existing scoring code expects it in dendrite.status_code


def outcome(error: Exception | None) -> Outcome:
    """The outcome that an error stands for; None stands for success."""
    match error:
        case None:
            return Outcome("ok", 200)
        case NotServed():
            return Outcome("not served", error.status)
        case TimedOut():
            return Outcome("timeout", 408)
        case Disconnected():
            return Outcome("disconnected", 503)
        case Unreachable():
            return Outcome("unreachable", 503)
        case NotAsked() | LocalError():
            return Outcome("not asked", 503)
        case _:
            return Outcome("bad answer", 422)


def read_legacy_answer(sent: M, response: Response, *, depth: int = MAX_DEPTH) -> M:
    """A copy of the question with the answers of a legacy server; `NotServed` or `BadAnswer` when there are none.

    What was asked, the timeout and both identities stay as they were sent, whatever the answer claims.
    """
    given = _json_object(response, depth)
    said = _status_header(response.headers)
    if response.status != 200:
        raise NotServed(_message(given), status=response.status)
    if said not in (None, 200):
        text = response.headers.get(AXON + "status_message", "")
        raise NotServed(shown(text), status=said)
    answer = filled(sent, given)
    _note_success(answer, response.headers, given)
    return answer


def read_answer(sent: M, response: Response, *, binary: bool = False, depth: int = MAX_DEPTH) -> M:
    """A copy of the question with the answers of a btauth or Epistula server; `NotServed` or `BadAnswer` without any.

    `binary` is whether the question was: only then may the answer be.
    """
    if response.status != 200:
        raise NotServed(_message(_json_object(response, depth)), status=response.status)
    if binary and is_binary(response.body):
        answer = _read_binary(sent, response, depth)
    else:
        answer = filled(sent, _json_object(response, depth))
    _note_success(answer, {}, {})
    return answer


def _read_binary(sent: M, response: Response, depth: int) -> M:
    try:
        return filled(sent, *read_body(response.body, depth=depth))
    except NotAnObject as error:
        raise BadAnswer(f"status 200 with {error}") from None


def refusal_text(response: Response) -> str:
    """The text of a refusal, short and on one line; empty where it has none that reads."""
    try:
        return _message(_json_object(response, MAX_DEPTH))
    except BadAnswer:
        return ""


def shown(text: str) -> str:
    """A stranger's text, short and on one line, without what would move a terminal's cursor."""
    short = text[:LONGEST_TEXT]
    return short if short.isprintable() else "".join(one if one.isprintable() else " " for one in short)


def _json_object(response: Response, depth: int) -> dict[str, Any]:
    kind = response.headers.get("content-type", "")
    if not JSON_TYPE.fullmatch(kind):
        raise BadAnswer(f"status {response.status} with content type {kind[:64]!r}, not JSON")
    try:
        return read_object(response.body, depth=depth)
    except NotAnObject as error:
        raise BadAnswer(f"status {response.status} with a body that is {error}") from None


def _status_header(headers: Mapping[str, str]) -> int | None:
    for name in (AXON + "status_code", DENDRITE + "status_code"):
        if not STATUS.fullmatch(headers.get(name, "0")):
            raise BadAnswer(f"{name} is not an integer")
    text = headers.get(AXON + "status_code")
    return None if text is None else int(text)


def _message(given: Mapping[str, Any]) -> str:
    text = given.get("message", "")
    if not isinstance(text, str):
        raise BadAnswer("the refusal's message is not text")
    return shown(text)


def _note_success(answer: Synapse, headers: Mapping[str, str], given: Mapping[str, Any]) -> None:
    axon, dendrite = answer.ends.axon, answer.ends.dendrite
    axon.status_code, axon.status_message = 200, "Success"
    axon.process_time = _claimed_time(headers, given)
    dendrite.status_code, dendrite.status_message = 200, "Success"


def _claimed_time(headers: Mapping[str, str], given: Mapping[str, Any]) -> float | None:
    """The seconds that the miner says it worked, when that is a finite number from 0."""
    inside = given.get("axon")
    body_says = inside.get("process_time") if isinstance(inside, dict) else None
    claimed = headers.get(AXON + "process_time", body_says)
    if isinstance(claimed, str) and NUMBER.fullmatch(claimed):
        claimed = float(claimed)
    if isinstance(claimed, bool) or not isinstance(claimed, int | float):
        return None
    return float(claimed) if 0 <= claimed <= LONGEST_TIME else None


__all__ = ["Outcome", "Response", "outcome", "read_answer", "read_legacy_answer", "refusal_text", "shown"]
