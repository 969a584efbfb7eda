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
    version: int = 0  # of its SDK, as its record on chain has it: 10005000 is 10.5.0; 1 for SDK 11, 0 for others

    @classmethod
    def of(cls, metagraph: Metagraph, uid: int) -> Target:
        """The neuron with this uid, where it says on chain that it serves."""
        endpoint = metagraph.endpoints[uid]
        hotkey = metagraph.hotkeys[uid]
        return cls(uid=uid, hotkey=hotkey, ip=endpoint.ip, port=endpoint.port, version=endpoint.version)


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one call went, in seconds; `connect` and `first_byte` of the try that decided."""

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
    status: int  # 200, the neuron's own, 422 for a bad answer, 408 for a timeout, 503 without a connection or asking
    error: TaokitError | None  # None when the answer came and fits
    timings: Timings = field(compare=False)
    size: int = 0  # bytes of the answer's body as they came over the wire
    sent: int = 0  # bytes of the question's body, once for each try
    format: str = ""  # in which it was asked
    signed: bool = False  # the answer, of whatever status, bears the neuron's signature
    tries: int = 1  # how often a sending was begun; 0 when none was

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
    "not asked": "left alone after failing too often, or this side could not ask",
}
"""The words of `Reply.outcome` and what each stands for."""

__all__ = ["OUTCOMES", "Reply", "Target", "Timings"]
