"""Keys that neurons published: the one that their TLS must show, and the one that only they can read with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from taokit.dendrite.question import BtauthQuestion, EpistulaQuestion, Question
from taokit.errors import BadAnswer, Disconnected, LocalError, Unreachable
from taokit.protocol import BTAUTH, EPISTULA, Response
from taokit.protocol.base64 import read_base64
from taokit.protocol.binary import content_type
from taokit.protocol.objects import NotAnObject, read_object
from taokit.protocol.sealing import KEY_BYTES, AnswerSeal, Binding, seal_question

if TYPE_CHECKING:
    from taokit.dendrite.pieces import Pieces
    from taokit.dendrite.reply import Target

P = TypeVar("P", str, bytes)

Use: TypeAlias = Literal["published", "always", "never"]
"""Of a key: where the neuron published one; nothing is asked without it; not at all."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one neuron published."""

    tls: bytes | None = None  # the Ed25519 key of its TLS, 32 bytes
    sealing: bytes | None = None  # its X25519 key for sealed bodies, certified by its hotkey; 32 bytes


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a dendrite relies on published keys. One of no neuron's is plain HTTP with plain bodies for everyone."""

    known: Mapping[str, Known] = field(default_factory=dict)  # by hotkey, ss58
    tls: Use = "published"
    sealing: Use = "published"
    random: Callable[[int], bytes] = secrets.token_bytes

    def tls_key(self, target: Target) -> bytes | None:
        """The key that the neuron's TLS must show; None for plain HTTP. `Unreachable` where that is not allowed."""
        key = self._key(target, "tls", self.tls)
        if key is None and self.tls == "always":
            raise Unreachable(f"{target.hotkey} published no key for TLS", hint="`tls='published'` allows plain HTTP")
        return key

    def sealed(
        self, question: Question, target: Target, *, sender: str, nonce_ns: int, uuid: str
    ) -> tuple[Question, AnswerSeal | None]:
        """The question as it travels to this neuron, and what opens the answer if it was sealed.

        `LocalError` where every body must be sealed and this one cannot be.
        """
        key = self._key(target, "sealing", self.sealing)
        if key is None or not isinstance(question, BtauthQuestion | EpistulaQuestion):
            if self.sealing == "always":
                raise LocalError(
                    f"{target.hotkey} cannot be asked by a sealed body",
                    hint="it must have published a key, and the format be btauth or Epistula",
                )
            return question, None
        by_uuid = isinstance(question, EpistulaQuestion)
        binding = Binding(EPISTULA if by_uuid else BTAUTH, sender, target.hotkey, uuid if by_uuid else str(nonce_ns))
        body, answers = seal_question(question.draft.body, key, binding, ephemeral=self.random(KEY_BYTES))
        return with_body(question, body), answers

    def _key(self, target: Target, name: Literal["tls", "sealing"], use: Use) -> bytes | None:
        known = self.known.get(target.hotkey)
        key: bytes | None = None if known is None or use == "never" else getattr(known, name)
        return key


def with_body(question: BtauthQuestion | EpistulaQuestion, body: bytes) -> Question:
    """The question with other bytes for its body."""
    digest = hashlib.sha256(body).hexdigest()
    if isinstance(question, BtauthQuestion):
        return replace(question, draft=replace(question.draft, body=body, body_sha256=digest))
    return replace(question, draft=replace(question.draft, body=body, body_sha256=digest))


def opened(response: Response, seal: AnswerSeal | None) -> Response:
    """The answer in the clear; `BadAnswer` for one that should be sealed and is not. Refusals never are."""
    if seal is None or response.status != 200:
        return response
    body = seal.open(response.body, status=200)
    return replace(response, headers={**response.headers, "content-type": content_type(body)}, body=body)


class SealedRecords(Generic[P]):
    """Opens the records of a stream, and hands them to what makes pieces of them."""

    def __init__(self, pieces: Pieces[P], seal: AnswerSeal, *, record_bytes: int) -> None:
        self._pieces: Pieces[P] = pieces
        self._seal = seal
        self._most = 2 * record_bytes  # base64 and its frame make less than that of a record
        self._cut = bytearray()

    def feed(self, data: bytes) -> Iterator[P]:
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = bytes(self._cut) + lines[0]
            self._cut.clear()
        self._cut += rest
        if max(len(self._cut), *map(len, lines), 0) > self._most:
            raise BadAnswer(f"a sealed record of more than {self._most} bytes")
        for line in lines:
            yield from self._pieces.feed(self._open(line))

    def end(self) -> bytes:
        if self._cut:
            raise Disconnected("the stream ended within a record")
        return self._pieces.end()

    def _open(self, line: bytes) -> bytes:
        try:
            piece: bytes = read_base64(str(read_object(line).get("sealed", "")))
        except (NotAnObject, ValueError):
            raise BadAnswer("a record that is not sealed, where the question was") from None
        return self._seal.open(piece, status=200)


__all__ = ["Known", "SealedRecords", "Trust", "Use", "opened"]
