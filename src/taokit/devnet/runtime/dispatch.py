"""Where calls go: from a name to its rule, through the guards, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from taokit.devnet.runtime import balances, commitments, drand, timestamp
from taokit.devnet.runtime.refusal import DispatchError, refuse, signed
from taokit.devnet.runtime.spec425 import native_error
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import (
    admin,
    alpha,
    children,
    commits,
    creation,
    dissolve,
    guards,
    identities,
    moves,
    registration,
    rootclaim,
    serving,
    staking,
    swap_coldkey,
    swap_hotkey,
    symbols,
    takes,
    timelocked,
    weights,
)
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.runtime.utility import BATCH_LIMIT, SUDO_KEY
from taokit.errors import PoolRefused

MAX_DEPTH: Final = 8
"""Calls within calls."""

CARRIERS: Final = ("Utility", "Sudo")
"""Pallets whose calls carry calls."""

BATCHES: Final = ("batch", "batch_all", "force_batch")


def validate(state: State, signer: bytes, call: DecodedCall) -> None:
    """Raise `PoolRefused` when the pool would not take this call of this signer."""
    if call.pallet == "Sudo" and state[SUDO_KEY] != signer:
        raise PoolRefused("Invalid signing address", name="BadSigner")
    missing = unruled(call)
    if missing:
        message = f"Invalid Transaction: Custom error: {guards.OTHER} ({missing} is not implemented on this devnet)"
        raise PoolRefused(message, name="CallDisabled", custom=guards.OTHER)
    name = guards.check(state, signer, call)
    if name:
        code = guards.CODES.get(name, guards.OTHER)
        raise PoolRefused(f"Invalid Transaction: Custom error: {code} ({name})", name=name, custom=code)


def unruled(call: DecodedCall) -> str | None:
    """The full name of a call, or of one inside it, that the real chain has and this one has no rule for."""
    inner = call.args.get("call")
    inside = [*call.args.get("calls", ()), *([inner] if isinstance(inner, DecodedCall) else [])]
    if call.pallet not in CARRIERS and call.name not in RULES.get(call.pallet, {}):
        return f"{call.pallet}.{call.name}"
    return next(filter(None, map(unruled, inside)), None)


def dispatch(state: State, origin: bytes | None, call: DecodedCall) -> None:
    """Run a call; None is root. Raises `DispatchError`, and changes nothing, when the chain would refuse."""
    _run(state, origin, call, depth=0)


def _run(state: State, origin: bytes | None, call: DecodedCall, *, depth: int) -> None:
    if origin is not None:
        name = guards.check(state, origin, call)
        if name:
            raise refuse(name)
        if _nested(call):
            raise DispatchError("System", "CallFiltered")
    with state.transaction():
        if call.pallet == "Utility":
            _batch(state, origin, call, depth=depth + 1)
        elif call.pallet == "Sudo":
            _sudo(state, signed(origin), call, depth=depth + 1)
        else:
            _rule(call)(state, origin, **call.args)


def _rule(call: DecodedCall) -> Any:
    rules = RULES.get(call.pallet, {})
    if call.name in rules:
        return rules[call.name]
    if call.pallet == "SubtensorModule":  # it exists on the real chain: leases, locks, voting power
        raise refuse("DisabledTemporarily")
    raise DispatchError("System", "CallFiltered")


def _batch(state: State, origin: bytes | None, call: DecodedCall, *, depth: int) -> None:
    calls: Sequence[DecodedCall] = call.args["calls"]
    if len(calls) > BATCH_LIMIT:
        raise DispatchError("Utility", "TooManyCalls")
    failed = False
    for index, item in enumerate(calls):
        try:
            _item(state, origin, item, depth=depth)
        except DispatchError as error:
            if call.name == "batch_all":
                raise
            failed = True
            if call.name == "batch":
                state.deposit("Utility", "BatchInterrupted", index, native_error(error))
                return
            state.deposit("Utility", "ItemFailed", native_error(error))
        else:
            state.deposit("Utility", "ItemCompleted")
    state.deposit("Utility", "BatchCompletedWithErrors" if failed else "BatchCompleted")


def _item(state: State, origin: bytes | None, call: DecodedCall, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DispatchError("System", "CallFiltered")
    _run(state, origin, call, depth=depth)


def _nested(call: DecodedCall) -> bool:
    """Whether a batch directly holds a batch, which only root may send (`NoNestingCallFilter`)."""
    return _is_batch(call) and any(_is_batch(item) for item in call.args["calls"])


def _is_batch(call: DecodedCall) -> bool:
    return call.pallet == "Utility" and call.name in BATCHES


def _sudo(state: State, signer: bytes, call: DecodedCall, *, depth: int) -> None:
    if signer != state[SUDO_KEY]:
        raise DispatchError("Sudo", "RequireSudo")
    if depth > MAX_DEPTH:
        raise DispatchError("System", "CallFiltered")
    if call.name == "set_key":
        kind, account = call.args["new"]
        if kind != "Id":
            raise DispatchError(None, "CannotLookup")
        state[SUDO_KEY] = account
        state.deposit("Sudo", "KeyChanged", signer, account)
        return
    try:
        _run(state, None, call.args["call"], depth=depth)
        state.deposit("Sudo", "Sudid", ("Ok", ()))
    except DispatchError as error:
        state.deposit("Sudo", "Sudid", ("Err", native_error(error)))


def _remark(state: State, origin: bytes | None, *, remark: bytes) -> None:
    """A text that changes nothing."""


RULES: Final[dict[str, dict[str, Any]]] = {
    "System": {"remark": _remark},
    "Timestamp": timestamp.HANDLERS,
    "Balances": balances.HANDLERS,
    "Commitments": commitments.HANDLERS,
    "Drand": drand.HANDLERS,
    "AdminUtils": admin.UTILS_HANDLERS,
    "SubtensorModule": {
        **admin.HANDLERS,
        **alpha.HANDLERS,
        **children.HANDLERS,
        **commits.HANDLERS,
        **creation.HANDLERS,
        **dissolve.HANDLERS,
        **identities.HANDLERS,
        **moves.HANDLERS,
        **registration.HANDLERS,
        **rootclaim.HANDLERS,
        **serving.HANDLERS,
        **staking.HANDLERS,
        **swap_coldkey.HANDLERS,
        **swap_hotkey.HANDLERS,
        **symbols.HANDLERS,
        **takes.HANDLERS,
        **timelocked.HANDLERS,
        **weights.HANDLERS,
    },
}
"""What runs, by pallet and name of the call."""

__all__ = ["dispatch", "validate"]
