"""Stake that moves: to another hotkey, coldkey or subnet. Between subnets it is sold and bought, within one it is not.

A swap between subnets costs one fee: root's side has none, and otherwise the buying side is spared it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import pool, rootclaim, shares, staking, subnets, treasury
from taokit.devnet.runtime.subtensor.storage import (
    LAST_COLDKEY_HOTKEY_STAKE_BLOCK,
    OWNER,
    SUBNET_ALPHA_IN,
    SUBNET_TAO,
    SUBTOKEN_ENABLED,
    TRANSFER_TOGGLE,
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where stake lies."""

    coldkey: bytes
    hotkey: bytes
    netuid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a move asks for besides the plain amount."""

    limit_price: int | None = None  # rao of destination alpha per origin alpha, 10**9 for one; None: any
    partly: bool = True  # whether less than the amount will do, where a limit cuts it
    transfer: bool = False  # to somebody else: both subnets must allow it


def move_stake(
    state: State,
    origin: bytes | None,
    *,
    origin_hotkey: bytes,
    destination_hotkey: bytes,
    origin_netuid: int,
    destination_netuid: int,
    alpha_amount: int,
) -> None:
    """The caller's stake goes to another hotkey, on the same subnet or another (`do_move_stake`)."""
    coldkey = signed(origin)
    source = Position(coldkey, origin_hotkey, origin_netuid)
    target = Position(coldkey, destination_hotkey, destination_netuid)
    rao = _move(state, source, target, alpha_amount)
    fields = (coldkey, origin_hotkey, origin_netuid, destination_hotkey, destination_netuid, rao)
    state.deposit("SubtensorModule", "StakeMoved", *fields)


def transfer_stake(
    state: State,
    origin: bytes | None,
    *,
    destination_coldkey: bytes,
    hotkey: bytes,
    origin_netuid: int,
    destination_netuid: int,
    alpha_amount: int,
) -> None:
    """The caller's stake goes to somebody else under the same hotkey (`do_transfer_stake`)."""
    coldkey = signed(origin)
    source = Position(coldkey, hotkey, origin_netuid)
    target = Position(destination_coldkey, hotkey, destination_netuid)
    rao = _move(state, source, target, alpha_amount, Terms(transfer=True))
    fields = (coldkey, destination_coldkey, hotkey, origin_netuid, destination_netuid, rao)
    state.deposit("SubtensorModule", "StakeTransferred", *fields)


def swap_stake(
    state: State,
    origin: bytes | None,
    *,
    hotkey: bytes,
    origin_netuid: int,
    destination_netuid: int,
    alpha_amount: int,
    limit_price: int | None = None,
    allow_partial: bool = True,
) -> None:
    """The caller's stake goes to another subnet under the same hotkey (`do_swap_stake`, `do_swap_stake_limit`)."""
    coldkey = signed(origin)
    source, target = Position(coldkey, hotkey, origin_netuid), Position(coldkey, hotkey, destination_netuid)
    rao = _move(state, source, target, alpha_amount, Terms(limit_price=limit_price, partly=allow_partial))
    state.deposit("SubtensorModule", "StakeSwapped", coldkey, hotkey, origin_netuid, destination_netuid, rao)


def _move(state: State, source: Position, target: Position, alpha: int, terms: Terms = Terms()) -> int:
    """Rao that what moved was worth (`transition_stake_internal`); at most what is staked moves."""
    alpha = min(alpha, shares.stake_of(state, source.hotkey, source.coldkey, source.netuid))
    across = source.netuid != target.netuid
    most = alpha
    if across and terms.limit_price is not None:
        most = most_to_move(state, source.netuid, target.netuid, terms.limit_price)
    _check(state, source, target, alpha, most=most, terms=terms)
    return (_across if across else _within)(state, source, target, min(alpha, most))


def _check(state: Reading, source: Position, target: Position, alpha: int, *, most: int, terms: Terms) -> None:
    """The checks of a move, in their order (`validate_stake_transition`)."""
    ensure(source != target, "SameNetuid")
    for place in (source, target):
        ensure(subnets.exists(state, place.netuid), "SubnetNotExists")
    for place in (source, target):
        ensure(state[SUBTOKEN_ENABLED, place.netuid], "SubtokenDisabled")
    for place in (source, target):
        ensure((OWNER, place.hotkey) in state, "HotKeyAccountNotExists")
    if source.netuid != target.netuid:
        ensure(_fetched(state, source.netuid, alpha) > staking.MIN_STAKE, "AmountTooLow")
        ensure(terms.partly or alpha <= most, "SlippageTooHigh")
    for place in (source, target) if terms.transfer else ():
        ensure(state[TRANSFER_TOGGLE, place.netuid], "TransferDisallowed")


def _fetched(state: Reading, netuid: int, alpha: int) -> int:
    try:
        return pool.quote_sell(state, netuid, alpha).paid
    except DispatchError as error:
        raise refuse("InsufficientLiquidity") from error


def _across(state: State, source: Position, target: Position, alpha: int) -> int:
    from_root = source.netuid == subnets.ROOT
    rao = staking.unstake(
        state, source.coldkey, source.hotkey, netuid=source.netuid, alpha=alpha, with_fee=not from_root
    )
    if source.coldkey != target.coldkey:
        treasury.transfer(state, source=source.coldkey, target=target.coldkey, rao=rao)
    if rao >= staking.MIN_STAKE:
        staking.become_delegate(state, target.hotkey, target.coldkey)
        staking.stake(state, target.coldkey, target.hotkey, netuid=target.netuid, tao=rao, with_fee=from_root)
    return rao


def _within(state: State, source: Position, target: Position, alpha: int) -> int:
    """Shares change hands without a swap (`transfer_stake_within_subnet`)."""
    netuid = source.netuid
    shares.take(state, source.hotkey, source.coldkey, netuid=netuid, alpha=alpha)
    shares.give(state, target.hotkey, target.coldkey, netuid=netuid, alpha=alpha)
    if netuid == subnets.ROOT:
        rootclaim.shrank(state, source.hotkey, source.coldkey, alpha)
        rootclaim.grew(state, target.hotkey, target.coldkey, alpha)
        rootclaim.enter(state, target.coldkey)
    rao = pool.price(state, netuid) * alpha >> 64
    ensure(rao >= staking.MIN_STAKE, "AmountTooLow")
    state[LAST_COLDKEY_HOTKEY_STAKE_BLOCK, target.coldkey, target.hotkey] = state.number
    for name, place in (("StakeRemoved", source), ("StakeAdded", target)):
        state.deposit("SubtensorModule", name, place.coldkey, place.hotkey, rao, alpha, netuid, 0)
    return rao


def most_to_move(state: Reading, source: int, target: int, limit_price: int) -> int:
    """Alpha that can move before it fetches less, on average, than the limit says (`get_max_amount_move`).

    Between two pools the chain reckons with even weights, whatever the weights are.
    """
    from_pool, to_pool = pool.dynamic(state, source), pool.dynamic(state, target)
    if not from_pool and not to_pool:
        return 0 if limit_price > pool.RAO else staking.EVERYTHING
    if limit_price == 0 and not from_pool:
        return staking.EVERYTHING
    if not from_pool:
        return staking.most_to_buy(state, target, pool.RAO * pool.RAO // limit_price)
    if not to_pool:
        return staking.most_to_sell(state, source, limit_price)
    return _between_pools(state, source, target, limit_price)


def _between_pools(state: Reading, source: int, target: int, limit_price: int) -> int:
    tao, tao_there = state[SUBNET_TAO, source], state[SUBNET_TAO, target]
    alpha, alpha_there = state[SUBNET_ALPHA_IN, source], state[SUBNET_ALPHA_IN, target]
    if not (tao and tao_there and alpha and alpha_there):
        return 0
    limit, price_there = (limit_price << 64) // pool.RAO, pool.price(state, target)
    if limit > ((pool.price(state, source) << 64) // price_there if price_there else 0):
        return 0
    if not limit_price:
        return staking.EVERYTHING
    part, part_there = (tao << 64) // (tao + tao_there), (tao_there << 64) // (tao + tao_there)
    reached = ((alpha_there * part) << 64) // limit if limit else 0
    return int(max(0, reached - alpha * part_there) >> 64)


def unstake_all(state: State, origin: bytes | None, *, hotkey: bytes) -> None:
    """Everything the caller has under a hotkey is sold, subnet by subnet; what cannot be stays (`do_unstake_all`)."""
    coldkey = signed(origin)
    ensure((OWNER, hotkey) in state, "HotKeyAccountNotExists")
    for netuid in subnets.all_netuids(state):
        _sell_all(state, Position(coldkey, hotkey, netuid))


def unstake_all_alpha(state: State, origin: bytes | None, *, hotkey: bytes) -> None:
    """All alpha the caller has under a hotkey becomes root stake under it (`do_unstake_all_alpha`)."""
    coldkey = signed(origin)
    ensure((OWNER, hotkey) in state, "HotKeyAccountNotExists")
    netuids = [netuid for netuid in subnets.all_netuids(state) if netuid != subnets.ROOT]
    rao = sum(_sell_all(state, Position(coldkey, hotkey, netuid)) for netuid in netuids)
    staking.stake(state, coldkey, hotkey, netuid=subnets.ROOT, tao=rao)


def _sell_all(state: State, place: Position) -> int:
    """Rao fetched for a whole position; 0 where it must stay."""
    coldkey, hotkey, netuid = place.coldkey, place.hotkey, place.netuid
    if not state[SUBTOKEN_ENABLED, netuid]:
        return 0
    alpha = shares.stake_of(state, hotkey, coldkey, netuid)
    try:
        staking.check_remove(state, staking.Asked(coldkey, hotkey, netuid, alpha, alpha))
    except DispatchError:
        return 0
    rao = staking.unstake(state, coldkey, hotkey, netuid=netuid, alpha=alpha)
    staking.clear_small_nomination(state, hotkey, coldkey, netuid)
    return rao


HANDLERS: Final[dict[str, Any]] = {
    "move_stake": move_stake,
    "swap_stake": swap_stake,
    "swap_stake_limit": swap_stake,
    "transfer_stake": transfer_stake,
    "unstake_all": unstake_all,
    "unstake_all_alpha": unstake_all_alpha,
}

__all__ = ["HANDLERS", "Position", "most_to_move"]
