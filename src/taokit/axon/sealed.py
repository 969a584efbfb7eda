"""Bodies that only this axon can read, and answers that only their caller can."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from taokit.axon.answer import Answer
from taokit.axon.keyfile import secret_in
from taokit.errors import ConfigurationError, Malformed
from taokit.protocol.claim import LEGACY, Claim
from taokit.protocol.sealing import (
    KEY_BYTES,
    AnswerSeal,
    Binding,
    NotSealed,
    SealingKey,
    is_sealed,
    open_question,
)

BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Sealing:
    """An axon's keys for sealed bodies: the published one, then those that callers may still have."""

    keys: Sequence[SealingKey]
    required: bool = False  # refuse plain bodies

    @property
    def public(self) -> bytes:
        """The key to publish, 32 bytes."""
        return self.keys[0].public


def sealing_of(file: Path, *, required: bool = False) -> Sealing:
    """Sealing with the key in a file, which is made where there is none. Raises `ConfigurationError` for a bad one."""
    private = secret_in(file, lambda: secrets.token_bytes(KEY_BYTES))
    if len(private) != KEY_BYTES:
        raise ConfigurationError(f"{file} holds no key of {KEY_BYTES} bytes", hint="move it away for a new one")
    return Sealing((SealingKey(private),), required)


def opened(claim: Claim, body: bytes, *, me: str, sealing: Sealing | None) -> tuple[bytes, AnswerSeal | None]:
    """The body in the clear, and what seals its answer if it was sealed.

    `NotSealed` for a plain one where none is taken, `Malformed` for a sealed one that is not for us or was altered.
    """
    if not is_sealed(body):
        if sealing is not None and sealing.required:
            raise NotSealed("a plain body")
        return body, None
    if sealing is None:
        raise Malformed("a sealed body, and this axon has no key to open it")
    if claim.format == LEGACY:  # its signature covers some fields and not the body, so anybody could have sealed it
        raise Malformed("a sealed body in the legacy format")
    return open_question(body, sealing.keys, Binding.of(claim, me=me))


def sealed(answer: Answer, seal: AnswerSeal) -> Answer:
    """The answer with its body sealed."""
    body = seal.seal(answer.body, status=answer.status, salt=secrets.token_bytes(KEY_BYTES))
    kind = "Content-Type"
    return Answer(answer.status, body, [(kind, BINARY), *(one for one in answer.headers if one[0] != kind)])


def sealed_record(record: bytes, seal: AnswerSeal) -> bytes:
    """A record of a stream sealed: `{"sealed": BASE64}` on a line of its own stands for it."""
    piece = seal.seal(record, status=200, salt=secrets.token_bytes(KEY_BYTES))
    return b'{"sealed":"' + base64.b64encode(piece) + b'"}\n'


__all__ = ["Sealing", "opened", "sealed", "sealed_record", "sealing_of"]
