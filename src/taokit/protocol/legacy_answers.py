"""Answers in the legacy format: their headers, and the envelope that repeats both ends and the question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Self

from taokit.protocol.bodies import written
from taokit.protocol.headers import header_lines
from taokit.protocol.legacy import Envelope, LegacyClaim, joined
from taokit.protocol.legacy_hash import body_hash
from taokit.protocol.legacy_headers import AXON, BODY_HASH, DENDRITE, stub_headers, terminal_headers
from taokit.protocol.objects import COMPACT
from taokit.protocol.synapse import Synapse
from taokit.protocol.tensor import Spelling
from taokit.protocol.terminal import Terminal

HOLE: Any = "\0"  # nothing else that is written holds this character
JSON_HOLE = json.dumps(HOLE)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all successful answers to one caller have in common, in pieces. Holes are left for what differs.

    To write both ends from their values for each answer would take three times as long. The holes of the head are
    the time taken, ip, port, nonce, uuid and body hash; those of the envelope ip, port, nonce, uuid and the time taken.
    """

    pieces: tuple[str, ...]  # 7, of header lines
    envelope: tuple[str, ...]  # 6, of JSON

    @classmethod
    def of(cls, kind: type[Synapse], *, timeout: float, dendrite: Terminal, axon: Terminal) -> Self:
        """The frame around two ends that have holes; `ValueError` for a header that goes beyond its line."""
        headers = [
            ("name", kind.__name__),
            *stub_headers(kind),
            ("header_size", "0"),
            ("total_size", "0"),
            ("timeout", str(timeout)),
            *terminal_headers(AXON, axon),
            *terminal_headers(DENDRITE, dendrite),
            (BODY_HASH, HOLE),
        ]
        base = Envelope(name=kind.__name__, timeout=timeout, dendrite=dendrite, axon=axon)
        return cls(tuple(header_lines(headers).split(HOLE)), tuple(COMPACT.encode(vars(base)).split(JSON_HOLE)))

    def head(self, message: Synapse, claim: LegacyClaim, *, peer: tuple[str, int], process_time: float) -> str:
        """The header lines of an answer; a stream sends them before its first byte.

        Nothing that fills a hole can hold a line break: they are numbers, a uuid that was read, a socket's address.
        """
        a, b, c, d, e, f, g = self.pieces
        ip, port = peer
        return f"{a}{process_time:.9f}{b}{ip}{c}{port}{d}{claim.nonce_ns}{e}{claim.uuid}{f}{body_hash(message)}{g}"

    def body(self, message: Synapse, claim: LegacyClaim, *, peer: tuple[str, int], process_time: float) -> bytes:
        """The envelope of an answer, questions included, as real servers write it."""
        a, b, c, d, e, f = self.envelope
        ip, port = encode_basestring(peer[0]), peer[1]
        base = f'{a}{ip}{b}{port}{c}{claim.nonce_ns}{d}"{claim.uuid}"{e}{process_time:.9f}{f}'
        spelling = Spelling(torch=True) if message.in_torch else None
        return joined(base.encode(), written(message, message.field_names(), spelling), b",")


def frame_of(message: Synapse, claim: LegacyClaim) -> Frame:
    """The frame of the answer to a claim; `ValueError` for a timeout that JSON cannot say."""
    said = claim.said
    axon = said.get(AXON + "ip"), said.get(AXON + "port"), said.get(AXON + "hotkey")
    return _frame(type(message), float(message.timeout), claim.sender, said.get(DENDRITE + "version"), axon)


@lru_cache(maxsize=512)  # a caller says the same of itself and of this axon in every request
def _frame(
    kind: type[Synapse],
    timeout: float,
    sender: str,
    version: int | None,
    axon: tuple[str | None, int | None, str | None],
) -> Frame:
    ip, port, hotkey = axon
    return Frame.of(
        kind,
        timeout=timeout,
        dendrite=Terminal(ip=HOLE, port=HOLE, version=version, nonce=HOLE, uuid=HOLE, hotkey=sender),
        axon=Terminal(200, "Success", HOLE, ip=ip, port=port, hotkey=hotkey),
    )


def sender_terminal(claim: LegacyClaim, *, peer: tuple[str, int]) -> Terminal:
    """The verified sender, without its signature."""
    version = claim.said.get(DENDRITE + "version")
    return Terminal(None, None, None, peer[0], peer[1], version, claim.nonce_ns, claim.uuid, claim.sender)


def refusal_headers(status: int, text: str) -> list[tuple[str, str]]:
    """The headers by which old clients learn why they were refused; the text is ASCII and short."""
    return [(AXON + "status_code", str(status)), (AXON + "status_message", text)]


__all__ = ["Frame", "frame_of", "refusal_headers", "sender_terminal"]
