"""Utility and Sudo: what runs when a call carries calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, Final, Protocol

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, as_root, signed
from taokit.devnet.runtime.spec425 import native_error
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.runtime.utility import BATCH_LIMIT, SUDO_KEY

Allows = Callable[[DecodedCall], bool]
"""Whether a call may be made, as far as those who carry it are concerned."""

Weight = tuple[int, int]


class Run(Protocol):
    """Runs a call that another one carries; raises `DispatchError`, and changes nothing, when it is refused."""

    def __call__(self, origin: bytes | None, call: DecodedCall, *, allows: Allows | None = None) -> None:
        """Of this origin; what is carried within must be allowed too, by `allows` in place of what was said before."""


Calls = tuple[DecodedCall, ...]


def batch(state: State, origin: bytes | None, run: Run, *, calls: Calls) -> None:
    """One after the other until one fails; what came before it stays."""
    for index, call in enumerate(_few(calls)):
        try:
            run(origin, call)
        except DispatchError as error:
            state.deposit("Utility", "BatchInterrupted", index, native_error(error))
            return
        state.deposit("Utility", "ItemCompleted")
    state.deposit("Utility", "BatchCompleted")


def batch_all(state: State, origin: bytes | None, run: Run, *, calls: Calls) -> None:
    """All or none."""
    for call in _few(calls):
        run(origin, call)
        state.deposit("Utility", "ItemCompleted")
    state.deposit("Utility", "BatchCompleted")


def force_batch(state: State, origin: bytes | None, run: Run, *, calls: Calls) -> None:
    """One after the other, whatever fails."""
    failed = False
    for call in _few(calls):
        try:
            run(origin, call)
        except DispatchError as error:
            failed = True
            state.deposit("Utility", "ItemFailed", native_error(error))
        else:
            state.deposit("Utility", "ItemCompleted")
    state.deposit("Utility", "BatchCompletedWithErrors" if failed else "BatchCompleted")


def _few(calls: Calls) -> Calls:
    if len(calls) > BATCH_LIMIT:
        raise DispatchError("Utility", "TooManyCalls")
    return calls


def as_derivative(state: State, origin: bytes | None, run: Run, *, index: int, call: DecodedCall) -> None:
    """As the account that belongs to the caller under a number (`derivative_account_id`)."""
    entropy = b"modlpy/utilisuba" + signed(origin) + index.to_bytes(2, "little")
    run(blake2b(entropy, digest_size=32).digest(), call)


def dispatch_as(state: State, origin: bytes | None, run: Run, *, as_origin: Any, call: DecodedCall) -> None:
    """Root makes a call as somebody, and succeeds whatever becomes of it."""
    as_root(origin)
    state.deposit("Utility", "DispatchedAs", _result(run, lambda: _named(as_origin), call))


def dispatch_as_fallible(state: State, origin: bytes | None, run: Run, *, as_origin: Any, call: DecodedCall) -> None:
    """Root makes a call as somebody, and fails with it."""
    as_root(origin)
    run(_named(as_origin), call)
    state.deposit("Utility", "DispatchedAs", ("Ok", ()))


def _named(origin: Any) -> bytes | None:
    """The account of an `OriginCaller`, None for root. Raises `BadOrigin` for what no call takes here."""
    kind, inside = origin
    if (kind, inside) == ("system", "Root"):
        return None
    if kind != "system" or inside[0] != "Signed":
        raise DispatchError(None, "BadOrigin")
    return bytes(inside[1])


def _result(run: Run, origin: Callable[[], bytes | None], call: DecodedCall) -> tuple[str, Any]:
    """What became of a call, as a `DispatchResult`."""
    try:
        run(origin(), call)
    except DispatchError as error:
        return "Err", native_error(error)
    return "Ok", ()


def with_weight(state: State, origin: bytes | None, run: Run, *, call: DecodedCall, weight: Weight) -> None:
    """Root makes a call and says what it weighs."""
    as_root(origin)
    run(None, call)


def if_else(state: State, origin: bytes | None, run: Run, *, main: DecodedCall, fallback: DecodedCall) -> None:
    """One call, and where it fails another one."""
    try:
        run(origin, main)
    except DispatchError as error:
        run(origin, fallback)
        state.deposit("Utility", "IfElseFallbackCalled", native_error(error))
    else:
        state.deposit("Utility", "IfElseMainSuccess")


def sudo(state: State, origin: bytes | None, run: Run, *, call: DecodedCall) -> None:
    """The holder of the key makes a call as root, and succeeds whatever becomes of it."""
    _ensure_key(state, origin)
    state.deposit("Sudo", "Sudid", _result(run, lambda: None, call))


def sudo_unchecked_weight(state: State, origin: bytes | None, run: Run, *, call: DecodedCall, weight: Weight) -> None:
    """The same, whatever the call weighs."""
    sudo(state, origin, run, call=call)


def sudo_as(state: State, origin: bytes | None, run: Run, *, who: tuple[str, Any], call: DecodedCall) -> None:
    """The holder of the key makes a call as somebody else, and succeeds whatever becomes of it."""
    _ensure_key(state, origin)
    account = balances.lookup(who)
    state.deposit("Sudo", "SudoAsDone", _result(run, lambda: account, call))


def set_key(state: State, origin: bytes | None, run: Run, *, new: tuple[str, Any]) -> None:
    """The holder of the key hands it on."""
    old = _ensure_key(state, origin)
    account = balances.lookup(new)
    state[SUDO_KEY] = account
    state.deposit("Sudo", "KeyChanged", old, account)


def remove_key(state: State, origin: bytes | None, run: Run) -> None:
    """The holder of the key gives it up, for good."""
    _ensure_key(state, origin)
    del state[SUDO_KEY]
    state.deposit("Sudo", "KeyRemoved")


def _ensure_key(state: State, origin: bytes | None) -> bytes:
    signer = signed(origin)
    if signer != state[SUDO_KEY]:
        raise DispatchError("Sudo", "RequireSudo")
    return signer


UTILITY: Final[Mapping[str, Callable[..., None]]] = {
    "batch": batch,
    "as_derivative": as_derivative,
    "batch_all": batch_all,
    "dispatch_as": dispatch_as,
    "force_batch": force_batch,
    "with_weight": with_weight,
    "if_else": if_else,
    "dispatch_as_fallible": dispatch_as_fallible,
}
SUDO: Final[Mapping[str, Callable[..., None]]] = {
    "sudo": sudo,
    "sudo_unchecked_weight": sudo_unchecked_weight,
    "set_key": set_key,
    "sudo_as": sudo_as,
    "remove_key": remove_key,
}

__all__ = ["SUDO", "UTILITY", "Allows", "Run"]
