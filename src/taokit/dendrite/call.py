"""One question on its way to one neuron: what was asked, how often it was sent, what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from taokit.dendrite.pool import Attempt
from taokit.dendrite.question import Question
from taokit.dendrite.reply import Reply, Target, Timings
from taokit.errors import TaokitError, TimedOut
from taokit.protocol import Ends, Synapse, outcome

if TYPE_CHECKING:
    from taokit.dendrite.tracing import QuestionSpan as Span

M = TypeVar("M", bound=Synapse)


@dataclass(slots=True)
class Call(Generic[M]):
    """One target's part of a round."""

    target: Target
    message: M  # the caller's own, never changed
    question: Question
    began: float  # the loop's clock, seconds
    timeout_s: float
    started: float | None = None  # when it got a place
    attempts: list[Attempt] = field(default_factory=list)
    told: Attempt | None = None  # the sending that the reply tells of; None when nothing was sent
    left: bool = False  # the caller was away when it ended, which says nothing of the neuron
    span: Span | None = None  # when somebody traces

    @property
    def deadline(self) -> float:
        """When its time is over, by the loop's clock."""
        return self.began + self.timeout_s

    def attempt(self, *, aside: bool = False) -> Attempt:
        """One more sending of it, which begins now. The reply tells of it unless it is made `aside` of another."""
        attempt = Attempt(began=asyncio.get_running_loop().time())
        self.attempts.append(attempt)
        if not aside:
            self.told = attempt
        return attempt

    def reply(self, answer: M | None, error: TaokitError | None, *, ip: str | None, hotkey: str) -> Reply[M]:
        """What became of it; `ip` and `hotkey` are the caller's."""
        said, timings = outcome(error), self._timings()
        return Reply(
            uid=self.target.uid,
            hotkey=self.target.hotkey,
            message=self._noted(answer, said.status, timings.total, ip=ip, hotkey=hotkey),
            outcome=said.word,
            status=said.status,
            error=error,
            timings=timings,
            format=self.question.format,
            signed=self.told is not None and self.told.signed and not isinstance(error, TimedOut),
            size=sum(attempt.size for attempt in self.attempts),
            sent=sum(attempt.sent for attempt in self.attempts),
            tries=sum(attempt.sendings for attempt in self.attempts),
        )

    def _timings(self) -> Timings:
        now = asyncio.get_running_loop().time()
        queue = (min(now, self.deadline) if self.started is None else self.started) - self.began
        attempt = self.told
        if attempt is None or attempt.connected is None:
            return Timings(queue=queue, total=now - self.began)
        answered = attempt.answered
        return Timings(
            queue=queue,
            connect=attempt.connected - attempt.began,
            first_byte=None if answered is None else answered - attempt.connected,
            total=now - self.began,
        )

    def _noted(self, answer: M | None, status: int, seconds: float, *, ip: str | None, hotkey: str) -> M:
        """The answer, else a copy of the question, that knows both its ends and how it fared."""
        if answer is None:
            answer = self.message.model_copy()
            answer.between(Ends())  # a copy shares its ends until it is given its own
        ends = answer.ends
        ends.timeout, dendrite, axon = self.timeout_s, ends.dendrite, ends.axon
        dendrite.ip, dendrite.hotkey = ip, hotkey
        dendrite.status_code, dendrite.process_time = status, seconds
        axon.ip, axon.port, axon.hotkey = self.target.ip, self.target.port, self.target.hotkey
        return answer


__all__ = ["Call"]
