"""What is answered about stake: positions, delegates, prices and what a swap would bring. All in native form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import neurons, pool, shares, subnets
from taokit.devnet.runtime.subtensor.storage import (
    ALPHA_DIVIDENDS_PER_SUBNET,
    ALPHA_V2,
    DELEGATES,
    EMISSION,
    IS_NETWORK_MEMBER,
    LOCK,
    OWNER,
    STAKING_HOTKEYS,
    TEMPO,
    TOTAL_HOTKEY_ALPHA,
    UIDS,
    VALIDATOR_PERMIT,
)

BLOCKS_A_DAY = 7200

Holding = tuple[bytes, int] | None
"""`(hotkey, netuid)`."""


def of_coldkey(state: Reading, coldkey_account: bytes) -> tuple[Any, ...]:
    """Every position of a coldkey, subnet by subnet, `StakeInfo` each (`get_stake_info_for_coldkey`)."""
    return tuple(
        _position(state, hotkey, coldkey_account, netuid)
        for netuid in subnets.all_netuids(state)
        for hotkey in state[STAKING_HOTKEYS, coldkey_account]
        if shares.stake_of(state, hotkey, coldkey_account, netuid)
    )


def of_coldkeys(state: Reading, coldkey_accounts: Sequence[bytes]) -> tuple[Any, ...]:
    """The same of several coldkeys, with their names."""
    return tuple((coldkey, of_coldkey(state, coldkey)) for coldkey in coldkey_accounts)


def of_position(state: Reading, hotkey_account: bytes, coldkey_account: bytes, netuid: int) -> tuple[Any, ...]:
    """One position, be it empty."""
    return _position(state, hotkey_account, coldkey_account, netuid)


def _position(state: Reading, hotkey: bytes, coldkey: bytes, netuid: int) -> tuple[Any, ...]:
    held = shares.stake_of(state, hotkey, coldkey, netuid)
    dividends = state[ALPHA_DIVIDENDS_PER_SUBNET, netuid, hotkey]
    registered = state[UIDS, netuid, hotkey] is not None
    return hotkey, coldkey, netuid, held, 0, dividends, 0, 0, registered


def availability(
    state: Reading, coldkey_accounts: Sequence[bytes], netuids: Collection[int] | None
) -> tuple[tuple[bytes, tuple[Any, ...]], ...]:
    """By coldkey and subnet, ascending, how much is staked and can be taken out; nothing is ever locked here."""
    existing = subnets.all_netuids(state)
    wanted = {int(netuid) for netuid in netuids} if netuids is not None else set(existing)
    if netuids is not None and not 0 < len(wanted) <= len(existing):
        wanted = set()
    found = {coldkey: _available(state, coldkey, sorted(wanted & set(existing))) for coldkey in coldkey_accounts}
    return tuple(sorted(found.items()))


def _available(state: Reading, coldkey: bytes, netuids: list[int]) -> tuple[Any, ...]:
    hotkeys = state[STAKING_HOTKEYS, coldkey]
    totals = {netuid: sum(shares.stake_of(state, hotkey, coldkey, netuid) for hotkey in hotkeys) for netuid in netuids}
    return tuple((netuid, (total, 0, total)) for netuid, total in totals.items() if total)


def fee(state: Reading, *, origin: Holding, destination: Holding, amount: int, **_: bytes) -> int:
    """What moving an amount costs, in its own rao (`get_stake_fee`)."""
    if destination == origin:
        return 0
    place = destination or origin
    return pool.fee_of(state, place[1] if place else subnets.ROOT, amount)


def coldkey_lock(state: Reading, coldkey: bytes, netuid: int) -> Any:
    """The first lock of a coldkey on a subnet, or None."""
    return next((lock for _, lock in state.items(LOCK, coldkey, netuid)), None)


def delegates(state: Reading) -> tuple[Any, ...]:
    """Every delegate with its nominators, `DelegateInfo` each (`get_delegates`)."""
    return tuple(_delegate(state, keys[0], nominators=True) for keys, _ in state.items(DELEGATES))


def delegate(state: Reading, delegate_account: bytes) -> tuple[Any, ...] | None:
    """One delegate, or None where the hotkey is none."""
    return _delegate(state, delegate_account, nominators=True) if (DELEGATES, delegate_account) in state else None


def delegated(state: Reading, delegatee_account: bytes) -> tuple[Any, ...]:
    """A coldkey's positions under delegates, each with the delegate it lies under (`get_delegated`)."""
    return tuple(
        (
            _delegate(state, hotkey, nominators=False),
            (netuid, shares.stake_of(state, hotkey, delegatee_account, netuid)),
        )
        for (hotkey,), _ in state.items(DELEGATES)
        for netuid in sorted(keys[2] for keys in state.keys(ALPHA_V2, hotkey, delegatee_account))
    )


def _delegate(state: Reading, hotkey: bytes, *, nominators: bool) -> tuple[Any, ...]:
    registered = [netuid for netuid in subnets.all_netuids(state) if state[IS_NETWORK_MEMBER, hotkey, netuid]]
    uids = {netuid: uid for netuid in registered if (uid := neurons.uid_of(state, netuid, hotkey)) is not None}
    daily = sum(_daily(state, netuid, uid) for netuid, uid in uids.items())
    return (
        hotkey,
        state[DELEGATES, hotkey],
        _nominators(state, hotkey) if nominators else (),
        state[OWNER, hotkey],
        tuple(registered),
        tuple(netuid for netuid, uid in uids.items() if _entry(state[VALIDATOR_PERMIT, netuid], uid)),
        _per_thousand(state, hotkey, daily),
        daily >> 64,
    )


def _entry(column: Any, uid: int) -> int:
    return int(column[uid]) if uid < len(column) else 0


def _daily(state: Reading, netuid: int, uid: int) -> int:
    """Alpha that the last epoch's emission amounts to in a day, U64F64."""
    tempo = state[TEMPO, netuid]
    return _entry(state[EMISSION, netuid], uid) * ((BLOCKS_A_DAY << 64) // tempo) if tempo else 0


def _per_thousand(state: Reading, hotkey: bytes, daily: int) -> int:
    """Rao a day for 1,000 TAO of root stake, the take deducted (`return_per_1000_tao`)."""
    staked = state[TOTAL_HOTKEY_ALPHA, hotkey, subnets.ROOT]
    thousands = (staked << 64) // (1000 * pool.RAO)
    if not thousands:
        return 0
    left = pool.ONE - (state[DELEGATES, hotkey] << 64) // 65535
    return int(((daily * left >> 64) << 64) // thousands >> 64)


def _nominators(state: Reading, hotkey: bytes) -> tuple[Any, ...]:
    found: dict[bytes, list[tuple[int, int]]] = {}
    for _, coldkey, netuid in sorted(state.keys(ALPHA_V2, hotkey)):
        held = shares.stake_of(state, hotkey, coldkey, netuid)
        found.setdefault(coldkey, []).append((netuid, held))
    return tuple((coldkey, tuple(held)) for coldkey, held in found.items())


def prices(state: Reading) -> tuple[tuple[int, int], ...]:
    """Rao per alpha of every subnet."""
    return tuple((netuid, pool.price_rao(state, netuid)) for netuid in subnets.all_netuids(state))


def buying(state: Reading, netuid: int, tao: int) -> tuple[int, ...]:
    """What TAO would buy: TAO in, alpha out, TAO fee, 0, 0, alpha lost to slippage; zeros where the swap fails."""
    price = pool.price(state, netuid)
    try:
        swapped = pool.quote_buy(state, netuid, tao if subnets.exists(state, netuid) else 0)
    except DispatchError:
        return (0,) * 6
    unslipped = (tao << 64) // price if price else 0
    return swapped.taken, swapped.paid, swapped.fee, 0, 0, max(0, unslipped - swapped.paid)


def selling(state: Reading, netuid: int, alpha: int) -> tuple[int, ...]:
    """What alpha would fetch: TAO out, alpha in, 0, alpha fee, TAO lost to slippage, 0; zeros where the swap fails."""
    price = pool.price(state, netuid)
    try:
        swapped = pool.quote_sell(state, netuid, alpha if subnets.exists(state, netuid) else 0)
    except DispatchError:
        return (0,) * 6
    return swapped.paid, swapped.taken, 0, swapped.fee, max(0, (price * alpha >> 64) - swapped.paid), 0


__all__ = [
    "availability",
    "buying",
    "coldkey_lock",
    "delegate",
    "delegated",
    "delegates",
    "fee",
    "of_coldkey",
    "of_coldkeys",
    "of_position",
    "prices",
    "selling",
]
