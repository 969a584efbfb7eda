"""What a hotkey's stake weighs on a subnet: its alpha and its root TAO, children and parents counted in."""

from __future__ import annotations

from taokit.consensus.scalar import u64_ratio
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import subnets
from taokit.devnet.runtime.subtensor.storage import (
    CHILD_KEYS,
    PARENT_KEYS,
    STAKE_THRESHOLD,
    TAO_WEIGHT,
    TOTAL_HOTKEY_ALPHA,
    UIDS,
)


def alpha_stake(state: Reading, hotkey: bytes, netuid: int) -> int:
    """Rao of alpha that counts for the hotkey (`get_inherited_for_hotkey_on_subnet`)."""
    return _inherited(state, hotkey, netuid, held_on=netuid)


def tao_stake(state: Reading, hotkey: bytes, netuid: int) -> int:
    """Rao of root TAO that counts for the hotkey, before its weight (`get_tao_inherited_for_hotkey_on_subnet`)."""
    return _inherited(state, hotkey, netuid, held_on=subnets.ROOT)


def total_stake(state: Reading, hotkey: bytes, netuid: int) -> int:
    """Both together, TAO by its weight, with 32 fraction bits (`get_stake_weights_for_hotkey_on_subnet`)."""
    return together(state, alpha_stake(state, hotkey, netuid), tao_stake(state, hotkey, netuid))


def together(state: Reading, alpha: int, tao: int) -> int:
    """Rao of alpha and of root TAO as one stake, TAO by its weight, with 32 fraction bits."""
    return (alpha << 32) + tao * u64_ratio(state[TAO_WEIGHT])


def may_weigh(state: Reading, hotkey: bytes, netuid: int) -> bool:
    """Whether the stake allows setting weights; the owner's hotkey needs none (`check_weights_min_stake`)."""
    owner = subnets.owner_uid(state, netuid)
    if owner is not None and state[UIDS, netuid, hotkey] == owner:
        return True
    return bool(total_stake(state, hotkey, netuid) >= state[STAKE_THRESHOLD] << 32)


def _inherited(state: Reading, hotkey: bytes, netuid: int, *, held_on: int) -> int:
    own: int = state[TOTAL_HOTKEY_ALPHA, hotkey, held_on]
    children, parents = state[CHILD_KEYS, hotkey, netuid], state[PARENT_KEYS, hotkey, netuid]
    if (not children and not parents) or held_on == netuid == subnets.ROOT:
        return own
    out = sum(own * u64_ratio(part) for part, _ in children)
    gained = sum(state[TOTAL_HOTKEY_ALPHA, parent, held_on] * u64_ratio(part) for part, parent in parents)
    return int((max(0, (own << 32) - out) + gained) >> 32)


__all__ = ["alpha_stake", "may_weigh", "tao_stake", "together", "total_stake"]
