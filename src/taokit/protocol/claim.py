"""What a caller says of itself, and what must hold before anyone believes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from taokit.errors import BadSignature, Stale, WrongReceiver

LEGACY = "legacy"
BTAUTH = "btauth"
EPISTULA = "epistula"

SECOND_NS = 1_000_000_000

Verify = Callable[[str, bytes, bytes, str], bool]
"""Whether an ss58 address signed a message: address, message, signature, scheme."""

ReplayKey = tuple[str, str, str, int]
"""Format, sender, uuid, nonce: what one request has that no other may have."""


@dataclass(frozen=True, slots=True)
class Claim(ABC):
    """What a caller says of itself: read from its headers, well-formed, not yet believed."""

    format: ClassVar[str]
    """`legacy`, `btauth` or `epistula`."""
    most_allowance_ns: ClassVar[int] = 0
    """The largest `allowance_ns` there is: it need not be signed, and then anybody can say another one."""

    sender: str  # ss58 hotkey
    receiver: str | None  # ss58 hotkey; None when the request names nobody
    uuid: str  # "" in a format that has none
    nonce_ns: int  # the sender's clock, nanoseconds since 1970
    signature: bytes  # 64 bytes
    scheme: str  # sr25519 or ed25519

    @abstractmethod
    def message(self, body: bytes) -> bytes:
        """The exact bytes that both sides sign and verify."""

    @property
    def allowance_ns(self) -> int:
        """What the sender's own time limit adds to the age at which its nonce is still fresh."""
        return 0

    @property
    def step_ns(self) -> int:
        """How finely the nonce tells the time: it was signed less than so much after it."""
        return 1

    @property
    def replay_key(self) -> ReplayKey:
        """What tells this request from every other one, in all formats."""
        return (self.format, self.sender, self.uuid, self.nonce_ns)

    @property
    def answer_nonce(self) -> str:
        """What a signed answer repeats of the request, so that it answers no other one."""
        return str(self.nonce_ns)


@dataclass(frozen=True, slots=True)
class Window:
    """How far a nonce may lie from the receiver's clock; both ends are inside."""

    behind_ns: int
    ahead_ns: int = 2 * SECOND_NS

    def last_fresh_ns(self, claim: Claim) -> int:
        """The last moment at which this claim is still fresh."""
        return claim.nonce_ns + self.behind_ns + claim.allowance_ns

    def last_replay_ns(self, claim: Claim) -> int:
        """The last moment at which it is fresh with any allowance: until then it must be remembered."""
        return claim.nonce_ns + self.behind_ns + claim.most_allowance_ns


@dataclass(frozen=True, slots=True)
class Windows:
    """One window per format."""

    legacy: Window = Window(behind_ns=4 * SECOND_NS)  # and up to 12 s of the caller's timeout
    btauth: Window = Window(behind_ns=10 * SECOND_NS)
    epistula: Window = Window(behind_ns=8 * SECOND_NS)

    def of(self, format: str) -> Window:
        """The window of a format."""
        return self.btauth if format == BTAUTH else self.legacy if format == LEGACY else self.epistula


def check_headers(
    claim: Claim, *, me: str, now_ns: int, window: Window, started_ns: int = 0, unbound_receiver: bool = False
) -> int:
    """The last moment at which a claim that is meant for this axon, and fresh now, is still fresh; needs no body.

    Any other claim raises the `Refused` that says why.
    `started_ns` is when the replay memory began: what was signed before then may have been accepted before. (So may
    what a sender whose clock is ahead dated after it; only a memory that outlives the process could tell.)
    """
    if claim.receiver != me and not (claim.receiver is None and unbound_receiver):
        raise WrongReceiver(f"signed for {(claim.receiver or '')[:64]!r}, this axon is {me}")
    offset_ns = claim.nonce_ns - now_ns
    until_ns = window.last_fresh_ns(claim)
    if offset_ns > window.ahead_ns or now_ns > until_ns:
        behind_ms = (window.behind_ns + claim.allowance_ns) / 1e6
        bounds = f"allowed are -{behind_ms:.0f} to +{window.ahead_ns / 1e6:.0f} ms"
        raise Stale(f"{claim.sender}: nonce is {offset_ns / 1e6:+.0f} ms from this clock, {bounds}")
    if claim.nonce_ns + claim.step_ns <= started_ns:
        raise Stale(f"{claim.sender}: signed before this axon started")
    return until_ns


def check_signature(claim: Claim, body: bytes, *, verify: Verify) -> None:
    """Return when the sender signed this very request, else raise `BadSignature`."""
    if not verify(claim.sender, claim.message(body), claim.signature, claim.scheme):
        raise BadSignature(f"not signed by {claim.sender}")


__all__ = [
    "BTAUTH",
    "EPISTULA",
    "LEGACY",
    "SECOND_NS",
    "Claim",
    "ReplayKey",
    "Verify",
    "Window",
    "Windows",
    "check_headers",
    "check_signature",
]
