"""One message in one format: drafted once per round, signed once per target, read once per answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

from taokit.dendrite.reply import Target
from taokit.protocol import (
    BtauthDraft,
    LegacyDraft,
    Response,
    SignedRequest,
    Synapse,
    Terminal,
    read_answer,
    read_legacy_answer,
)
from taokit.signer import Signer

M = TypeVar("M", bound=Synapse)

Format: TypeAlias = Literal["btauth/1", "legacy"]
"""`btauth/1` is spoken by SDK 11 and by taokit, `legacy` by the SDKs 7 to 10 and by taokit."""


class Question(Protocol):
    """A message, ready to be signed for any number of targets."""

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        """The request for one target."""

    def read(self, message: M, response: Response) -> M:
        """A copy of the message with its answers; raises `NotServed` or `BadAnswer`."""


@dataclass(frozen=True, slots=True)
class BtauthQuestion:
    """A message in the format btauth/1."""

    draft: BtauthDraft

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        return self.draft.signed(signer, receiver=target.hotkey, nonce_ns=nonce_ns)

    def read(self, message: M, response: Response) -> M:
        return read_answer(message, response)


@dataclass(frozen=True, slots=True)
class LegacyQuestion:
    """A message in the synapse protocol of the older SDKs."""

    draft: LegacyDraft
    ip: str | None  # the sender's public address, for what it is worth

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        receiver = Terminal(ip=target.ip, port=target.port, hotkey=target.hotkey)
        return self.draft.signed(signer, receiver=receiver, nonce_ns=nonce_ns, uuid=uuid, ip=self.ip)

    def read(self, message: M, response: Response) -> M:
        return read_legacy_answer(message, response)


def question(message: Synapse, format: Format, *, timeout_s: float, ip: str | None) -> Question:
    """The message drafted in a format; `LocalError` when it holds what cannot travel."""
    if format == "legacy":
        return LegacyQuestion(LegacyDraft.of(message, timeout=timeout_s), ip=ip)
    return BtauthQuestion(BtauthDraft.of(message))


__all__ = ["Format", "Question", "question"]
