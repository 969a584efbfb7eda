"""Identities: what owners say of their subnets, and coldkeys of themselves; and who belongs to whom."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import subnets
from taokit.devnet.runtime.subtensor.storage import (
    AUTO_STAKE_DESTINATION,
    AUTO_STAKE_DESTINATION_COLDKEYS,
    IDENTITIES_V2,
    IS_NETWORK_MEMBER,
    OWNED_HOTKEYS,
    SUBNET_IDENTITIES_V3,
    SUBNET_OWNER,
    UIDS,
)

OF_SUBNET: Final = (256, 1024, 1024, 1024, 256, 1024, 1024, 1024)
OF_COLDKEY: Final = (256, 256, 256, 1024, 256, 1024, 1024)
"""The most bytes of each text, in order."""


def fits(texts: tuple[bytes, ...], limits: tuple[int, ...]) -> bool:
    """Whether no text is too long."""
    return all(len(text) <= limit for text, limit in zip(texts, limits, strict=True))


def set_subnet_identity(state: State, origin: bytes | None, *, netuid: int, **texts: bytes) -> None:
    """What the owner says about the subnet (`do_set_subnet_identity`)."""
    ensure(state[SUBNET_OWNER, netuid] == signed(origin), "NotSubnetOwner")
    name_subnet(state, netuid, tuple(texts.values()))


def name_subnet(state: State, netuid: int, identity: tuple[bytes, ...]) -> None:
    """Store a subnet's identity."""
    ensure(fits(identity, OF_SUBNET), "InvalidIdentity")
    state[SUBNET_IDENTITIES_V3, netuid] = identity
    state.deposit("SubtensorModule", "SubnetIdentitySet", netuid)


def set_identity(state: State, origin: bytes | None, **texts: bytes) -> None:
    """What the caller says of itself; one of its hotkeys must hold a uid somewhere (`do_set_identity`)."""
    coldkey, identity = signed(origin), tuple(texts.values())
    seated = any(is_member(state, hotkey) for hotkey in state[OWNED_HOTKEYS, coldkey])
    ensure(seated, "HotKeyNotRegisteredInNetwork")
    ensure(fits(identity, OF_COLDKEY), "InvalidIdentity")
    state[IDENTITIES_V2, coldkey] = identity
    state.deposit("SubtensorModule", "ChainIdentitySet", coldkey)


def is_member(state: Reading, hotkey: bytes) -> bool:
    """Whether the hotkey holds a uid on any subnet (`is_hotkey_registered_on_any_network`)."""
    return any(state[IS_NETWORK_MEMBER, hotkey, netuid] for netuid in subnets.all_netuids(state))


def try_associate_hotkey(state: State, origin: bytes | None, *, hotkey: bytes) -> None:
    """A hotkey that nobody owns becomes the caller's."""
    subnets.adopt(state, hotkey, signed(origin))


def set_coldkey_auto_stake_hotkey(state: State, origin: bytes | None, *, netuid: int, hotkey: bytes) -> None:
    """What the caller's hotkeys mine on a subnet is staked to this hotkey from now on."""
    coldkey = signed(origin)
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(state[UIDS, netuid, hotkey] is not None, "HotKeyNotRegisteredInSubNet")
    before = state[AUTO_STAKE_DESTINATION, coldkey, netuid]
    ensure(before != hotkey, "SameAutoStakeHotkeyAlreadySet")
    if before is not None:
        known = state[AUTO_STAKE_DESTINATION_COLDKEYS, before, netuid]
        state[AUTO_STAKE_DESTINATION_COLDKEYS, before, netuid] = tuple(one for one in known if one != coldkey)
    state[AUTO_STAKE_DESTINATION, coldkey, netuid] = hotkey
    known = state[AUTO_STAKE_DESTINATION_COLDKEYS, hotkey, netuid]
    if coldkey not in known:
        state[AUTO_STAKE_DESTINATION_COLDKEYS, hotkey, netuid] = (*known, coldkey)
    state.deposit("SubtensorModule", "AutoStakeDestinationSet", coldkey, netuid, hotkey)


HANDLERS: Final[dict[str, Any]] = {
    "set_coldkey_auto_stake_hotkey": set_coldkey_auto_stake_hotkey,
    "set_identity": set_identity,
    "set_subnet_identity": set_subnet_identity,
    "try_associate_hotkey": try_associate_hotkey,
}

__all__ = ["HANDLERS", "is_member", "name_subnet"]
