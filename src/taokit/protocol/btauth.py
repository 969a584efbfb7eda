"""btauth/1: method, target, body, nonce and both ends under one signature."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from taokit.errors import Malformed
from taokit.protocol.binary import content_type
from taokit.protocol.bodies import dump_question
from taokit.protocol.claim import BTAUTH, Claim
from taokit.protocol.forms import SIGNATURE, Form, signature_bytes
from taokit.protocol.request import SignedRequest
from taokit.protocol.synapse import Synapse
from taokit.protocol.verify import decode_ss58
from taokit.signer import ED25519, SR25519, Signer

VERSION = "1"
HEADERS = (
    "x-bittensor-version",
    "x-bittensor-hotkey",
    "x-bittensor-nonce",
    "x-bittensor-receiver",
    "x-bittensor-crypto",
    "x-bittensor-signature",
)
NONCE = Form("1 to 20 digits without a leading zero", re.compile(r"0|[1-9][0-9]{0,19}"))


@dataclass(frozen=True, slots=True)
class BtauthClaim(Claim):
    """What the headers of a btauth request say."""

    format = BTAUTH

    method: str
    target: str  # path and query exactly as sent

    def message(self, body: bytes) -> bytes:
        return payload(
            self.scheme,
            method=self.method,
            target=self.target,
            body_sha256=hashlib.sha256(body).hexdigest(),
            nonce_ns=self.nonce_ns,
            sender=self.sender,
            receiver=self.receiver,
        )

    @classmethod
    def from_request(cls, method: str, target: str, headers: Mapping[str, str]) -> Self:
        """Read the claim from headers with lower-case names; `Malformed` for any breach of syntax."""
        if headers.get("x-bittensor-version") != VERSION:
            raise Malformed("not btauth version 1")
        sender = headers.get("x-bittensor-hotkey", "")
        decode_ss58(sender)
        scheme = headers.get("x-bittensor-crypto", SR25519)
        if scheme not in (SR25519, ED25519):
            raise Malformed(f"unknown scheme {scheme[:32]!r}")
        return cls(
            sender=sender,
            receiver=headers.get("x-bittensor-receiver"),
            uuid="",
            nonce_ns=int(NONCE.read(headers, "x-bittensor-nonce")),
            signature=signature_bytes(SIGNATURE.read(headers, "x-bittensor-signature")),
            scheme=scheme,
            method=method,
            target=target,
        )


def payload(
    scheme: str, *, method: str, target: str, body_sha256: str, nonce_ns: int, sender: str, receiver: str | None
) -> bytes:
    """The signed bytes: eight lines without a final newline; a request bound to nobody has `-` as its receiver."""
    lines = ("btauth/1", scheme, method.upper(), target, body_sha256, str(nonce_ns), sender, receiver or "-")
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def signed_headers(
    signer: Signer, *, method: str, target: str, body_sha256: str, nonce_ns: int, receiver: str | None
) -> dict[str, str]:
    """The headers that prove who sent a request, with their usual spelling."""
    message = payload(
        signer.scheme,
        method=method,
        target=target,
        body_sha256=body_sha256,
        nonce_ns=nonce_ns,
        sender=signer.ss58,
        receiver=receiver,
    )
    headers = {
        "X-Bittensor-Version": VERSION,
        "X-Bittensor-Hotkey": signer.ss58,
        "X-Bittensor-Nonce": str(nonce_ns),
        "X-Bittensor-Signature": "0x" + signer.sign(message).hex(),
    }
    if signer.scheme != SR25519:
        headers["X-Bittensor-Crypto"] = signer.scheme
    if receiver is not None:
        headers["X-Bittensor-Receiver"] = receiver
    return headers


@dataclass(frozen=True, slots=True)
class BtauthDraft:
    """A question serialised and hashed once, to be signed for any number of receivers."""

    target: str
    body: bytes
    body_sha256: str

    @classmethod
    def of(cls, message: Synapse, *, binary: bool = False) -> Self:
        """The draft of a question; `LocalError` names a number that is not finite."""
        body = dump_question(message, binary=binary)
        return cls(target=f"/{type(message).__name__}", body=body, body_sha256=hashlib.sha256(body).hexdigest())

    def signed(self, signer: Signer, *, receiver: str, nonce_ns: int) -> SignedRequest:
        """The request for one receiver."""
        headers = signed_headers(
            signer,
            method="POST",
            target=self.target,
            body_sha256=self.body_sha256,
            nonce_ns=nonce_ns,
            receiver=receiver,
        )
        kind = ("Content-Type", content_type(self.body))
        return SignedRequest(self.target, (*headers.items(), kind), self.body, answer_nonce=str(nonce_ns))


__all__ = ["HEADERS", "BtauthClaim", "BtauthDraft", "payload", "signed_headers"]
