"""Signed answers: an axon's word for one answer to one request, in headers that other clients do not look at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from taokit.errors import BadAnswer
from taokit.protocol.answers import Response
from taokit.protocol.claim import Verify
from taokit.protocol.forms import SIGNATURE, signature_bytes
from taokit.protocol.verify import verify
from taokit.signer import ED25519, SR25519, Signer

VERSION = "1"
PREFIX = "x-taokit-answer-"


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that an answer belongs to."""

    nonce: str  # its nonce, its uuid under Epistula, both with a dot between them under legacy
    sender: str  # ss58
    receiver: str  # ss58; who answers, and signs


def answer_payload(asked: Asked, *, scheme: str, status: int, body: bytes) -> bytes:
    """The signed bytes: seven lines without a final newline."""
    digest = hashlib.sha256(body).hexdigest()
    lines = ("taokit-answer/1", scheme, asked.nonce, asked.sender, asked.receiver, str(status), digest)
    return "\n".join(lines).encode()


def answer_signature(signer: Signer, asked: Asked, *, status: int, body: bytes) -> list[tuple[str, str]]:
    """The headers by which a client knows whose answer it is. Only for a request that was verified and is no replay."""
    message = answer_payload(asked, scheme=signer.scheme, status=status, body=body)
    headers = [
        ("X-Taokit-Answer-Version", VERSION),
        ("X-Taokit-Answer-Hotkey", signer.ss58),
        ("X-Taokit-Answer-Nonce", asked.nonce),
        ("X-Taokit-Answer-Signature", "0x" + signer.sign(message).hex()),
    ]
    if signer.scheme != SR25519:
        headers.append(("X-Taokit-Answer-Crypto", signer.scheme))
    return headers


def check_answer(response: Response, asked: Asked, *, required: bool, verify: Verify = verify) -> bool:
    """Whether the neuron that was asked signed this answer to this request.

    `BadAnswer` for a signature that does not verify, and for a missing one where it is `required`. What was asked is
    taken from what was sent; the headers say nothing but the signature and its scheme.
    """
    text = response.headers.get(PREFIX + "signature")
    if text is None:
        if required:
            raise BadAnswer(f"status {response.status} without a signature", hint="the axon needs `sign_answers`")
        return False
    scheme = response.headers.get(PREFIX + "crypto", SR25519)
    if scheme not in (SR25519, ED25519):
        raise BadAnswer(f"an answer signed under the unknown scheme {scheme[:32]!r}")
    if not SIGNATURE.pattern.fullmatch(text) or _is_packed(response.headers):
        raise BadAnswer("an answer whose signature has a wrong form, or that is compressed although it is signed")
    message = answer_payload(asked, scheme=scheme, status=response.status, body=response.body)
    if not verify(asked.receiver, message, signature_bytes(text), scheme):
        raise BadAnswer(f"an answer that {asked.receiver} did not sign")
    return True


def _is_packed(headers: Mapping[str, str]) -> bool:
    return headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


__all__ = ["Asked", "answer_signature", "check_answer"]
