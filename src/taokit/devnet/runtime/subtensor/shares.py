"""Stake as shares: every hotkey's alpha on a subnet is one amount, and each coldkey owns a share of it.

Shares are decimal floats, `(mantissa, exponent)` with 21 to 22 digits, as `share_pool::SafeFloat` keeps them.
"""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.storage import (
    ALPHA_V2,
    STAKING_HOTKEYS,
    TOTAL_HOTKEY_ALPHA,
    TOTAL_HOTKEY_SHARES_V2,
)

SafeFloat = tuple[int, int]

ZERO: Final[SafeFloat] = (0, 0)
DIGITS: Final = 21
"""A mantissa lies above 10**20 and is at most 10**21."""


def normal(mantissa: int, exponent: int) -> SafeFloat:
    """The number with a mantissa of the agreed size; digits that do not fit are cut."""
    if not mantissa:
        return ZERO
    shift = len(str(mantissa)) - DIGITS
    cut = mantissa // 10**shift if shift > 0 else mantissa * 10**-shift
    return (cut, exponent + shift) if cut > 10 ** (DIGITS - 1) else (10**DIGITS, exponent + shift - 1)


def add(a: SafeFloat, b: SafeFloat) -> SafeFloat:
    """The sum; the smaller number loses the digits that lie below the larger one's last."""
    if not a[0] or not b[0]:
        return a if a[0] else b
    (low, small), (high, large) = sorted((a, b), key=lambda number: number[1])
    return normal(high + low // _power(large - small), large)


def subtract(a: SafeFloat, b: SafeFloat) -> SafeFloat:
    """The difference, at least zero."""
    if not a[0] or not b[0]:
        return a
    exponent = max(a[1], b[1])
    left, right = (number[0] // _power(exponent - number[1]) for number in (a, b))
    return normal(max(0, left - right), exponent)


def multiply_divide(a: SafeFloat, b: SafeFloat, c: SafeFloat) -> SafeFloat:
    """A * b / c; zero where c is."""
    return normal(a[0] * b[0] // c[0], a[1] + b[1] - c[1]) if c[0] else ZERO


def whole(number: SafeFloat) -> int:
    """The number rounded down."""
    mantissa, exponent = number
    return mantissa * _power(exponent) if exponent > 0 else mantissa // _power(-exponent)


def _power(exponent: int) -> int:
    return int(10 ** min(exponent, DIGITS + 1))


def stake_of(state: Reading, hotkey: bytes, coldkey: bytes, netuid: int) -> int:
    """Rao of alpha that a coldkey holds under a hotkey (`get_stake_for_hotkey_and_coldkey_on_subnet`)."""
    share = state[ALPHA_V2, hotkey, coldkey, netuid]
    total = normal(state[TOTAL_HOTKEY_ALPHA, hotkey, netuid], 0)
    return whole(multiply_divide(total, share, state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid]))


def grow(state: State, hotkey: bytes, netuid: int, alpha: int) -> None:
    """Everybody's stake under the hotkey grows in proportion (`increase_stake_for_hotkey_on_subnet`)."""
    _set_total(state, hotkey, netuid, state[TOTAL_HOTKEY_ALPHA, hotkey, netuid] + alpha)


def give(state: State, hotkey: bytes, coldkey: bytes, *, netuid: int, alpha: int) -> None:
    """One coldkey's stake under the hotkey grows (`increase_stake_for_hotkey_and_coldkey_on_subnet`)."""
    if not alpha:
        return
    remember(state, hotkey, coldkey)
    pool = state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid]
    bought = shares_for(state, hotkey, netuid=netuid, alpha=alpha)
    share = state[ALPHA_V2, hotkey, coldkey, netuid] if pool[0] else ZERO
    state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid] = add(pool, bought)
    state[ALPHA_V2, hotkey, coldkey, netuid] = add(share, bought)
    grow(state, hotkey, netuid, alpha)


def take(state: State, hotkey: bytes, coldkey: bytes, *, netuid: int, alpha: int) -> None:
    """One coldkey's stake under the hotkey shrinks; nothing happens when it holds less."""
    if stake_of(state, hotkey, coldkey, netuid) < alpha:
        return
    sold = shares_for(state, hotkey, netuid=netuid, alpha=alpha)
    pool = subtract(state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid], sold)
    share = subtract(state[ALPHA_V2, hotkey, coldkey, netuid], sold)
    if pool[0]:
        state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid] = pool
    else:
        del state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid]
    if share[0]:
        state[ALPHA_V2, hotkey, coldkey, netuid] = share
    else:
        del state[ALPHA_V2, hotkey, coldkey, netuid]
    _set_total(state, hotkey, netuid, state[TOTAL_HOTKEY_ALPHA, hotkey, netuid] - alpha)


def shares_for(state: Reading, hotkey: bytes, *, netuid: int, alpha: int) -> SafeFloat:
    """The shares that this much alpha is worth now; in an empty pool, as many as rao."""
    pool = state[TOTAL_HOTKEY_SHARES_V2, hotkey, netuid]
    amount = normal(alpha, 0)
    if not pool[0]:
        return amount
    return multiply_divide(amount, pool, normal(state[TOTAL_HOTKEY_ALPHA, hotkey, netuid], 0))


def remember(state: State, hotkey: bytes, coldkey: bytes) -> None:
    """The coldkey's list of hotkeys names this one."""
    known = state[STAKING_HOTKEYS, coldkey]
    if hotkey not in known:
        state[STAKING_HOTKEYS, coldkey] = (*known, hotkey)


def _set_total(state: State, hotkey: bytes, netuid: int, alpha: int) -> None:
    if alpha:
        state[TOTAL_HOTKEY_ALPHA, hotkey, netuid] = alpha
    else:
        del state[TOTAL_HOTKEY_ALPHA, hotkey, netuid]


__all__ = [
    "SafeFloat",
    "add",
    "give",
    "grow",
    "multiply_divide",
    "normal",
    "remember",
    "shares_for",
    "stake_of",
    "subtract",
    "take",
    "whole",
]
