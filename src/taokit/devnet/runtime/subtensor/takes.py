"""Takes: what validators keep of their stakers' dividends, and children of their parents'. Parts of 65535."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import as_root, ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.storage import (
    CHILDKEY_TAKE,
    DELEGATES,
    LAST_RATE_LIMITED_BLOCK,
    MAX_CHILDKEY_TAKE,
    MAX_DELEGATE_TAKE,
    MIN_CHILDKEY_TAKE,
    MIN_CHILDKEY_TAKE_PER_SUBNET,
    MIN_DELEGATE_TAKE,
    OWNER,
    TRANSACTION_KEY_LAST_BLOCK,
    TX_CHILDKEY_TAKE_RATE_LIMIT,
    TX_DELEGATE_TAKE_RATE_LIMIT,
)

SET_CHILDKEY_TAKE: Final = 1
"""The number under which the limit on a child's take is kept."""


def refusal(state: Reading, signer: bytes, hotkey: bytes, take: int) -> str | None:
    """What is wrong with a new delegate take before it is compared with the old one (`CheckDelegateTake`)."""
    checks = (
        (take < state[MIN_DELEGATE_TAKE], "DelegateTakeTooLow"),
        (take > state[MAX_DELEGATE_TAKE], "DelegateTakeTooHigh"),
        ((OWNER, hotkey) not in state, "HotKeyAccountNotExists"),
        (state[OWNER, hotkey] != signer, "NonAssociatedColdKey"),
    )
    return next((name for failed, name in checks if failed), None)


def decrease_take(state: State, origin: bytes | None, *, hotkey: bytes, take: int) -> None:
    """The caller's validator keeps less, at once (`do_decrease_take`)."""
    coldkey = _owner(state, origin, hotkey)
    ensure((DELEGATES, hotkey) not in state or take < state[DELEGATES, hotkey], "DelegateTakeTooLow")
    ensure(take >= state[MIN_DELEGATE_TAKE], "DelegateTakeTooLow")
    _store(state, hotkey, take)
    state.deposit("SubtensorModule", "TakeDecreased", coldkey, hotkey, take)


def increase_take(state: State, origin: bytes | None, *, hotkey: bytes, take: int) -> None:
    """The caller's validator keeps more, not too soon after the last change (`do_increase_take`)."""
    coldkey = _owner(state, origin, hotkey)
    ensure((DELEGATES, hotkey) not in state or take > state[DELEGATES, hotkey], "DelegateTakeTooLow")
    ensure(take <= state[MAX_DELEGATE_TAKE], "DelegateTakeTooHigh")
    limit, last = state[TX_DELEGATE_TAKE_RATE_LIMIT], state[LAST_RATE_LIMITED_BLOCK, _limit(hotkey)]
    ensure(not limit or not last or state.number - last > limit, "DelegateTxRateLimitExceeded")
    _store(state, hotkey, take)
    state.deposit("SubtensorModule", "TakeIncreased", coldkey, hotkey, take)


def _owner(state: Reading, origin: bytes | None, hotkey: bytes) -> bytes:
    coldkey = signed(origin)
    ensure((OWNER, hotkey) in state, "HotKeyAccountNotExists")
    ensure(state[OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    return coldkey


def _limit(hotkey: bytes) -> tuple[str, bytes]:
    return "LastTxBlockDelegateTake", hotkey


def _store(state: State, hotkey: bytes, take: int) -> None:
    state[DELEGATES, hotkey] = take
    state[LAST_RATE_LIMITED_BLOCK, _limit(hotkey)] = state.number


def least_childkey_take(state: Reading, netuid: int) -> int:
    """The lowest take of a child on a subnet (`get_effective_min_childkey_take`)."""
    return int(max(state[MIN_CHILDKEY_TAKE], state[MIN_CHILDKEY_TAKE_PER_SUBNET, netuid]))


def childkey_take(state: Reading, hotkey: bytes, netuid: int) -> int:
    """What a child keeps of its parents' dividends on a subnet."""
    return max(int(state[CHILDKEY_TAKE, hotkey, netuid]), least_childkey_take(state, netuid))


def set_childkey_take(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, take: int) -> None:
    """What the caller's hotkey keeps as a child; more only once in a while (`do_set_childkey_take`)."""
    coldkey = signed(origin)
    ensure((OWNER, hotkey) in state and state[OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    ensure(least_childkey_take(state, netuid) <= take <= state[MAX_CHILDKEY_TAKE], "InvalidChildkeyTake")
    place = (TRANSACTION_KEY_LAST_BLOCK, hotkey, netuid, SET_CHILDKEY_TAKE)
    if take > childkey_take(state, hotkey, netuid):
        last = state[place]
        allowed = not last or state.number - last >= state[TX_CHILDKEY_TAKE_RATE_LIMIT]
        ensure(allowed, "TxChildkeyTakeRateLimitExceeded")
    state[place] = state.number
    state[CHILDKEY_TAKE, hotkey, netuid] = take
    state.deposit("SubtensorModule", "ChildKeyTakeSet", hotkey, take)


def set_tx_childkey_take_rate_limit(state: State, origin: bytes | None, *, tx_rate_limit: int) -> None:
    """Blocks between two raises of a child's take."""
    as_root(origin)
    state[TX_CHILDKEY_TAKE_RATE_LIMIT] = tx_rate_limit
    state.deposit("SubtensorModule", "TxChildKeyTakeRateLimitSet", tx_rate_limit)


def set_min_childkey_take(state: State, origin: bytes | None, *, take: int) -> None:
    """The lowest take of any child."""
    as_root(origin)
    state[MIN_CHILDKEY_TAKE] = take
    state.deposit("SubtensorModule", "MinChildKeyTakeSet", take)


def set_max_childkey_take(state: State, origin: bytes | None, *, take: int) -> None:
    """The highest take of any child."""
    as_root(origin)
    state[MAX_CHILDKEY_TAKE] = take
    state.deposit("SubtensorModule", "MaxChildKeyTakeSet", take)


HANDLERS: Final[dict[str, Any]] = {
    "decrease_take": decrease_take,
    "increase_take": increase_take,
    "set_childkey_take": set_childkey_take,
    "sudo_set_max_childkey_take": set_max_childkey_take,
    "sudo_set_min_childkey_take": set_min_childkey_take,
    "sudo_set_tx_childkey_take_rate_limit": set_tx_childkey_take_rate_limit,
}

__all__ = ["HANDLERS", "childkey_take", "least_childkey_take", "refusal"]
