"""Staking: TAO for alpha under a hotkey, and back. On root, stake is TAO one to one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import pool, rootclaim, shares, subnets, treasury
from taokit.devnet.runtime.subtensor.storage import (
    DELEGATES,
    LAST_COLDKEY_HOTKEY_STAKE_BLOCK,
    NOMINATOR_MIN_REQUIRED_STAKE,
    OWNER,
    PENDING_CHILD_KEYS,
    STAKE_THRESHOLD,
    SUBNET_ALPHA_IN,
    SUBNET_TAO,
    SUBNET_TAO_FLOW,
    SUBTOKEN_ENABLED,
    TOTAL_HOTKEY_ALPHA,
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


def add_stake(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, amount_staked: int) -> int:
    """Buy alpha for the caller under a hotkey, at whatever price the pool asks (`do_add_stake`)."""
    coldkey = signed(origin)
    _check_input(state, netuid, amount_staked, SUBNET_TAO)
    _check_add(state, Asked(coldkey, hotkey, netuid, amount_staked))
    return stake(state, coldkey, hotkey, netuid=netuid, tao=amount_staked)


def add_stake_limit(
    state: State,
    origin: bytes | None,
    *,
    hotkey: bytes,
    netuid: int,
    amount_staked: int,
    limit_price: int,
    allow_partial: bool,
) -> int:
    """Buy alpha at no more than a price in rao per alpha; what does not fit is not spent (`do_add_stake_limit`)."""
    coldkey = signed(origin)
    _check_input(state, netuid, amount_staked, SUBNET_TAO)
    most = most_to_buy(state, netuid, limit_price)
    asked = Asked(coldkey, hotkey, netuid, amount_staked, most, allow_partial)
    _check_add(state, asked)
    become_delegate(state, hotkey, coldkey)
    return stake(state, coldkey, hotkey, netuid=netuid, tao=min(amount_staked, most), limit=limit_price)


def become_delegate(state: State, hotkey: bytes, coldkey: bytes) -> None:
    """A hotkey that somebody else stakes to is a delegate from now on (`maybe_become_delegate`)."""
    if state[OWNER, hotkey] != coldkey and (DELEGATES, hotkey) not in state:
        state[DELEGATES, hotkey] = state[DELEGATES, hotkey]


def _check_input(state: Reading, netuid: int, amount: int, reserve: Item) -> None:
    if netuid != subnets.ROOT and pool.dynamic(state, netuid):
        ensure(amount <= pool.MAX_INPUT * state[reserve, netuid], "InsufficientLiquidity")


def most_to_buy(state: Reading, netuid: int, limit_price: int) -> int:
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


def stake(
    state: State,
    coldkey: bytes,
    hotkey: bytes,
    *,
    netuid: int,
    tao: int,
    limit: int = pool.NO_MAXIMUM,
    with_fee: bool = True,
) -> int:
    """The alpha bought for so much TAO, now staked under the hotkey (`stake_into_subnet`)."""
    paid = subnets.pay_in(state, netuid, coldkey, tao)
    swapped = pool.buy(state, netuid, paid, limit=limit, with_fee=with_fee)
    ensure(swapped.paid > 0, "AmountTooLow")
    shares.give(state, hotkey, coldkey, netuid=netuid, alpha=swapped.paid)
    if swapped.fee:
        _burn(state, netuid, swapped.fee)
    state[SUBNET_TAO_FLOW, netuid] = state[SUBNET_TAO_FLOW, netuid] + swapped.taken
    state[LAST_COLDKEY_HOTKEY_STAKE_BLOCK, coldkey, hotkey] = state.number
    if netuid == subnets.ROOT:
        rootclaim.grew(state, hotkey, coldkey, swapped.paid)
        rootclaim.enter(state, coldkey)
    state.deposit("SubtensorModule", "StakeAdded", coldkey, hotkey, paid, swapped.paid, netuid, swapped.fee)
    return swapped.paid


def _burn(state: State, netuid: int, rao: int) -> None:
    """A fee that no author takes is burned; one too small to open the account stays where it is."""
    with suppress(DispatchError):
        treasury.transfer(state, source=subnets.account_of(netuid), target=treasury.BURNED, rao=rao)


def remove_stake(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, amount_unstaked: int) -> None:
    """Sell alpha of the caller under a hotkey, at whatever price the pool pays (`do_remove_stake`)."""
    coldkey = signed(origin)
    ensure(state[SUBTOKEN_ENABLED, netuid], "SubtokenDisabled")
    alpha = min(amount_unstaked, shares.stake_of(state, hotkey, coldkey, netuid))
    _check_input(state, netuid, alpha, SUBNET_ALPHA_IN)
    check_remove(state, Asked(coldkey, hotkey, netuid, alpha))
    unstake(state, coldkey, hotkey, netuid=netuid, alpha=alpha)
    clear_small_nomination(state, hotkey, coldkey, netuid)
    _forget_children(state, hotkey)


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
    most = most_to_sell(state, netuid, limit_price)
    check_remove(state, Asked(coldkey, hotkey, netuid, amount_unstaked, most, allow_partial))
    unstake(state, coldkey, hotkey, netuid=netuid, alpha=min(amount_unstaked, most), limit=limit_price)
    clear_small_nomination(state, hotkey, coldkey, netuid)
    _forget_children(state, hotkey)


def remove_stake_full_limit(
    state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, limit_price: int | None
) -> None:
    """Sell everything the caller has under a hotkey on a subnet, at no less than a price where one is given."""
    held = shares.stake_of(state, hotkey, signed(origin), netuid)
    if limit_price is None:
        remove_stake(state, origin, hotkey=hotkey, netuid=netuid, amount_unstaked=held)
        return
    remove_stake_limit(
        state,
        origin,
        hotkey=hotkey,
        netuid=netuid,
        amount_unstaked=held,
        limit_price=limit_price,
        allow_partial=False,
    )


def clear_small_nomination(state: State, hotkey: bytes, coldkey: bytes, netuid: int) -> None:
    """A nominator's rest below the required least is unstaked as well (`clear_small_nomination_if_required`)."""
    if state[OWNER, hotkey] == coldkey:
        return
    price, least = pool.price(state, netuid), state[NOMINATOR_MIN_REQUIRED_STAKE]
    held = shares.stake_of(state, hotkey, coldkey, netuid)
    if not 0 < held < ((least << 64) // price if price else 0):
        return
    try:
        with state.transaction():
            unstake(state, coldkey, hotkey, netuid=netuid, alpha=held)
    except DispatchError:
        shares.take(state, hotkey, coldkey, netuid=netuid, alpha=held)


def _forget_children(state: State, hotkey: bytes) -> None:
    """Children that wait are dropped when the hotkey is no longer worth the threshold."""
    if worth(state, hotkey) < state[STAKE_THRESHOLD]:
        for netuid in subnets.all_netuids(state):
            del state[PENDING_CHILD_KEYS, netuid, hotkey]


def worth(state: Reading, hotkey: bytes) -> int:
    """Rao of TAO that everything under a hotkey is worth at spot prices (`get_total_stake_for_hotkey`)."""
    total = sum(
        state[TOTAL_HOTKEY_ALPHA, hotkey, netuid] * pool.price(state, netuid) for netuid in subnets.all_netuids(state)
    )
    return int(total >> 64)


def most_to_sell(state: Reading, netuid: int, limit_price: int) -> int:
    """Alpha, fee included, that can be sold before the price falls below the limit (`get_max_amount_remove`)."""
    if not pool.dynamic(state, netuid):
        return EVERYTHING if limit_price <= pool.RAO else 0
    if limit_price == 0:
        return EVERYTHING
    reserve = state[SUBNET_ALPHA_IN, netuid]
    quote = pool.quote_sell(state, netuid, pool.MAX_INPUT * reserve, limit=limit_price)
    return quote.taken + quote.fee


def check_remove(state: Reading, asked: Asked) -> None:
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
    state: State,
    coldkey: bytes,
    hotkey: bytes,
    *,
    netuid: int,
    alpha: int,
    limit: int = pool.NO_MINIMUM,
    with_fee: bool = True,
) -> int:
    """The TAO fetched for so much staked alpha, now free on the coldkey (`unstake_from_subnet`)."""
    shares.take(state, hotkey, coldkey, netuid=netuid, alpha=alpha)
    swapped = pool.sell(state, netuid, alpha, limit=limit, with_fee=with_fee)
    shares.give(state, hotkey, coldkey, netuid=netuid, alpha=alpha - swapped.taken - swapped.fee)
    subnets.pay_out(state, netuid, coldkey, swapped.paid)
    if swapped.fee:  # nobody authored the block, so the fee's alpha is out of use
        state[ALPHA_BURNED, netuid] = state[ALPHA_BURNED, netuid] + swapped.fee
    if netuid == subnets.ROOT:
        rootclaim.shrank(state, hotkey, coldkey, alpha)
        if not rootclaim.has_root_stake(state, coldkey):
            rootclaim.leave(state, coldkey)
    state[SUBNET_TAO_FLOW, netuid] = state[SUBNET_TAO_FLOW, netuid] - swapped.paid
    state[LAST_COLDKEY_HOTKEY_STAKE_BLOCK, coldkey, hotkey] = state.number
    state.deposit("SubtensorModule", "StakeRemoved", coldkey, hotkey, swapped.paid, swapped.taken, netuid, swapped.fee)
    return swapped.paid


HANDLERS: Final[dict[str, Any]] = {
    "add_stake": add_stake,
    "add_stake_limit": add_stake_limit,
    "remove_stake": remove_stake,
    "remove_stake_full_limit": remove_stake_full_limit,
    "remove_stake_limit": remove_stake_limit,
}

__all__ = [
    "EVERYTHING",
    "HANDLERS",
    "MIN_STAKE",
    "Asked",
    "add_stake",
    "add_stake_limit",
    "become_delegate",
    "check_remove",
    "clear_small_nomination",
    "most_to_buy",
    "most_to_sell",
    "remove_stake",
    "stake",
    "unstake",
    "worth",
]
