"""Swaps of hotkeys: another one takes the place, the stake and the links of a hotkey, on one subnet or everywhere."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import children, identities, neurons, shares, storage, subnets, treasury
from taokit.devnet.runtime.subtensor.storage import (
    ALPHA_V2,
    AUTO_STAKE_DESTINATION,
    AUTO_STAKE_DESTINATION_COLDKEYS,
    CHILD_KEYS,
    DELEGATES,
    IS_NETWORK_MEMBER,
    LAST_HOTKEY_SWAP_ON_NETUID,
    LAST_RATE_LIMITED_BLOCK,
    OWNED_HOTKEYS,
    OWNER,
    ROOT_CLAIMABLE,
    ROOT_CLAIMED,
    STAKING_HOTKEYS,
    TOTAL_HOTKEY_ALPHA,
    TX_RATE_LIMIT,
)

KEY_SWAP_COST: Final = 100_000_000
ON_SUBNET_COST: Final = 1_000_000
"""Rao that a swap costs, everywhere or on one subnet."""
ON_SUBNET_BLOCKS: Final = 7200
"""Blocks between two swaps of a coldkey's hotkeys on one subnet."""

LIMITS: Final = ("LastTxBlock", "LastTxBlockDelegateTake", "LastTxBlockChildKeyTake")
"""Limits by account that go with a hotkey."""


def swap_hotkey(
    state: State,
    origin: bytes | None,
    *,
    hotkey: bytes,
    new_hotkey: bytes,
    netuid: int | None,
    keep_stake: bool = False,
) -> None:
    """Another hotkey takes the place of the caller's, on one subnet or on all (`do_swap_hotkey`)."""
    coldkey = signed(origin)
    _check(state, coldkey, hotkey, new_hotkey, netuid)
    for limit in LIMITS:
        state[LAST_RATE_LIMITED_BLOCK, (limit, new_hotkey)] = state[LAST_RATE_LIMITED_BLOCK, (limit, hotkey)]
    if netuid is None:
        _swap_everywhere(state, coldkey, hotkey, new_hotkey, keep_stake=keep_stake)
    else:
        _swap_on_one(state, coldkey, hotkey, new_hotkey, netuid=netuid, keep_stake=keep_stake)


def _check(state: Reading, coldkey: bytes, old: bytes, new: bytes, netuid: int | None) -> None:
    ensure((OWNER, old) in state and state[OWNER, old] == coldkey, "NonAssociatedColdKey")
    ensure((OWNER, new) not in state or state[OWNER, new] == coldkey, "NonAssociatedColdKey")
    ensure(old != new, "NewHotKeyIsSameWithOld")
    limit, last = state[TX_RATE_LIMIT], state[LAST_RATE_LIMITED_BLOCK, ("LastTxBlock", coldkey)]
    ensure(not limit or not last or state.number - last > limit, "HotKeySetTxRateLimitExceeded")
    taken = identities.is_member(state, new) if netuid is None else (IS_NETWORK_MEMBER, new, netuid) in state
    ensure(not taken, "HotKeyAlreadyRegisteredInSubNet")
    if netuid in (None, subnets.ROOT):
        used = state[ROOT_CLAIMABLE, new] or state[TOTAL_HOTKEY_ALPHA, new, subnets.ROOT]
        ensure(not used and not state.keys(ROOT_CLAIMED, subnets.ROOT, new), "NewHotKeyNotCleanForRootSwap")


def _pay(state: State, coldkey: bytes, rao: int) -> None:
    ensure(balances.free(state, coldkey) >= rao, "NotEnoughBalanceToPaySwapHotKey")
    treasury.recycle(state, coldkey, rao)


def _swap_everywhere(state: State, coldkey: bytes, old: bytes, new: bytes, *, keep_stake: bool) -> None:
    affected = [
        netuid
        for netuid in subnets.all_netuids(state)
        if state[IS_NETWORK_MEMBER, old, netuid] or state[CHILD_KEYS, old, netuid]
    ]
    for netuid in affected:
        last = state[LAST_HOTKEY_SWAP_ON_NETUID, netuid, coldkey]
        ensure(not last or last + ON_SUBNET_BLOCKS < state.number, "HotKeySwapOnSubnetIntervalNotPassed")
    _pay(state, coldkey, KEY_SWAP_COST)
    holders = {keys[1] for keys in state.keys(ALPHA_V2, old)}
    _rename_owned(state, coldkey, old, new)
    for netuid in subnets.all_netuids(state):
        _rename_on(state, old, new, netuid, keep_stake=keep_stake)
    for limit in LIMITS:
        del state[LAST_RATE_LIMITED_BLOCK, (limit, old)]
    if (DELEGATES, old) in state:
        state[DELEGATES, new] = state[DELEGATES, old]
        del state[DELEGATES, old]
    for holder in () if keep_stake else sorted(holders):
        _rename_staking(state, holder, old, new)
    for netuid in affected:
        state[LAST_HOTKEY_SWAP_ON_NETUID, netuid, coldkey] = state.number
    state[LAST_RATE_LIMITED_BLOCK, ("LastTxBlock", coldkey)] = state.number
    state.deposit("SubtensorModule", "HotkeySwapped", coldkey, old, new)


def _rename_owned(state: State, coldkey: bytes, old: bytes, new: bytes) -> None:
    ensure(not subnets.is_system_account(new), "CannotUseSystemAccount")
    del state[OWNER, old]
    state[OWNER, new] = coldkey
    owned = state[OWNED_HOTKEYS, coldkey]
    owned = owned if new in owned else (*owned, new)
    state[OWNED_HOTKEYS, coldkey] = tuple(hotkey for hotkey in owned if hotkey != old)


def _rename_staking(state: State, coldkey: bytes, old: bytes, new: bytes) -> None:
    staking = state[STAKING_HOTKEYS, coldkey]
    if old in staking:
        state[STAKING_HOTKEYS, coldkey] = (*(one for one in staking if one not in (old, new)), new)


def _swap_on_one(state: State, coldkey: bytes, old: bytes, new: bytes, *, netuid: int, keep_stake: bool) -> None:
    last = state[LAST_HOTKEY_SWAP_ON_NETUID, netuid, coldkey]
    ensure(last + ON_SUBNET_BLOCKS < state.number, "HotKeySwapOnSubnetIntervalNotPassed")
    ensure(not subnets.is_system_account(new), "CannotUseSystemAccount")
    _pay(state, coldkey, ON_SUBNET_COST)
    state[OWNER, new] = coldkey
    if new not in state[OWNED_HOTKEYS, coldkey]:
        state[OWNED_HOTKEYS, coldkey] = (*state[OWNED_HOTKEYS, coldkey], new)
    _rename_on(state, old, new, netuid, keep_stake=keep_stake)
    state[LAST_RATE_LIMITED_BLOCK, ("LastTxBlock", coldkey)] = state.number
    state[LAST_HOTKEY_SWAP_ON_NETUID, netuid, coldkey] = state.number
    state.deposit("SubtensorModule", "HotkeySwappedOnSubnet", coldkey, old, new, netuid)


def _rename_on(state: State, old: bytes, new: bytes, netuid: int, *, keep_stake: bool) -> None:
    """One subnet knows the new hotkey instead of the old one (`perform_hotkey_swap_on_one_subnet`)."""
    member = state[IS_NETWORK_MEMBER, old, netuid]
    del state[IS_NETWORK_MEMBER, old, netuid]
    state[IS_NETWORK_MEMBER, new, netuid] = member
    if member:
        _rename_neuron(state, old, new, netuid)
    if (storage.CHILDKEY_TAKE, old, netuid) in state:
        state[storage.CHILDKEY_TAKE, new, netuid] = state[storage.CHILDKEY_TAKE, old, netuid]
        del state[storage.CHILDKEY_TAKE, old, netuid]
    children.rename(state, old, new, netuid)
    _rename_destination(state, old, new, netuid)
    if (storage.SUBNET_OWNER_HOTKEY, netuid) in state and state[storage.SUBNET_OWNER_HOTKEY, netuid] == old:
        subnets.set_owner_hotkey(state, netuid, new)
    if not keep_stake:
        _move_stake(state, old, new, netuid)


def _rename_neuron(state: State, old: bytes, new: bytes, netuid: int) -> None:
    uid = neurons.uid_of(state, netuid, old)
    if uid is not None:
        del state[storage.UIDS, netuid, old]
        state[storage.UIDS, netuid, new] = uid
        state[storage.KEYS, netuid, uid] = new
    places = [(item, netuid) for item in (storage.PROMETHEUS, storage.AXONS, storage.NEURON_CERTIFICATES)]
    places += [(storage.WEIGHT_COMMITS, index) for index in neurons.indexes(state, netuid)]
    for item, at in places:
        if (item, at, old) in state:
            state[item, at, new] = state[item, at, old]
            del state[item, at, old]


def _rename_destination(state: State, old: bytes, new: bytes, netuid: int) -> None:
    if (AUTO_STAKE_DESTINATION_COLDKEYS, old, netuid) in state:
        coldkeys = state[AUTO_STAKE_DESTINATION_COLDKEYS, old, netuid]
        for coldkey in coldkeys:
            state[AUTO_STAKE_DESTINATION, coldkey, netuid] = new
        del state[AUTO_STAKE_DESTINATION_COLDKEYS, old, netuid]
        state[AUTO_STAKE_DESTINATION_COLDKEYS, new, netuid] = coldkeys


def _move_stake(state: State, old: bytes, new: bytes, netuid: int) -> None:
    """Everybody's stake goes along, and what the last epoch paid on it."""
    last = storage.TOTAL_HOTKEY_ALPHA_LAST_EPOCH
    state[last, new, netuid] = state[last, new, netuid] + state[last, old, netuid]
    del state[last, old, netuid]
    paid = storage.ALPHA_DIVIDENDS_PER_SUBNET
    state[paid, netuid, new] = state[paid, netuid, new] + state[paid, netuid, old]
    del state[paid, netuid, old]
    for coldkey in sorted(keys[1] for keys in state.keys(ALPHA_V2, old) if keys[2] == netuid):
        held = shares.stake_of(state, old, coldkey, netuid)
        shares.take(state, old, coldkey, netuid=netuid, alpha=held)
        shares.give(state, new, coldkey, netuid=netuid, alpha=held)
    if netuid == subnets.ROOT:
        _move_claims(state, old, new)


def _move_claims(state: State, old: bytes, new: bytes) -> None:
    rates = dict(state[ROOT_CLAIMABLE, new])
    for netuid, rate in state[ROOT_CLAIMABLE, old]:
        rates[netuid] = rates.get(netuid, 0) + rate
    del state[ROOT_CLAIMABLE, old]
    state[ROOT_CLAIMABLE, new] = tuple(sorted(rates.items()))
    for netuid in sorted(rates):
        for keys in state.keys(ROOT_CLAIMED, netuid, old):
            move_claimed(state, keys, (netuid, new, keys[2]))
    if (storage.AUTO_PARENT_DELEGATION_ENABLED, old) in state:
        state[storage.AUTO_PARENT_DELEGATION_ENABLED, new] = state[storage.AUTO_PARENT_DELEGATION_ENABLED, old]
        del state[storage.AUTO_PARENT_DELEGATION_ENABLED, old]


def move_claimed(state: State, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
    """What was claimed at one place, `(netuid, hotkey, coldkey)`, counts at another from now on."""
    moved = state[ROOT_CLAIMED, *old]
    del state[ROOT_CLAIMED, *old]
    state[ROOT_CLAIMED, *new] = state[ROOT_CLAIMED, *new] + moved


HANDLERS: Final[dict[str, Any]] = {"swap_hotkey": swap_hotkey, "swap_hotkey_v2": swap_hotkey}

__all__ = ["HANDLERS", "KEY_SWAP_COST", "move_claimed"]
