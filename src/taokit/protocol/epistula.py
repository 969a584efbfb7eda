"""Epistula v2: body, uuid, timestamp and receiver under one signature; the path and the method are not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from taokit.errors import LocalError, Malformed
from taokit.protocol.binary import content_type
from taokit.protocol.bodies import dump_question
from taokit.protocol.claim import EPISTULA, Claim, ReplayKey, Verify
from taokit.protocol.forms import INTEGER, SIGNATURE, UUID, signature_bytes
from taokit.protocol.request import SignedRequest
from taokit.protocol.synapse import Synapse
from taokit.protocol.verify import decode_ss58
from taokit.signer import SR25519, Signer

VERSION = "2"
TOKEN = "epistula-secret-signature-"  # noqa: S105  a header's name
HEADERS = (
    "epistula-version",
    "epistula-timestamp",
    "epistula-uuid",
    "epistula-signed-by",
    "epistula-signed-for",
    "epistula-request-signature",
    TOKEN + "0",
    TOKEN + "1",
    TOKEN + "2",
)
MILLISECOND_NS = 1_000_000
SLOT_MS = 10_000


@dataclass(frozen=True, slots=True)
class EpistulaClaim(Claim):
    """What the headers of an Epistula request say."""

    format = EPISTULA

    @property
    def step_ns(self) -> int:
        return MILLISECOND_NS

    @property
    def replay_key(self) -> ReplayKey:
        return (EPISTULA, self.sender, self.uuid, 0)  # a uuid is new for every request, whatever its timestamp

    @property
    def answer_nonce(self) -> str:
        return self.uuid

    def message(self, body: bytes) -> bytes:
        return signed_message(
            hashlib.sha256(body).hexdigest(),
            uuid=self.uuid,
            timestamp_ms=self.nonce_ns // MILLISECOND_NS,
            receiver=self.receiver,
        )

    @classmethod
    def from_request(cls, headers: Mapping[str, str]) -> Self:
        """Read the claim from headers with lower-case names; `Malformed` for any breach of syntax."""
        if headers.get("epistula-version") != VERSION:
            raise Malformed("not Epistula version 2")
        sender = headers.get("epistula-signed-by", "")
        decode_ss58(sender)
        return cls(
            sender=sender,
            receiver=headers.get("epistula-signed-for"),
            uuid=UUID.read(headers, "epistula-uuid"),
            nonce_ns=int(INTEGER.read(headers, "epistula-timestamp")) * MILLISECOND_NS,
            signature=signature_bytes(SIGNATURE.read(headers, "epistula-request-signature")),
            scheme=SR25519,
        )


def signed_message(body_sha256: str, *, uuid: str, timestamp_ms: int, receiver: str | None) -> bytes:
    """The signed bytes: four texts with dots between them; the last is empty for a request bound to nobody."""
    return f"{body_sha256}.{uuid}.{timestamp_ms}.{receiver or ''}".encode()


def interval_texts(timestamp_ms: int, receiver: str) -> tuple[bytes, bytes, bytes]:
    """What the three interval tokens sign: the slots of ten seconds before, at and after this one."""
    slot = -(-timestamp_ms // SLOT_MS)
    before, at, after = (f"{number}.{receiver}".encode() for number in (slot - 1, slot, slot + 1))
    return before, at, after


def older_interval_texts(timestamp_ms: int, receiver: str) -> tuple[bytes, bytes, bytes]:
    """The same as older Python code writes it: the end of the slot in milliseconds, as a float, minus and plus one."""
    end = float(-(-timestamp_ms // SLOT_MS) * SLOT_MS)
    before, at, after = (f"{moment}.{receiver}".encode() for moment in (end - 1, end, end + 1))
    return before, at, after


def proves_interval(
    signature: bytes, number: int, *, sender: str, receiver: str, timestamp_ms: int, verify: Verify
) -> bool:
    """Whether interval token `number` (0, 1 or 2) is the sender's for its slot, in either spelling.

    A request needs no tokens and an axon checks none; they are for showing to third parties.
    """
    return any(
        verify(sender, texts(timestamp_ms, receiver)[number], signature, SR25519)
        for texts in (interval_texts, older_interval_texts)
    )


def signed_headers(
    signer: Signer, *, body_sha256: str, timestamp_ms: int, uuid: str, receiver: str | None, tokens: bool = True
) -> dict[str, str]:
    """The headers that prove who sent a request, with their usual spelling; `tokens` adds the interval tokens."""
    if signer.scheme != SR25519:
        raise LocalError(f"Epistula knows sr25519 only, {signer.ss58} signs with {signer.scheme}")
    message = signed_message(body_sha256, uuid=uuid, timestamp_ms=timestamp_ms, receiver=receiver)
    headers = {
        "Epistula-Version": VERSION,
        "Epistula-Timestamp": str(timestamp_ms),
        "Epistula-Uuid": uuid,
        "Epistula-Signed-By": signer.ss58,
        "Epistula-Request-Signature": "0x" + signer.sign(message).hex(),
    }
    if receiver is None:
        return headers
    headers["Epistula-Signed-For"] = receiver
    if tokens:
        for number, text in enumerate(interval_texts(timestamp_ms, receiver)):
            headers[f"Epistula-Secret-Signature-{number}"] = "0x" + signer.sign(text).hex()
    return headers


@dataclass(frozen=True, slots=True)
class EpistulaDraft:
    """A question serialised and hashed once, to be signed for any number of receivers."""

    target: str
    body: bytes
    body_sha256: str
    tokens: bool = True  # send the interval tokens, three signatures more

    @classmethod
    def of(cls, message: Synapse, *, binary: bool = False, tokens: bool = True) -> Self:
        """The draft of a question; `LocalError` names a number that is not finite."""
        body = dump_question(message, binary=binary)
        return cls(f"/{type(message).__name__}", body, hashlib.sha256(body).hexdigest(), tokens)

    def signed(self, signer: Signer, *, receiver: str, nonce_ns: int, uuid: str) -> SignedRequest:
        """The request for one receiver; `uuid` is new for each."""
        headers = signed_headers(
            signer,
            body_sha256=self.body_sha256,
            timestamp_ms=nonce_ns // MILLISECOND_NS,
            uuid=uuid,
            receiver=receiver,
            tokens=self.tokens,
        )
        kind = ("Content-Type", content_type(self.body))
        return SignedRequest(self.target, (*headers.items(), kind), self.body, answer_nonce=uuid)


__all__ = [
    "HEADERS",
    "EpistulaClaim",
    "EpistulaDraft",
    "proves_interval",
    "signed_headers",
    "signed_message",
]
