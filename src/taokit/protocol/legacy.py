"""The synapse protocol of SDK 7 to 10: a flat envelope, headers of its own, a hash over chosen fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self

from taokit.errors import LocalError, Malformed, Unauthenticated
from taokit.protocol.claim import LEGACY, SECOND_NS, Claim
from taokit.protocol.forms import INTEGER, UUID, Form, signature_bytes
from taokit.protocol.legacy_hash import body_hash, plain_values
from taokit.protocol.legacy_headers import (
    AXON,
    BODY_HASH,
    DENDRITE,
    READERS,
    said_in,
    stub_headers,
    terminal_headers,
)
from taokit.protocol.objects import SPACED, write_object
from taokit.protocol.request import SignedRequest
from taokit.protocol.synapse import DEFAULT_TIMEOUT, Synapse
from taokit.protocol.terminal import Terminal
from taokit.protocol.verify import decode_ss58
from taokit.signer import SR25519, Signer

AUTH_HEADERS = (
    DENDRITE + "nonce",
    DENDRITE + "uuid",
    DENDRITE + "hotkey",
    DENDRITE + "signature",
    BODY_HASH,
)
auth_of = itemgetter(*AUTH_HEADERS)
OPTIONAL = READERS.keys() - set(AUTH_HEADERS)
"""The headers that are read and need not be there."""

SENT_VERSION = 10_005_000  # real servers only ask whether it is at least 7.2.0
MAX_TIMEOUT = 300.0  # seconds
WINDOW_TIMEOUT = 12.0  # seconds of a caller's timeout that may widen the window

FORMS = {
    DENDRITE + "nonce": INTEGER,
    DENDRITE + "uuid": UUID,
    DENDRITE + "signature": Form("0x and 128 hex digits", re.compile(r"0x[0-9a-fA-F]{128}")),
    BODY_HASH: Form("64 lower-case hex digits", re.compile(r"[0-9a-f]{64}")),
}
ALL_FORMS = re.compile("\\n".join(f"(?:{form.pattern.pattern})" for form in FORMS.values()))
"""All of them in lines, of which none can hold a line break."""


def signed_message(nonce_ns: int, *, sender: str, receiver: str, uuid: str, body_hash: str) -> bytes:
    """The signed bytes: five texts with dots between them."""
    return f"{nonce_ns}.{sender}.{receiver}.{uuid}.{body_hash}".encode()


def answer_nonce(nonce_ns: int, uuid: str) -> str:
    """What a signed answer repeats of a legacy request."""
    return f"{nonce_ns}.{uuid}"


@dataclass(frozen=True, slots=True)
class LegacyClaim(Claim):
    """What the headers of a legacy request say. The receiver is this axon's own hotkey when they name none."""

    format = LEGACY
    most_allowance_ns = int(WINDOW_TIMEOUT * SECOND_NS) - 1  # this format's far end is outside the window

    body_hash: str
    timeout: float  # seconds
    said: Mapping[str, Any]  # by the other headers, as in `said_in`

    def message(self, body: bytes) -> bytes:
        return signed_message(
            self.nonce_ns,
            sender=self.sender,
            receiver=self.receiver or "",
            uuid=self.uuid,
            body_hash=self.body_hash,
        )

    @property
    def answer_nonce(self) -> str:
        return answer_nonce(self.nonce_ns, self.uuid)

    @property
    def allowance_ns(self) -> int:
        return min(int(self.timeout * SECOND_NS) - 1, self.most_allowance_ns)

    @classmethod
    def from_request(cls, headers: Mapping[str, str], *, me: str, max_timeout: float = MAX_TIMEOUT) -> Self:
        """Read the claim; `Unauthenticated` when a part of it is missing, `Malformed` when one does not parse."""
        try:
            nonce, uuid, sender, signature, body_hash = values = auth_of(headers)
        except KeyError as missing:
            raise Unauthenticated(f"{missing.args[0]} is missing") from None
        if not all(values):
            raise Unauthenticated(f"{AUTH_HEADERS[values.index('')]} is empty")
        said = said_in(headers, OPTIONAL)
        decode_ss58(sender)
        _check_forms(nonce, uuid, signature, body_hash)
        return cls(
            sender=sender,
            receiver=headers.get(AXON + "hotkey", me),
            uuid=uuid,
            nonce_ns=int(nonce),
            signature=signature_bytes(signature),
            scheme=SR25519,
            body_hash=body_hash,
            timeout=_bounded(said.get("timeout", DEFAULT_TIMEOUT), max_timeout),
            said=said,
        )


def _check_forms(*values: str) -> None:
    """Return when what every claim has is well-formed, else raise `Malformed`. One search takes half of four's time."""
    if not ALL_FORMS.fullmatch("\n".join(values)):
        for (name, form), text in zip(FORMS.items(), values, strict=True):
            form.check(name, text)


def _bounded(timeout: float, maximum: float) -> float:
    if not 0 < timeout <= maximum:
        raise Malformed(f"timeout {timeout:g} is not above 0 and at most {maximum:g} seconds")
    return timeout


def check_body(message: Synapse, claim: LegacyClaim) -> None:
    """Return when the message is the one whose hash was signed, else raise `Malformed`."""
    if claim.body_hash != body_hash(message):
        raise Malformed(f"the body of {type(message).__name__} is not the one that was hashed")


@dataclass(frozen=True, slots=True)
class LegacyDraft:
    """A question serialised and hashed once, to be signed for any number of receivers."""

    name: str
    timeout: float  # seconds
    fields: bytes  # JSON of the class's own fields
    stubs: tuple[tuple[str, str], ...]
    body_hash: str

    @classmethod
    def of(cls, message: Synapse, *, timeout: float | None = None, torch: bool = False) -> Self:
        """The draft of a question; `LocalError` names a number that is not finite.

        `timeout` is finite, in seconds; the question's own counts when none is given. `torch` is for miners in torch
        mode.
        """
        kind = type(message)
        return cls(
            name=kind.__name__,
            timeout=float(message.timeout if timeout is None else timeout),
            fields=write_object(plain_values(message, kind.field_names(), torch=torch), SPACED),
            stubs=stub_headers(kind),
            body_hash=body_hash(message, torch=torch),
        )

    def signed(
        self, signer: Signer, *, receiver: Terminal, nonce_ns: int, uuid: str, ip: str | None = None
    ) -> SignedRequest:
        """The request for one receiver, of whom ip, port and hotkey are named. `ip` is the sender's public address."""
        if signer.scheme != SR25519:
            raise LocalError(f"the legacy format knows sr25519 only, {signer.ss58} signs with {signer.scheme}")
        axon = Terminal(ip=receiver.ip, port=receiver.port, hotkey=receiver.hotkey)
        dendrite = Terminal(ip=ip, version=SENT_VERSION, nonce=nonce_ns, uuid=uuid, hotkey=signer.ss58)
        message = signed_message(
            nonce_ns, sender=signer.ss58, receiver=receiver.hotkey or "", uuid=uuid, body_hash=self.body_hash
        )
        dendrite.signature = "0x" + signer.sign(message).hex()
        return SignedRequest(
            f"/{self.name}",
            self._headers(dendrite, axon),
            self._body(dendrite, axon),
            answer_nonce=answer_nonce(nonce_ns, uuid),
        )

    def _headers(self, dendrite: Terminal, axon: Terminal) -> tuple[tuple[str, str], ...]:
        return (
            ("name", self.name),
            ("timeout", str(self.timeout)),
            *terminal_headers(AXON, axon),
            *terminal_headers(DENDRITE, dendrite),
            *self.stubs,
            ("header_size", "0"),
            ("total_size", "0"),
            (BODY_HASH, self.body_hash),
            ("Content-Type", "application/json"),
        )

    def _body(self, dendrite: Terminal, axon: Terminal) -> bytes:
        begun = Envelope(name=self.name, timeout=self.timeout, dendrite=dendrite, axon=axon)
        base = SPACED.encode(vars(begun)).encode("ascii")
        return joined(base, self.fields, b", ")


@dataclass(kw_only=True)
class Envelope:
    """The seven fields that begin every body. The sizes are another interpreter's; zero says so."""

    name: str
    timeout: float  # seconds
    total_size: int = 0
    header_size: int = 0
    dendrite: Terminal
    axon: Terminal
    computed_body_hash: str = ""


def joined(first: bytes, second: bytes, separator: bytes) -> bytes:
    """One JSON object of two."""
    return first[:-1] + (separator if len(second) > 2 else b"") + second[1:]


__all__ = ["MAX_TIMEOUT", "Envelope", "LegacyClaim", "LegacyDraft", "check_body", "joined"]
