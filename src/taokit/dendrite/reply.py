"""What becomes of one question to one neuron, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from taokit.errors import TaokitError
from taokit.metagraph import Metagraph
from taokit.protocol import Synapse

M = TypeVar("M", bound=Synapse)


@dataclass(frozen=True, slots=True)
class Target:
    """A neuron to ask, and where."""

    uid: int
    hotkey: str  # ss58; the request is signed for it
    ip: str  # literal address
    port: int

    @classmethod
    def of(cls, metagraph: Metagraph, uid: int) -> Target:
        """The neuron with this uid, where it says on chain that it serves."""
        endpoint = metagraph.endpoints[uid]
        return cls(uid=uid, hotkey=metagraph.hotkeys[uid], ip=endpoint.ip, port=endpoint.port)


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one call went, in seconds."""

    queue: float = 0.0  # waiting for one of the `at_once` places
    connect: float | None = None  # making the connection; 0 when one was reused, None when none came about
    first_byte: float | None = None  # from the connection to the head of the answer; None when none came
    total: float = 0.0  # from the start of the call to its outcome


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """What became of one question."""

    uid: int
    hotkey: str  # ss58 of the neuron asked
    message: M  # a copy of the question, both ends and the status noted in it; its answer fields are filled when `ok`
    outcome: str  # a word of `OUTCOMES`
    status: int  # 200, the neuron's own status, 422 for a bad answer, 408 for a timeout, 503 without a connection
    error: TaokitError | None  # None when the answer came and fits
    timings: Timings = field(compare=False)
    size: int = 0  # bytes of the answer's body as they came over the wire

    @property
    def ok(self) -> bool:
        """Whether the neuron served an answer that fits the message."""
        return self.error is None

    @property
    def synapse(self) -> M | None:
        """The message with its answers, or None when there are none."""
        return self.message if self.error is None else None


OUTCOMES = {
    "ok": "served, and the answer fits the message",
    "not served": "answered with another status",
    "bad answer": "answered with something that does not fit the message",
    "timeout": "the call's time was over",
    "disconnected": "the connection ended before the answer was complete",
    "unreachable": "no connection",
}
"""The words of `Reply.outcome` and what each stands for."""

__all__ = ["OUTCOMES", "Reply", "Target", "Timings"]
