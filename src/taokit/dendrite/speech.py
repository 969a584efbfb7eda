"""How a dendrite speaks and listens: in which format to whom, signed by whom, and whose answers it takes."""

from __future__ import annotations

import logging
from typing import TypeVar, get_args

from taokit.dendrite.formats import STRENGTH, Format, Formats, advised
from taokit.dendrite.question import Manner, Question, question
from taokit.dendrite.reply import Target
from taokit.errors import BadAnswer, ConfigurationError, NotServed, TaokitError
from taokit.errors.failures import log_failure
from taokit.protocol import Asked, Response, Synapse, check_answer
from taokit.signer import SR25519, Signer

M = TypeVar("M", bound=Synapse)

log = logging.getLogger("taokit.dendrite")


class Speech:
    """One client's way of speaking, the same for every round."""

    def __init__(
        self,
        signer: Signer,
        *,
        format: Format | None,
        manner: Manner,
        ip: str | None,
    ) -> None:
        """`format` is the subnet's; None goes by what was learned of each endpoint."""
        self._signer = signer
        self._format = format
        self._manner = manner
        self._ip = ip
        self._formats = Formats(can=frozenset(name for name in STRENGTH if can_sign(signer, name)))
        self.check(format)

    def check(self, format: Format | None) -> None:
        """Raise `ConfigurationError` for a format that does not exist, or that this key cannot sign."""
        if format is None:
            return
        if format not in get_args(Format):
            raise ConfigurationError(f"no format {format!r}", hint=f"choose one of {', '.join(get_args(Format))}")
        if not can_sign(self._signer, format):
            raise ConfigurationError(
                f"the format {format} needs an sr25519 key, {self._signer.ss58} is {self._signer.scheme}"
            )

    def format_for(self, target: Target, said: Format | None) -> Format:
        """What the caller says, else the subnet's format, else what was learned of the endpoint."""
        return said or self._format or self._formats.of(target)

    def question(self, message: Synapse, format: Format, *, timeout_s: float) -> Question:
        """The message drafted in a format; `LocalError` when it holds what cannot travel."""
        return question(message, format, timeout_s=timeout_s, ip=self._ip, manner=self._manner)

    def heard(self, target: Target, question: Question, answer_nonce: str, response: Response) -> bool:
        """Whether the neuron signed its answer; `BadAnswer` for a wrong signature, or a missing one that is required.

        What the answer tells of the neuron's formats is remembered.
        """
        asked = Asked(answer_nonce, sender=self._signer.ss58, receiver=target.hotkey)
        signed = check_answer(response, asked, required=self._manner.signed_answers)
        self._formats.note(target, question.format, response)
        return signed

    def read(self, question: Question, message: M, response: Response) -> M:
        """A copy of the message with its answers; raises `NotServed` or `BadAnswer`.

        `BadAnswer` too where a validator of the class itself fails: it was the answer that made it.
        """
        try:
            return question.read(message, response)
        except TaokitError as error:
            if isinstance(error, NotServed):
                advised(error, question.format)
            raise
        except Exception as error:
            kind = type(message).__name__
            log_failure(log, error, "a validator of %s failed at an answer", kind)
            raise BadAnswer(f"an answer at which a validator of {kind} failed: {type(error).__name__}") from error

    def streaming(self) -> None:
        """Raise `BadAnswer` where signed answers are required: streams are never signed."""
        if self._manner.signed_answers:
            raise BadAnswer("a stream, which nobody signs", hint="ask with a `Manner` that does not require signatures")


def can_sign(signer: Signer, format: Format) -> bool:
    """Whether a format knows the scheme of this key."""
    return format == "btauth/1" or signer.scheme == SR25519


__all__ = ["Speech", "can_sign"]
