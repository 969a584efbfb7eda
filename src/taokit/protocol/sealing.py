"""Bodies that only the receiver can read: HPKE (RFC 9180) out, its exported secret back.

The suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305 in base mode; who asks is proven by the signature
over the sealed body and not by the seal. Answers are sealed under a secret exported from the question's context, with
a salt of their own, as Oblivious HTTP does (RFC 9458, section 4.4). Both directions are bound to the format, the
sender, the receiver and the nonce of the request, so neither can be moved to another one.

    TKS1 | key id (8) | encapsulated key (32) | ciphertext       a question
    TKS1 | salt (32) | ciphertext                                an answer, or the first record of a stream

Lengths are not hidden, and a receiver's key that is stolen opens what was recorded before: there is no forward
secrecy towards the receiver. A route's own limit bounds the plaintext, which is never longer than what travels.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from taokit.errors import BadAnswer, Malformed
from taokit.protocol.claim import Claim, Verify
from taokit.signer import ED25519, SR25519, Signer

SEALED: Final = b"TKS1"
"""How a sealed body begins; no JSON object does."""
RECORD: Final = b"TKX1"
"""How a published key begins."""
KEY_BYTES: Final = 32
OVERHEAD: Final = len(SEALED) + 8 + KEY_BYTES + 16
"""Bytes by which a sealed question is longer than the plain one."""

SCHEMES: Final = {ED25519: 0, SR25519: 1}
"""One byte for each scheme, numbered as the chain numbers signatures (`MultiSignature`)."""
RECORD_BYTES: Final = len(RECORD) + 1 + KEY_BYTES + 64

_KEM: Final = b"KEM\x00\x20"
_SUITE: Final = b"HPKE\x00\x20\x00\x01\x00\x03"
_EXPORT: Final = b"taokit-seal/1 answer"


class NotSealed(Malformed):
    """A plain body where this axon takes sealed ones only."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The one request that a seal belongs to."""

    format: str  # btauth or epistula: the formats whose signature covers the raw body
    sender: str  # ss58
    receiver: str  # ss58
    nonce: str  # of the request, as a signed answer repeats it

    @classmethod
    def of(cls, claim: Claim, *, me: str) -> Self:
        """The binding of a request that `me` received."""
        return cls(claim.format, claim.sender, me, claim.answer_nonce)

    def associated(self, direction: str, *rest: int) -> bytes:
        """What is authenticated with the ciphertext, one item a line."""
        lines = ("taokit-seal/1", direction, self.format, self.sender, self.receiver, self.nonce, *map(str, rest))
        return "\n".join(lines).encode("utf-8", "surrogateescape")


class SealingKey:
    """A receiver's X25519 key."""

    def __init__(self, private: bytes) -> None:
        """The key of 32 secret bytes; `ValueError` for any other number."""
        self._private = X25519PrivateKey.from_private_bytes(private)
        self.public: bytes = self._private.public_key().public_bytes_raw()
        self.id: bytes = key_id(self.public)

    def shared(self, encapsulated: bytes) -> bytes:
        """The secret that the sender of an encapsulated key shares with us; `ValueError` for a degenerate one."""
        shared = self._private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
        return _kem_secret(shared, encapsulated + self.public)


def key_id(public: bytes) -> bytes:
    """Eight bytes by which a receiver knows which of its keys was meant."""
    return hashlib.sha256(RECORD + public).digest()[:8]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What both ends derive from the shared secret (RFC 9180, section 5.1)."""

    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)  # 12 bytes
    exporter: bytes = field(repr=False)

    @classmethod
    def of(cls, shared: bytes, info: bytes) -> Self:
        context = b"\0" + _labeled_extract(b"", b"psk_id_hash", b"") + _labeled_extract(b"", b"info_hash", info)
        secret = _labeled_extract(shared, b"secret", b"")
        sizes = ((b"key", 32), (b"base_nonce", 12), (b"exp", 32))
        return cls(*(_labeled_expand(secret, label, context, size) for label, size in sizes))

    def export(self, context: bytes) -> bytes:
        """Thirty-two bytes for another purpose (section 5.3)."""
        return _labeled_expand(self.exporter, b"sec", context, 32)


@dataclass(slots=True)
class AnswerSeal:
    """Seals the answer to one question, or the records of a stream in their order."""

    binding: Binding
    secret: bytes = field(repr=False)  # exported from the question's context, with its encapsulated key in front
    salt: bytes = b""  # 32 random bytes; b"": none yet
    _next: int = 0

    def seal(self, body: bytes, *, status: int, salt: bytes) -> bytes:
        """The next piece, sealed. `salt` are 32 random bytes, used by the first piece only."""
        first = not self.salt
        self.salt = self.salt or salt
        sealed = self._cipher().encrypt(self._nonce(), body, self._bound(status))
        self._next += 1
        return SEALED + self.salt + sealed if first else SEALED + sealed

    def open(self, body: bytes, *, status: int) -> bytes:
        """The next piece in the clear; `BadAnswer` unless the receiver sealed it in answer to this very question."""
        start = len(SEALED) + (0 if self.salt else KEY_BYTES)
        if not body.startswith(SEALED) or len(body) < start:
            raise BadAnswer("the answer to a sealed question is not sealed")
        self.salt = self.salt or body[len(SEALED) : start]
        try:
            plain = self._cipher().decrypt(self._nonce(), body[start:], self._bound(status))
        except InvalidTag:
            raise BadAnswer("the answer does not open with the key of its question") from None
        self._next += 1
        return plain

    def _cipher(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(_expand(self._root(), b"key", 32))

    def _nonce(self) -> bytes:
        base = int.from_bytes(_expand(self._root(), b"nonce", 12), "big")
        return (base ^ self._next).to_bytes(12, "big")

    def _root(self) -> bytes:
        return _extract(self.secret[:KEY_BYTES] + self.salt, self.secret[KEY_BYTES:])

    def _bound(self, status: int) -> bytes:
        return self.binding.associated("answer", status, self._next)


def is_sealed(body: bytes) -> bool:
    """Whether a body says that it is sealed."""
    return body.startswith(SEALED)


def seal_question(body: bytes, public: bytes, binding: Binding, *, ephemeral: bytes) -> tuple[bytes, AnswerSeal]:
    """The sealed body, and what opens its answer.

    `public` is the receiver's key (32 bytes); `ephemeral` are 32 random bytes that nothing else ever uses.
    """
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    encapsulated = private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    schedule = Schedule.of(_kem_secret(shared, encapsulated + public), binding.associated("question"))
    sealed = ChaCha20Poly1305(schedule.key).encrypt(schedule.nonce, body, b"")
    answers = AnswerSeal(binding, encapsulated + schedule.export(_EXPORT))
    return SEALED + key_id(public) + encapsulated + sealed, answers


def open_question(body: bytes, keys: Iterable[SealingKey], binding: Binding) -> tuple[bytes, AnswerSeal]:
    """The body in the clear, and what seals its answer; `Malformed` unless it was sealed for this request and us."""
    if len(body) < OVERHEAD:
        raise Malformed("a sealed body that is too short")
    at = len(SEALED)
    wanted, encapsulated = body[at : at + 8], body[at + 8 : at + 8 + KEY_BYTES]
    key = next((key for key in keys if key.id == wanted), None)
    if key is None:
        raise Malformed("sealed for a key that this axon does not have")
    try:
        schedule = Schedule.of(key.shared(encapsulated), binding.associated("question"))
        plain = ChaCha20Poly1305(schedule.key).decrypt(schedule.nonce, body[at + 8 + KEY_BYTES :], b"")
    except (InvalidTag, ValueError):
        raise Malformed("the sealed body does not open: altered, or sealed for another request") from None
    return plain, AnswerSeal(binding, encapsulated + schedule.export(_EXPORT))


def key_record(signer: Signer, public: bytes) -> bytes:
    """What an axon publishes: its X25519 key, certified by its hotkey, in 101 bytes."""
    signature = signer.sign(_certified(signer.scheme, signer.ss58, public))
    return RECORD + bytes([SCHEMES[signer.scheme]]) + public + signature


def is_key_record(record: object, *, like: bytes | None = None) -> bool:
    """Whether this is a published key, and one of the same key as `like`; its signature is not looked at."""
    if not isinstance(record, bytes) or not record.startswith(RECORD) or len(record) != RECORD_BYTES:
        return False
    return like is None or record[: 5 + KEY_BYTES] == like[: 5 + KEY_BYTES]


def read_key_record(record: bytes, hotkey: str, *, verify: Verify) -> bytes | None:
    """The X25519 key that a hotkey certified; None for what is no such record, or bears no signature of it."""
    if not is_key_record(record):
        return None
    scheme = next((name for name, number in SCHEMES.items() if number == record[4]), None)
    public, signature = record[5 : 5 + KEY_BYTES], record[5 + KEY_BYTES :]
    if scheme is None or not verify(hotkey, _certified(scheme, hotkey, public), signature, scheme):
        return None
    return public


def _certified(scheme: str, hotkey: str, public: bytes) -> bytes:
    return f"taokit-sealing-key/1\n{scheme}\n{hotkey}\n{public.hex()}".encode()


def _kem_secret(shared: bytes, context: bytes) -> bytes:
    """`ExtractAndExpand` of the key encapsulation (RFC 9180, section 4.1)."""
    root = _labeled_extract(b"", b"eae_prk", shared, suite=_KEM)
    return _labeled_expand(root, b"shared_secret", context, 32, suite=_KEM)


def _labeled_extract(salt: bytes, label: bytes, secret: bytes, *, suite: bytes = _SUITE) -> bytes:
    return _extract(salt, b"HPKE-v1" + suite + label + secret)


def _labeled_expand(root: bytes, label: bytes, info: bytes, size: int, *, suite: bytes = _SUITE) -> bytes:
    return _expand(root, size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, size)


def _extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract with SHA-256 (RFC 5869)."""
    return hmac.digest(salt or bytes(32), secret, "sha256")


def _expand(root: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand with SHA-256, up to one block: nothing here needs more."""
    assert size <= 32
    return hmac.digest(root, info + b"\x01", "sha256")[:size]


__all__ = [
    "KEY_BYTES",
    "OVERHEAD",
    "AnswerSeal",
    "Binding",
    "NotSealed",
    "Schedule",
    "SealingKey",
    "is_key_record",
    "is_sealed",
    "key_record",
    "open_question",
    "read_key_record",
    "seal_question",
]
