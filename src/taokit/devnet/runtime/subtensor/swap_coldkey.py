"""Swaps of coldkeys: announced, disputed, called off, and carried out; everything passes to the new one."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, refuse, signed
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import rootclaim, shares, subnets, treasury
from taokit.devnet.runtime.subtensor.storage import (
    AUTO_STAKE_DESTINATION,
    AUTO_STAKE_DESTINATION_COLDKEYS,
    COLDKEY_SWAP_ANNOUNCEMENT_DELAY,
    COLDKEY_SWAP_ANNOUNCEMENTS,
    COLDKEY_SWAP_DISPUTES,
    COLDKEY_SWAP_REANNOUNCEMENT_DELAY,
    IDENTITIES_V2,
    LAST_RATE_LIMITED_BLOCK,
    OWNED_HOTKEYS,
    OWNER,
    ROOT_CLAIMED,
    STAKING_HOTKEYS,
    SUBNET_OWNER,
)
from taokit.devnet.runtime.subtensor.swap_hotkey import KEY_SWAP_COST, move_claimed


def announce_coldkey_swap(state: State, origin: bytes | None, *, new_coldkey_hash: bytes) -> None:
    """The caller will pass everything to the coldkey of this hash, after a delay; the first word costs."""
    coldkey = signed(origin)
    announced = state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey]
    if announced is None:
        _charge(state, coldkey, KEY_SWAP_COST)
    else:
        again = announced[0] + state[COLDKEY_SWAP_REANNOUNCEMENT_DELAY]
        ensure(state.number >= again, "ColdkeySwapReannouncedTooEarly")
    when = state.number + state[COLDKEY_SWAP_ANNOUNCEMENT_DELAY]
    state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey] = (when, new_coldkey_hash)
    state.deposit("SubtensorModule", "ColdkeySwapAnnounced", coldkey, new_coldkey_hash)


def _charge(state: State, coldkey: bytes, rao: int) -> None:
    try:
        treasury.recycle(state, coldkey, rao)
    except DispatchError:
        raise refuse("NotEnoughBalanceToPaySwapColdKey") from None


def swap_coldkey_announced(state: State, origin: bytes | None, *, new_coldkey: bytes) -> None:
    """What was announced happens, once the delay is over."""
    coldkey = signed(origin)
    announced = state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey]
    if announced is None:
        raise refuse("ColdkeySwapAnnouncementNotFound")
    when, hash = announced
    ensure(hash == blake2b(new_coldkey, digest_size=32).digest(), "AnnouncedColdkeyHashDoesNotMatch")
    ensure(state.number >= when, "ColdkeySwapTooEarly")
    del state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey]
    pass_everything(state, coldkey, new_coldkey)


def dispute_coldkey_swap(state: State, origin: bytes | None) -> None:
    """The announced swap is not the owner's doing; nothing happens until root decides."""
    coldkey = signed(origin)
    ensure((COLDKEY_SWAP_ANNOUNCEMENTS, coldkey) in state, "ColdkeySwapAnnouncementNotFound")
    ensure((COLDKEY_SWAP_DISPUTES, coldkey) not in state, "ColdkeySwapAlreadyDisputed")
    state[COLDKEY_SWAP_DISPUTES, coldkey] = state.number
    state.deposit("SubtensorModule", "ColdkeySwapDisputed", coldkey)


def clear_coldkey_swap_announcement(state: State, origin: bytes | None) -> None:
    """The swap is called off, some time after it could have happened."""
    coldkey = signed(origin)
    announced = state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey]
    if announced is None:
        raise refuse("ColdkeySwapAnnouncementNotFound")
    ensure(state.number >= announced[0] + state[COLDKEY_SWAP_REANNOUNCEMENT_DELAY], "ColdkeySwapClearTooEarly")
    del state[COLDKEY_SWAP_ANNOUNCEMENTS, coldkey]
    state.deposit("SubtensorModule", "ColdkeySwapCleared", coldkey)


def reset_coldkey_swap(state: State, origin: bytes | None, *, coldkey: bytes) -> None:
    """Root forgets a coldkey's announcement and dispute."""
    as_root(origin)
    _forget_swap(state, coldkey)
    state.deposit("SubtensorModule", "ColdkeySwapReset", coldkey)


def _forget_swap(state: State, coldkey: bytes) -> None:
    for item in (COLDKEY_SWAP_ANNOUNCEMENTS, COLDKEY_SWAP_DISPUTES):
        del state[item, coldkey]


def swap_coldkey(state: State, origin: bytes | None, *, old_coldkey: bytes, new_coldkey: bytes, swap_cost: int) -> None:
    """Root passes everything of a coldkey to another at once."""
    as_root(origin)
    if swap_cost:
        _charge(state, old_coldkey, swap_cost)
    pass_everything(state, old_coldkey, new_coldkey)
    _forget_swap(state, old_coldkey)


def pass_everything(state: State, old: bytes, new: bytes) -> None:
    """Subnets, stake, hotkeys, identity and TAO of a coldkey belong to another, who had none (`do_swap_coldkey`)."""
    ensure(not state[STAKING_HOTKEYS, new], "ColdKeyAlreadyAssociated")
    ensure((OWNER, new) not in state, "NewColdKeyIsHotkey")
    if state[IDENTITIES_V2, new] is None and state[IDENTITIES_V2, old] is not None:
        state[IDENTITIES_V2, new] = state[IDENTITIES_V2, old]
        del state[IDENTITIES_V2, old]
    for netuid in subnets.all_netuids(state):
        if state[SUBNET_OWNER, netuid] == old:
            state[SUBNET_OWNER, netuid] = new
        _pass_destination(state, old, new, netuid)
        _pass_stake(state, old, new, netuid)
    _pass_hotkeys(state, old, new)
    if balances.free(state, old):
        treasury.transfer(state, source=old, target=new, rao=balances.free(state, old))
    state[LAST_RATE_LIMITED_BLOCK, ("LastTxBlock", new)] = state.number
    state.deposit("SubtensorModule", "ColdkeySwapped", old, new)


def _pass_destination(state: State, old: bytes, new: bytes, netuid: int) -> None:
    hotkey = state[AUTO_STAKE_DESTINATION, old, netuid]
    if hotkey is not None:
        del state[AUTO_STAKE_DESTINATION, old, netuid]
        state[AUTO_STAKE_DESTINATION, new, netuid] = hotkey
        known = state[AUTO_STAKE_DESTINATION_COLDKEYS, hotkey, netuid]
        state[AUTO_STAKE_DESTINATION_COLDKEYS, hotkey, netuid] = (*(one for one in known if one not in (old, new)), new)


def _pass_stake(state: State, old: bytes, new: bytes, netuid: int) -> None:
    for hotkey in state[STAKING_HOTKEYS, old]:
        held = shares.stake_of(state, hotkey, old, netuid)
        shares.take(state, hotkey, old, netuid=netuid, alpha=held)
        shares.give(state, hotkey, new, netuid=netuid, alpha=held)
        if shares.stake_of(state, hotkey, new, netuid):
            if (ROOT_CLAIMED, netuid, hotkey, old) in state:
                move_claimed(state, (netuid, hotkey, old), (netuid, hotkey, new))
            if netuid == subnets.ROOT:
                rootclaim.enter(state, new)
    if netuid == subnets.ROOT:
        rootclaim.leave(state, old)


def _pass_hotkeys(state: State, old: bytes, new: bytes) -> None:
    for hotkey in state[OWNED_HOTKEYS, old]:
        state[OWNER, hotkey] = new
    for item in (STAKING_HOTKEYS, OWNED_HOTKEYS):
        passed = state[item, old]
        known = state[item, new]
        del state[item, old]
        state[item, new] = (*known, *(hotkey for hotkey in passed if hotkey not in known))


def _deprecated(state: State, origin: bytes | None, **_: Any) -> None:
    raise refuse("Deprecated")


HANDLERS: Final[dict[str, Any]] = {
    "announce_coldkey_swap": announce_coldkey_swap,
    "clear_coldkey_swap_announcement": clear_coldkey_swap_announcement,
    "dispute_coldkey_swap": dispute_coldkey_swap,
    "reset_coldkey_swap": reset_coldkey_swap,
    "schedule_swap_coldkey": _deprecated,
    "swap_coldkey": swap_coldkey,
    "swap_coldkey_announced": swap_coldkey_announced,
}

__all__ = ["HANDLERS", "pass_everything"]
