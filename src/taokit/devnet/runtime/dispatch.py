"""Where calls go: from a name to its rule, through the guards, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime import balances, carriers, commitments, drand, fee_rate, proxies, shield, timestamp
from taokit.devnet.runtime.carriers import Allows, Run
from taokit.devnet.runtime.refusal import DispatchError, refuse, signed
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
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.errors import PoolRefused

MAX_DEPTH: Final = 8
"""Calls within calls."""

BATCHES: Final = ("batch", "batch_all", "force_batch")


def validate(state: State, signer: bytes, call: DecodedCall) -> None:
    """Raise `PoolRefused` when the pool would not take this call of this signer."""
    if call.pallet == "Sudo" and state[SUDO_KEY] != signer:
        raise PoolRefused("Invalid signing address", name="BadSigner")
    missing = unruled(call)
    if missing:
        message = f"Invalid Transaction: Custom error: {guards.OTHER} ({missing} is not implemented on this devnet)"
        raise PoolRefused(message, name="CallDisabled", custom=guards.OTHER)
    shield.sealed_in(call)
    name = guards.check(state, signer, call)
    if name:
        code = guards.CODES.get(name, guards.OTHER)
        raise PoolRefused(f"Invalid Transaction: Custom error: {code} ({name})", name=name, custom=code)


def unruled(call: DecodedCall) -> str | None:
    """The full name of a call, or of one inside it, that the real chain has and this one has no rule for."""
    if call.name not in RULES.get(call.pallet, {}) and call.name not in CARRYING.get(call.pallet, {}):
        return f"{call.pallet}.{call.name}"
    return next(filter(None, map(unruled, call.inside())), None)


def dispatch(state: State, origin: bytes | None, call: DecodedCall) -> None:
    """Run a call; None is root. Raises `DispatchError`, and changes nothing, when the chain would refuse."""
    _run(state, origin, call, depth=0, allows=None)


def _run(state: State, origin: bytes | None, call: DecodedCall, *, depth: int, allows: Allows | None) -> None:
    if origin is not None:
        name = guards.check(state, origin, call)
        if name:
            raise refuse(name)
        if _nested(call) or not (allows is None or allows(call)):
            raise DispatchError("System", "CallFiltered")
    with state.transaction():
        carry = CARRYING.get(call.pallet, {}).get(call.name)
        if carry is None:
            _rule(call)(state, origin, **call.args)
        else:
            carry(state, origin, _inside(state, depth + 1, allows), **call.args)


def _inside(state: State, depth: int, outer: Allows | None) -> Run:
    def run(origin: bytes | None, call: DecodedCall, *, allows: Allows | None = None) -> None:
        if depth > MAX_DEPTH:
            raise DispatchError("System", "CallFiltered")
        _run(state, origin, call, depth=depth, allows=allows or outer)

    return run


def _rule(call: DecodedCall) -> Any:
    rules = RULES.get(call.pallet, {})
    if call.name in rules:
        return rules[call.name]
    if call.pallet == "SubtensorModule":  # it exists on the real chain: leases, locks, voting power
        raise refuse("DisabledTemporarily")
    raise DispatchError("System", "CallFiltered")


def _nested(call: DecodedCall) -> bool:
    """Whether a batch directly holds a batch, which only root may send (`NoNestingCallFilter`)."""
    return _is_batch(call) and any(_is_batch(item) for item in call.args["calls"])


def _is_batch(call: DecodedCall) -> bool:
    return call.pallet == "Utility" and call.name in BATCHES


def _remark(state: State, origin: bytes | None, *, remark: bytes) -> None:
    """A text that changes nothing."""


def _remark_with_event(state: State, origin: bytes | None, *, remark: bytes) -> None:
    """A text that changes nothing, and an event with its hash."""
    state.deposit("System", "Remarked", signed(origin), blake2b(remark, digest_size=32).digest())


CARRYING: Final[Mapping[str, Mapping[str, Any]]] = {
    "Utility": carriers.UTILITY,
    "Sudo": carriers.SUDO,
    "Proxy": proxies.CARRYING,
}
"""What runs for calls that may carry others, by pallet and name of the call."""

RULES: Final[Mapping[str, Mapping[str, Any]]] = {
    "System": {"remark": _remark, "remark_with_event": _remark_with_event},
    "Timestamp": timestamp.HANDLERS,
    "Balances": balances.HANDLERS,
    "Commitments": commitments.HANDLERS,
    "Drand": drand.HANDLERS,
    "MevShield": shield.HANDLERS,
    "Proxy": proxies.HANDLERS,
    "Swap": fee_rate.HANDLERS,
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
"""What runs for every other call, by pallet and name of the call."""

__all__ = ["dispatch", "validate"]
