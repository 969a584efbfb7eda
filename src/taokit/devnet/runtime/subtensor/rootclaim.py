"""Root dividends: alpha that a validator's stakers on root may claim, as TAO staked on root or as the alpha itself.

A hotkey has a rate per rao of root stake and subnet; what a coldkey has claimed already, or came too late for, is its
watermark. Rates are I96F32 bits.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import pool, shares, subnets
from taokit.devnet.runtime.subtensor.storage import (
    NUM_ROOT_CLAIM,
    NUM_STAKING_COLDKEYS,
    ROOT_CLAIM_TYPE,
    ROOT_CLAIMABLE,
    ROOT_CLAIMABLE_THRESHOLD,
    ROOT_CLAIMED,
    STAKING_COLDKEYS,
    STAKING_COLDKEYS_BY_INDEX,
    STAKING_HOTKEYS,
    SUBNET_ALPHA_OUT,
    SUBNET_PROTOCOL_FLOW,
    SUBNET_ROOT_SELL_TAO,
    SUBNET_TAO,
    TOTAL_STAKE,
)

MOST_SUBNETS: Final = 5
"""Subnets that one claim may name."""
MOST_CLAIMS: Final = 50
"""Coldkeys whose claims a block may make."""
HIGHEST_THRESHOLD: Final = 10_000_000
"""Rao below which an owner may have claims wait."""


def owed(state: Reading, hotkey: bytes, coldkey: bytes, netuid: int) -> int:
    """What can be claimed, I96F32 bits; negative for a stake that was reduced (`get_root_owed_for_hotkey_coldkey`)."""
    rate = dict(state[ROOT_CLAIMABLE, hotkey]).get(netuid, 0)
    staked = shares.stake_of(state, hotkey, coldkey, subnets.ROOT)
    return int(rate * staked - (state[ROOT_CLAIMED, netuid, hotkey, coldkey] << 32))


def grew(state: State, hotkey: bytes, coldkey: bytes, rao: int) -> None:
    """New root stake has no part in old dividends (`add_stake_adjust_root_claimed_for_hotkey_and_coldkey`)."""
    for netuid, rate in state[ROOT_CLAIMABLE, hotkey]:
        claimed = state[ROOT_CLAIMED, netuid, hotkey, coldkey]
        state[ROOT_CLAIMED, netuid, hotkey, coldkey] = claimed + (rate * rao >> 32)


def shrank(state: State, hotkey: bytes, coldkey: bytes, rao: int) -> None:
    """Root stake that is gone no longer holds back what is left (`remove_stake_adjust_root_claimed_…`)."""
    for netuid, rate in state[ROOT_CLAIMABLE, hotkey]:
        claimed = state[ROOT_CLAIMED, netuid, hotkey, coldkey]
        state[ROOT_CLAIMED, netuid, hotkey, coldkey] = max(0, claimed - (rate * rao >> 32))


def enter(state: State, coldkey: bytes) -> None:
    """The coldkey has a place among those that blocks claim for (`maybe_add_coldkey_index`)."""
    if state[STAKING_COLDKEYS, coldkey] is None:
        place = state[NUM_STAKING_COLDKEYS]
        state[STAKING_COLDKEYS_BY_INDEX, place] = coldkey
        state[STAKING_COLDKEYS, coldkey] = place
        state[NUM_STAKING_COLDKEYS] = place + 1


def leave(state: State, coldkey: bytes) -> None:
    """A coldkey without root stake loses its place to the last one (`maybe_remove_coldkey_index`)."""
    place = state[STAKING_COLDKEYS, coldkey]
    if place is None:
        return
    last = max(0, state[NUM_STAKING_COLDKEYS] - 1)
    moved = state[STAKING_COLDKEYS_BY_INDEX, last]
    del state[STAKING_COLDKEYS, coldkey]
    del state[STAKING_COLDKEYS_BY_INDEX, last]
    if place != last:
        state[STAKING_COLDKEYS_BY_INDEX, place] = moved
        state[STAKING_COLDKEYS, moved] = place
    state[NUM_STAKING_COLDKEYS] = last


def has_root_stake(state: Reading, coldkey: bytes) -> bool:
    """Whether the coldkey holds anything on root."""
    hotkeys = state[STAKING_HOTKEYS, coldkey]
    return any(shares.stake_of(state, hotkey, coldkey, subnets.ROOT) for hotkey in hotkeys)


def claim(state: State, coldkey: bytes, wanted: Collection[int] | None = None) -> None:
    """Everything that a coldkey can claim, of all subnets or of those wanted; all or nothing (`do_root_claim`)."""
    with state.transaction():
        for hotkey in state[STAKING_HOTKEYS, coldkey]:
            for netuid, _ in state[ROOT_CLAIMABLE, hotkey]:
                if wanted is None or netuid in wanted:
                    _claim_on(state, hotkey, coldkey, netuid)
        state.deposit("SubtensorModule", "RootClaimed", coldkey)


def _claim_on(state: State, hotkey: bytes, coldkey: bytes, netuid: int) -> None:
    found = owed(state, hotkey, coldkey, netuid)
    alpha = found >> 32
    if found < state[ROOT_CLAIMABLE_THRESHOLD, netuid] or alpha <= 0:
        return
    if _kept(state[ROOT_CLAIM_TYPE, coldkey], netuid):
        shares.give(state, hotkey, coldkey, netuid=netuid, alpha=alpha)
    else:
        _swap(state, hotkey, coldkey, netuid=netuid, alpha=alpha)
    state[ROOT_CLAIMED, netuid, hotkey, coldkey] = state[ROOT_CLAIMED, netuid, hotkey, coldkey] + alpha


def _kept(kind: Any, netuid: int) -> bool:
    return kind == "Keep" if isinstance(kind, str) else netuid in kind[1]


def _swap(state: State, hotkey: bytes, coldkey: bytes, *, netuid: int, alpha: int) -> None:
    """Alpha becomes TAO, without a fee, and root stake under the same hotkey."""
    root = subnets.ROOT
    rao = pool.sell(state, netuid, alpha, with_fee=False).paid
    subnets.pay_out(state, netuid, subnets.account_of(root), rao)
    for item, at, change in (
        (SUBNET_ROOT_SELL_TAO, netuid, rao),
        (SUBNET_PROTOCOL_FLOW, netuid, -rao),
        (SUBNET_TAO, root, rao),
        (SUBNET_ALPHA_OUT, root, rao),
    ):
        state[item, at] = state[item, at] + change
    state[TOTAL_STAKE] = state[TOTAL_STAKE] + rao
    shares.give(state, hotkey, coldkey, netuid=root, alpha=rao)
    grew(state, hotkey, coldkey, rao)


def claim_some(state: State, parent: bytes) -> None:
    """The claims that a block makes for coldkeys drawn by its parent's hash (`run_auto_claim_root_divs`)."""
    count = state[NUM_STAKING_COLDKEYS]
    if not count:
        return
    for place in drawn(parent, state[NUM_ROOT_CLAIM], count):
        coldkey = state[STAKING_COLDKEYS_BY_INDEX, place]
        if coldkey is not None:
            _try(state, coldkey)


def _try(state: State, coldkey: bytes) -> None:
    try:
        claim(state, coldkey)
    except DispatchError:  # a pool that refuses the swap; the claim is made another time
        return


def drawn(hash: bytes, picks: int, count: int) -> list[int]:
    """The places that a block hash picks out of `count`, ascending, without repeats (`block_hash_to_indices`)."""
    words = [int.from_bytes(hash[at : at + 8], "big") for at in range(0, 32, 8)]
    found, last = set(), words[0]
    for pick in range(picks):
        last = min(last + words[pick % 4], (1 << 64) - 1) % count
        found.add(last)
    return sorted(found)


def claim_root(state: State, origin: bytes | None, *, subnets: Collection[int]) -> None:
    """The caller's claims on up to five subnets."""
    coldkey = signed(origin)
    wanted = {int(netuid) for netuid in subnets}
    ensure(0 < len(wanted) <= MOST_SUBNETS, "InvalidSubnetNumber")
    enter(state, coldkey)
    claim(state, coldkey, wanted)


def set_root_claim_type(state: State, origin: bytes | None, *, new_root_claim_type: Any) -> None:
    """Whether the caller's claims become root stake (`Swap`), stay alpha (`Keep`), or stay it on some subnets."""
    coldkey = signed(origin)
    ensure(isinstance(new_root_claim_type, str) or len(new_root_claim_type[1]) > 0, "InvalidSubnetNumber")
    enter(state, coldkey)
    state[ROOT_CLAIM_TYPE, coldkey] = new_root_claim_type
    state.deposit("SubtensorModule", "RootClaimTypeSet", coldkey, new_root_claim_type)


def set_num_root_claims(state: State, origin: bytes | None, *, new_value: int) -> None:
    """How many coldkeys each block claims for."""
    as_root(origin)
    ensure(new_value <= MOST_CLAIMS, "InvalidNumRootClaim")
    state[NUM_ROOT_CLAIM] = new_value


def set_root_claim_threshold(state: State, origin: bytes | None, *, netuid: int, new_value: int) -> None:
    """How many rao of alpha must have come together before they are claimed; the owner's or root's to say."""
    subnets.owner_or_root(state, origin, netuid)
    ensure(new_value <= HIGHEST_THRESHOLD, "InvalidRootClaimThreshold")
    state[ROOT_CLAIMABLE_THRESHOLD, netuid] = new_value << 32


HANDLERS: Final[dict[str, Any]] = {
    "claim_root": claim_root,
    "set_root_claim_type": set_root_claim_type,
    "sudo_set_num_root_claims": set_num_root_claims,
    "sudo_set_root_claim_threshold": set_root_claim_threshold,
}

__all__ = ["HANDLERS", "claim", "claim_some", "drawn", "enter", "grew", "has_root_stake", "leave", "owed", "shrank"]
