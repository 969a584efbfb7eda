"""One message in one format: drafted once per round, signed once per target, read once per answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from taokit.dendrite.formats import Format
from taokit.dendrite.reply import Target
from taokit.protocol import (
    BtauthDraft,
    EpistulaDraft,
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


@dataclass(frozen=True, slots=True)
class Manner:
    """How questions are put, in whatever format."""

    binary: bool = False  # tensors as raw bytes under btauth and Epistula; for neurons that run taokit
    signed_answers: bool = False  # take no answer that the neuron did not sign
    interval_tokens: bool = True  # send those of Epistula, which cost three signatures more
    torch: bool = False  # tensors under legacy for miners of the older SDKs in torch mode, which read no others


class Question(Protocol):
    """A message, ready to be signed for any number of targets."""

    @property
    def format(self) -> Format:
        """What it is put in."""

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        """The request for one target. `uuid` is a lane's under legacy, a new one under Epistula, and else not used."""

    def read(self, message: M, response: Response) -> M:
        """A copy of the message with its answers; raises `NotServed` or `BadAnswer`."""


@dataclass(frozen=True, slots=True)
class BtauthQuestion:
    """A message in the format btauth/1."""

    draft: BtauthDraft
    binary: bool

    @property
    def format(self) -> Format:
        return "btauth/1"

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        return self.draft.signed(signer, receiver=target.hotkey, nonce_ns=nonce_ns)

    def read(self, message: M, response: Response) -> M:
        return read_answer(message, response, binary=self.binary)


@dataclass(frozen=True, slots=True)
class EpistulaQuestion:
    """A message in Epistula v2."""

    draft: EpistulaDraft
    binary: bool

    @property
    def format(self) -> Format:
        return "epistula/2"

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        return self.draft.signed(signer, receiver=target.hotkey, nonce_ns=nonce_ns, uuid=uuid)

    def read(self, message: M, response: Response) -> M:
        return read_answer(message, response, binary=self.binary)


@dataclass(frozen=True, slots=True)
class LegacyQuestion:
    """A message in the synapse protocol of the older SDKs."""

    draft: LegacyDraft
    ip: str | None  # the sender's public address, for what it is worth

    @property
    def format(self) -> Format:
        return "legacy"

    def signed(self, signer: Signer, target: Target, *, nonce_ns: int, uuid: str) -> SignedRequest:
        receiver = Terminal(ip=target.ip, port=target.port, hotkey=target.hotkey)
        return self.draft.signed(signer, receiver=receiver, nonce_ns=nonce_ns, uuid=uuid, ip=self.ip)

    def read(self, message: M, response: Response) -> M:
        return read_legacy_answer(message, response)


def question(
    message: Synapse,
    format: Format,
    *,
    timeout_s: float,
    ip: str | None,
    manner: Manner = Manner(),
) -> Question:
    """The message drafted in a format; `LocalError` when it holds what cannot travel."""
    if format == "legacy":
        return LegacyQuestion(LegacyDraft.of(message, timeout=timeout_s, torch=manner.torch), ip=ip)
    if format == "epistula/2":
        draft = EpistulaDraft.of(message, binary=manner.binary, tokens=manner.interval_tokens)
        return EpistulaQuestion(draft, manner.binary)
    return BtauthQuestion(BtauthDraft.of(message, binary=manner.binary), manner.binary)


__all__ = ["Format", "Manner", "Question", "question"]
