"""What fuzzers call: all that reads a stranger's bytes, on the side of the axon and on that of the dendrite.

Either returns, or raises the one kind of error that stands for a stranger's mistake. Anything else is a find.
"""

from __future__ import annotations

import json

from taokit.errors import BadAnswer, NotServed, Refused
from taokit.protocol import (
    BTAUTH,
    EPISTULA,
    LEGACY,
    BtauthClaim,
    EpistulaClaim,
    LegacyClaim,
    Windows,
    check_headers,
    check_signature,
    dump_answer,
    header_names,
    parse_envelope,
    parse_question,
    verify,
)
from taokit.protocol.answers import Response, read_answer, read_legacy_answer, refusal_text
from taokit.protocol.legacy import check_body
from taokit.protocol.legacy_answers import frame_of
from wire_classes import Echo, Nested, TensorAdd
from wire_vectors import BOB

NOW = 1_795_200_000_000_000_000
KINDS = (Echo, Nested, TensorAdd)


def divided(data: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """A number, headers and a body out of any bytes."""
    head, _, body = data[1:].partition(b"\n\n")
    lines = [line.partition(b": ") for line in head.split(b"\n") if line]
    headers = [(name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, _, value in lines]
    return (data[0] if data else 0), headers, body


def request_side(data: bytes) -> None:
    """Read a request as an axon does."""
    number, pairs, body = divided(data)
    kind = KINDS[number % len(KINDS)]
    for step in (_proven, _asked, _enveloped):
        try:
            step(kind, pairs, body)
        except Refused:
            continue


def _proven(kind: type, pairs: list[tuple[str, str]], body: bytes) -> None:
    names = header_names(tuple(name for name, _ in pairs))
    headers = dict(zip(names.lower, (value for _, value in pairs), strict=True))
    format = names.format()
    names.check_unique()
    claim = _claim(format, headers)
    if claim is None:
        return
    if isinstance(claim, LegacyClaim):
        message = parse_envelope(kind, body)
        frame = frame_of(message, claim)
        lines = frame.head(message, claim, peer=("192.0.2.1", 1), process_time=0.0).split("\r\n")
        assert not any("\n" in line or "\r" in line for line in lines)
        assert all(": " in line for line in lines[:-1])
        json.loads(frame.body(message, claim, peer=("192.0.2.1", 1), process_time=0.0))
        check_body(message, claim)
    check_headers(claim, me=BOB.ss58, now_ns=NOW, window=Windows().of(claim.format))
    check_signature(claim, body, verify=verify)


def _claim(format: str | None, headers: dict[str, str]) -> BtauthClaim | EpistulaClaim | LegacyClaim | None:
    if format == LEGACY:
        return LegacyClaim.from_request(headers, me=BOB.ss58)
    if format == BTAUTH:
        return BtauthClaim.from_request("POST", "/Echo", headers)
    return EpistulaClaim.from_request(headers) if format == EPISTULA else None


def _asked(kind: type, pairs: list[tuple[str, str]], body: bytes) -> None:
    dump_answer(parse_question(kind, body))


def _enveloped(kind: type, pairs: list[tuple[str, str]], body: bytes) -> None:
    parse_envelope(kind, body)


def answer_side(data: bytes) -> None:
    """Read an answer as a dendrite does."""
    number, pairs, body = divided(data)
    headers = {"content-type": "application/json", **dict(pairs)}
    response = Response(200 if number % 2 else 400, headers, body)
    sent = (Echo(text="x"), Nested(), TensorAdd())[number % 3]
    refusal_text(response)
    for read in (read_legacy_answer, read_answer, _read_binary):
        try:
            answer = read(sent, response)
        except (BadAnswer, NotServed):
            continue
        asked = sent.question_fields()
        assert all(getattr(answer, name) is getattr(sent, name) for name in asked)


def _read_binary(sent: Echo, response: Response) -> Echo:
    return read_answer(sent, response, binary=True)


TARGETS = {"request": request_side, "answer": answer_side}
