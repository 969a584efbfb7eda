"""Every error of taokit, drawn as one tree. Code branches on the type, people read the sentence and the hint.

TaokitError
├── LocalError                 ours: what this process was given or did
│   ├── ConfigurationError     a flag, file, class or setting is wrong; exit code 2
│   ├── KeyFileError           a wallet file is absent, unreadable or locked
│   ├── AlreadyRunning         another process holds this hotkey's state
│   ├── OverBudget             more of its users' requests than a validator sends
│   └── StateCorrupt           a state file does not read back
├── PeerError                  the other neuron's
│   ├── Refused                a request that this axon turns away, with its HTTP status
│   │   ├── Malformed          400, headers or body that do not parse
│   │   ├── Unauthenticated    401, not believed
│   │   │   ├── WrongReceiver  signed for somebody else
│   │   │   ├── Stale          nonce outside the window
│   │   │   ├── BadSignature   not signed by the sender
│   │   │   └── Replayed       accepted before
│   │   ├── Forbidden          403, believed but not admitted
│   │   ├── UnknownMessage     404
│   │   ├── WrongMethod        405
│   │   ├── HandlerTimeout     408
│   │   ├── TooLarge           413, or 431 for headers
│   │   ├── WrongContent       415
│   │   ├── TooMany            429
│   │   ├── HandlerFailed      500
│   │   └── Busy               503
│   ├── NotServed              the axon answered with a status that is not success
│   ├── BadAnswer              the axon's answer does not fit the message
│   └── DoesNotRun             what a neuron published fails, or passes the limits of its sandbox
├── ChainError                 the chain's
│   ├── ChainRefused           it said no, by its own name for the reason
│   │   ├── PoolRefused        before inclusion
│   │   ├── DispatchFailed     included and failed
│   │   └── NotRegistered      the hotkey has no uid here
│   ├── NoSuchSubnet           the netuid does not exist
│   ├── UnknownName            its metadata has no such pallet, entry or call
│   ├── TypeMoved              what it told has another shape than is read
│   ├── WrongChain             the node is of another chain
│   └── UnknownBlock           it does not know that block (any more)
└── NetworkError               nobody's: what lies between
    ├── Unreachable            no connection
    ├── TimedOut               the deadline passed
    ├── Disconnected           the connection ended too early
    └── NotAsked               it failed so often of late that it is left alone for a while
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Deadline(Protocol):
    """A scope with an end, such as `asyncio.timeout` gives."""

    def expired(self) -> bool:
        """Whether it was ended by its deadline."""


class TaokitError(Exception):
    """Any error of taokit. `str()` is one sentence; `hint`, when there is one, says what to do next."""

    hint: str | None = None

    def __init__(self, message: str = "", *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class LocalError(TaokitError):
    """What this process was given, or did, is wrong."""


class ConfigurationError(LocalError):
    """A flag, file, class or setting is wrong. The command line exits with 2."""


class KeyFileError(LocalError):
    """A wallet file is absent, unreadable or locked."""


class AlreadyRunning(LocalError):
    """Another process holds the state of this hotkey. The command line exits with 2."""


class OverBudget(LocalError):
    """A validator sends no more of its users' own requests now. `retry_after` is in seconds, None when unknown."""

    def __init__(self, message: str = "", *, retry_after: float | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StateCorrupt(LocalError):
    """A state file does not read back."""


class PeerError(TaokitError):
    """The other neuron did something wrong."""


class Refused(PeerError):
    """A request is turned away. The caller sees `status` and a fixed text; the message stays in the log."""

    status: int = 403
    retry_after: float | None = None
    """Seconds after which the caller may try again, or None."""


class Malformed(Refused):
    """Headers or a body that do not parse, or that bear the marks of two formats."""

    status = 400


class Unauthenticated(Refused):
    """Well formed, but not believed."""

    status = 401


class WrongReceiver(Unauthenticated):
    """Signed for another receiver."""


class Stale(Unauthenticated):
    """The nonce lies outside the window."""


class BadSignature(Unauthenticated):
    """The sender did not sign this request."""


class Replayed(Unauthenticated):
    """This very request was accepted before."""


class Forbidden(Refused):
    """The caller is who it says, and is not admitted."""

    status = 403


class UnknownMessage(Refused):
    """No route for this path."""

    status = 404


class WrongMethod(Refused):
    """The route exists, the HTTP method does not fit."""

    status = 405


class HandlerTimeout(Refused):
    """The handler was not done within its deadline."""

    status = 408


class TooLarge(Refused):
    """The body (413) or the headers (431) are over the limit."""

    status = 413


class WrongContent(Refused):
    """The content type is not JSON, or the body is encoded."""

    status = 415


class TooMany(Refused):
    """The caller is over its rate."""

    status = 429


class HandlerFailed(Refused):
    """User code raised. `request_id` is all that the caller learns."""

    status = 500

    def __init__(self, message: str = "", *, request_id: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.request_id = request_id


class Busy(Refused):
    """The queue is full, the replay store cannot answer, or the axon is shutting down."""

    status = 503


class NotServed(PeerError):
    """The axon answered with another status than success."""

    def __init__(self, message: str = "", *, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class BadAnswer(PeerError):
    """The axon's answer does not fit the message."""


class DoesNotRun(PeerError):
    """What a neuron published fails when it is run, or passes the limits of its sandbox."""


class ChainError(TaokitError):
    """The chain answered, and not as hoped."""


class ChainRefused(ChainError):
    """The chain said no. `name` is its own name for the reason, such as `SettingWeightsTooFast`."""

    def __init__(self, message: str = "", *, name: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.name = name


class PoolRefused(ChainRefused):
    """Refused before inclusion: the transaction pool answered with an error. `code` is the JSON-RPC code."""

    def __init__(
        self, message: str = "", *, name: str = "", code: int = 1010, custom: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, name=name, hint=hint)
        self.code = code
        self.custom = custom
        """The number N of `Custom error: N`, or None."""


class DispatchFailed(ChainRefused):
    """Included in a block, and failed there."""


class NotRegistered(ChainRefused):
    """The hotkey has no uid on this subnet."""

    def __init__(self, hotkey: str, netuid: int) -> None:
        super().__init__(
            f"hotkey {hotkey} is not registered on subnet {netuid}",
            name="HotKeyNotRegisteredInSubNet",
            hint=f"register it: taokit register --netuid {netuid}",
        )
        self.hotkey, self.netuid = hotkey, netuid


class NoSuchSubnet(ChainError):
    """The netuid does not exist on this chain."""


class UnknownName(ChainError):
    """The chain's metadata has no pallet, storage entry, call or API of this name."""


class TypeMoved(ChainError):
    """What the chain told has another shape than is read here: its runtime has changed.

    `where` is what was asked for, by the chain's names, and `field` the part of it that moved.
    """

    def __init__(self, message: str = "", *, where: str = "", field: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.where, self.field = where, field


class UnknownBlock(ChainError):
    """The chain does not know this block, or no longer holds its state."""


class WrongChain(ChainError):
    """The node is of another chain than the one asked for: its genesis hash is another."""


class NetworkError(TaokitError):
    """Something between us and the other side failed."""


class Unreachable(NetworkError):
    """No connection came about."""


class TimedOut(NetworkError):
    """The deadline passed."""

    @classmethod
    @contextmanager
    def after(cls, scope: Deadline, said: str, *, hint: str | None = None) -> Iterator[None]:
        """Around `async with scope`: a timeout of that scope is `TimedOut`; one of what runs in it stays its own."""
        try:
            yield
        except TimeoutError:
            if not scope.expired():
                raise
            raise cls(said, hint=hint) from None


class Disconnected(NetworkError):
    """The connection ended before the answer was complete."""


class NotAsked(NetworkError):
    """The neuron failed so often of late that it is left alone for a while. Nothing was sent."""


__all__ = sorted(
    name for name, value in list(globals().items()) if isinstance(value, type) and issubclass(value, TaokitError)
)
