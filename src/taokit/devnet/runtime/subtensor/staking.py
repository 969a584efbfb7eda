"""Staking: TAO for alpha under a hotkey, and back. On root, stake is TAO one to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import pool, shares, subnets
from taokit.devnet.runtime.subtensor.storage import (
    DELEGATES,
    LAST_COLDKEY_HOTKEY_STAKE_BLOCK,
    OWNER,
    SUBNET_ALPHA_IN,
    SUBNET_TAO,
    SUBNET_TAO_FLOW,
    SUBTOKEN_ENABLED,
    TOTAL_ISSUANCE,
)
from taokit.devnet.runtime.swap import ALPHA_BURNED
from taokit.devnet.runtime.table import Item

MIN_STAKE: Final = 2_000_000
"""Rao that a stake, and what an unstake fetches, must be worth."""

EVERYTHING: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A trade that somebody asks for."""

    coldkey: bytes
    hotkey: bytes
    netuid: int
    amount: int  # rao of what is given away
    most: int = EVERYTHING  # rao of it that a limit price allows
    partly: bool = False  # whether less than the amount will do


def add_stake(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, amount_staked: int) -> None:
    """Buy alpha for the caller under a hotkey, at whatever price the pool asks (`do_add_stake`)."""
    coldkey = signed(origin)
    _check_input(state, netuid, amount_staked, SUBNET_TAO)
    _check_add(state, Asked(coldkey, hotkey, netuid, amount_staked))
    stake(state, coldkey, hotkey, netuid=netuid, tao=amount_staked)


def add_stake_limit(
    state: State,
    origin: bytes | None,
    *,
    hotkey: bytes,
    netuid: int,
    amount_staked: int,
    limit_price: int,
    allow_partial: bool,
) -> None:
    """Buy alpha at no more than a price in rao per alpha; what does not fit is not spent (`do_add_stake_limit`)."""
    coldkey = signed(origin)
    _check_input(state, netuid, amount_staked, SUBNET_TAO)
    most = _most_to_buy(state, netuid, limit_price)
    asked = Asked(coldkey, hotkey, netuid, amount_staked, most, allow_partial)
    _check_add(state, asked)
    if state[OWNER, hotkey] != coldkey and (DELEGATES, hotkey) not in state:
        state[DELEGATES, hotkey] = state[DELEGATES, hotkey]
    stake(state, coldkey, hotkey, netuid=netuid, tao=min(amount_staked, most), limit=limit_price)


def _check_input(state: Reading, netuid: int, amount: int, reserve: Item) -> None:
    if netuid != subnets.ROOT and pool.dynamic(state, netuid):
        ensure(amount <= pool.MAX_INPUT * state[reserve, netuid], "InsufficientLiquidity")


def _most_to_buy(state: Reading, netuid: int, limit_price: int) -> int:
    """Rao, fee included, that can be spent before the price passes the limit (`get_max_amount_add`)."""
    if not pool.dynamic(state, netuid):
        return EVERYTHING if limit_price >= pool.RAO else 0
    quote = pool.quote_buy(state, netuid, pool.MAX_INPUT * state[SUBNET_TAO, netuid], limit=limit_price)
    return quote.taken + quote.fee


def _check_add(state: Reading, asked: Asked) -> None:
    """The checks of a purchase, in their order (`validate_add_stake`)."""
    netuid = asked.netuid
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(state[SUBTOKEN_ENABLED, netuid], "SubtokenDisabled")
    ensure(asked.amount >= MIN_STAKE + pool.fee_of(state, netuid, MIN_STAKE), "AmountTooLow")
    ensure(asked.partly or asked.amount <= asked.most, "SlippageTooHigh")
    tao = min(asked.amount, asked.most)
    ensure(balances.free(state, asked.coldkey) >= tao, "NotEnoughBalanceToStake")
    ensure((OWNER, asked.hotkey) in state, "HotKeyAccountNotExists")
    try:
        quote = pool.quote_buy(state, netuid, tao)
    except DispatchError as error:
        raise refuse("InsufficientLiquidity") from error
    ensure(quote.taken >= MIN_STAKE, "AmountTooLow")
    ensure(quote.paid > 0, "InsufficientLiquidity")
    ensure(shares.shares_for(state, asked.hotkey, netuid=netuid, alpha=quote.paid)[0] > 0, "InsufficientLiquidity")


def stake(state: State, coldkey: bytes, hotkey: bytes, *, netuid: int, tao: int, limit: int = pool.NO_MAXIMUM) -> int:
    """The alpha bought for so much TAO, now staked under the hotkey (`stake_into_subnet`)."""
    paid = subnets.pay_in(state, netuid, coldkey, tao)
    swapped = pool.buy(state, netuid, paid, limit=limit)
    ensure(swapped.paid > 0, "AmountTooLow")
    shares.give(state, hotkey, coldkey, netuid=netuid, alpha=swapped.paid)
    state[SUBNET_TAO_FLOW, netuid] = state[SUBNET_TAO_FLOW, netuid] + swapped.taken
    state[LAST_COLDKEY_HOTKEY_STAKE_BLOCK, coldkey, hotkey] = state.number
    state.deposit("SubtensorModule", "StakeAdded", coldkey, hotkey, paid, swapped.paid, netuid, swapped.fee)
    return swapped.paid


def remove_stake(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, amount_unstaked: int) -> None:
    """Sell alpha of the caller under a hotkey, at whatever price the pool pays (`do_remove_stake`)."""
    coldkey = signed(origin)
    ensure(state[SUBTOKEN_ENABLED, netuid], "SubtokenDisabled")
    alpha = min(amount_unstaked, shares.stake_of(state, hotkey, coldkey, netuid))
    _check_input(state, netuid, alpha, SUBNET_ALPHA_IN)
    _check_remove(state, Asked(coldkey, hotkey, netuid, alpha))
    unstake(state, coldkey, hotkey, netuid=netuid, alpha=alpha)


def remove_stake_limit(
    state: State,
    origin: bytes | None,
    *,
    hotkey: bytes,
    netuid: int,
    amount_unstaked: int,
    limit_price: int,
    allow_partial: bool,
) -> None:
    """Sell alpha at no less than a price in rao per alpha; what does not fit stays staked (`do_remove_stake_limit`).

    Unlike the plain sale it is not cut to what is staked, and does not ask whether the subnet has started.
    """
    coldkey = signed(origin)
    _check_input(state, netuid, amount_unstaked, SUBNET_ALPHA_IN)
    most = _most_to_sell(state, netuid, limit_price)
    _check_remove(state, Asked(coldkey, hotkey, netuid, amount_unstaked, most, allow_partial))
    unstake(state, coldkey, hotkey, netuid=netuid, alpha=min(amount_unstaked, most), limit=limit_price)


def _most_to_sell(state: Reading, netuid: int, limit_price: int) -> int:
    """Alpha, fee included, that can be sold before the price falls below the limit (`get_max_amount_remove`)."""
    if not pool.dynamic(state, netuid):
        return EVERYTHING if limit_price <= pool.RAO else 0
    if limit_price == 0:
        return EVERYTHING
    reserve = state[SUBNET_ALPHA_IN, netuid]
    quote = pool.quote_sell(state, netuid, pool.MAX_INPUT * reserve, limit=limit_price)
    return quote.taken + quote.fee


def _check_remove(state: Reading, asked: Asked) -> None:
    """The checks of a sale, in their order (`validate_remove_stake`)."""
    ensure(subnets.exists(state, asked.netuid), "SubnetNotExists")
    ensure(asked.amount > 0, "AmountTooLow")
    held = shares.stake_of(state, asked.hotkey, asked.coldkey, asked.netuid)
    ensure(held >= asked.amount, "NotEnoughStakeToWithdraw")
    try:
        quote = pool.quote_sell(state, asked.netuid, asked.amount)
    except DispatchError as error:
        raise refuse("InsufficientLiquidity") from error
    ensure(held == asked.amount or quote.paid >= MIN_STAKE, "AmountTooLow")
    ensure(asked.partly or asked.amount <= asked.most, "SlippageTooHigh")
    ensure((OWNER, asked.hotkey) in state, "HotKeyAccountNotExists")


def unstake(
    state: State, coldkey: bytes, hotkey: bytes, *, netuid: int, alpha: int, limit: int = pool.NO_MINIMUM
) -> int:
    """The TAO fetched for so much staked alpha, now free on the coldkey (`unstake_from_subnet`)."""
    shares.take(state, hotkey, coldkey, netuid=netuid, alpha=alpha)
    swapped = pool.sell(state, netuid, alpha, limit=limit)
    shares.give(state, hotkey, coldkey, netuid=netuid, alpha=alpha - swapped.taken - swapped.fee)
    _pay_out(state, netuid, coldkey, swapped.paid)
    if swapped.fee:  # nobody authored the block, so the fee's alpha is out of use
        state[ALPHA_BURNED, netuid] = state[ALPHA_BURNED, netuid] + swapped.fee
    state[SUBNET_TAO_FLOW, netuid] = state[SUBNET_TAO_FLOW, netuid] - swapped.paid
    state[LAST_COLDKEY_HOTKEY_STAKE_BLOCK, coldkey, hotkey] = state.number
    state.deposit("SubtensorModule", "StakeRemoved", coldkey, hotkey, swapped.paid, swapped.taken, netuid, swapped.fee)
    return swapped.paid


def _pay_out(state: State, netuid: int, coldkey: bytes, tao: int) -> None:
    """TAO from the subnet's account; dust that closing the account loses leaves the pallet's issuance too."""
    before = state[balances.ISSUANCE]
    balances.move(state, source=subnets.account_of(netuid), target=coldkey, rao=tao, keep_alive=False)
    lost = before - state[balances.ISSUANCE]
    if lost:
        state[TOTAL_ISSUANCE] = max(0, state[TOTAL_ISSUANCE] - lost)


HANDLERS: Final[dict[str, Any]] = {
    "add_stake": add_stake,
    "add_stake_limit": add_stake_limit,
    "remove_stake": remove_stake,
    "remove_stake_limit": remove_stake_limit,
}

__all__ = ["HANDLERS", "MIN_STAKE", "add_stake", "remove_stake", "stake", "unstake"]
