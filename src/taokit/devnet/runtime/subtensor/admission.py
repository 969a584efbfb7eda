"""Who may change a setting of a subnet, and when: root, or its owner within a limit, never shortly before an epoch."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.admin_utils import PALLET
from taokit.devnet.runtime.refusal import DispatchError, ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import storage, subnets
from taokit.devnet.runtime.subtensor.storage import LAST_RATE_LIMITED_BLOCK, TRANSACTION_KEY_LAST_BLOCK

BLOCKS_OF_LIMIT: Final = {"MechanismCountUpdate": 7200, "MechanismEmission": 7200, "MaxUidsTrimming": 216_000}
TRANSACTIONS: Final = {
    "SetWeightsVersionKey": 4,
    "MechanismCountUpdate": 7,
    "MechanismEmission": 8,
    "MaxUidsTrimming": 9,
    "TempoUpdate": 11,
}
"""Limits that are kept by account under a number; all others by subnet and parameter."""
MIN_TEMPO: Final = 360
"""Blocks: the least that an owner may set, and the limit between two changes."""

UTILS_EVENTS: Final = frozenset(event.name for event in PALLET.events)
"""The events that the admin pallet announces; all others are the subnet pallet's."""


def window_shut(state: Reading, netuid: int) -> bool:
    """Whether an epoch is too near for setters (`is_in_admin_freeze_window`)."""
    clock = subnets.clock(state, netuid)
    if not clock.tempo:
        return False
    remaining = max(0, clock.last_epoch_block + clock.tempo - state.number)
    return clock.pending_epoch_at > state.number or bool(remaining < state[storage.ADMIN_FREEZE_WINDOW])


def check_window(state: Reading, netuid: int) -> None:
    """Refuse a setter shortly before an epoch."""
    ensure(not window_shut(state, netuid), "AdminActionProhibitedDuringWeightsWindow")


def _limit_blocks(state: Reading, netuid: int, limit: str) -> int:
    tempo: int = state[storage.TEMPO, netuid]
    if limit == "TempoUpdate":
        return MIN_TEMPO
    if limit == "SetWeightsVersionKey":
        return tempo * int(state[storage.WEIGHTS_VERSION_KEY_RATE_LIMIT])
    return BLOCKS_OF_LIMIT.get(limit) or tempo * int(state[storage.OWNER_HYPERPARAM_RATE_LIMIT])


def _limit_place(netuid: int, account: bytes, limit: str) -> tuple[Any, ...]:
    if limit in TRANSACTIONS:
        return (TRANSACTION_KEY_LAST_BLOCK, account, netuid, TRANSACTIONS[limit])
    return (LAST_RATE_LIMITED_BLOCK, ("OwnerHyperparamUpdate", netuid, limit))


def admit(state: State, origin: bytes | None, netuid: int, limit: str | None) -> None:
    """The caller is root, or the owner within its limit, which is counted when the call succeeds."""
    account = subnets.owner_or_root(state, origin, netuid)
    if account is None or limit is None:
        return
    place = _limit_place(netuid, account, limit)
    last = state[place]
    allowed = not last or state.number - last >= _limit_blocks(state, netuid, limit)
    ensure(allowed, "TxRateLimitExceeded")
    state[place] = state.number


def owner(state: Reading, origin: bytes | None, netuid: int) -> bytes:
    """The caller, who is the subnet's owner and not root."""
    return signed(subnets.owner_or_root(state, signed(origin), netuid))


def check_exists(state: Reading, netuid: int) -> None:
    """Refuse a subnet that is none, in the admin pallet's words."""
    if not subnets.exists(state, netuid):
        raise DispatchError("AdminUtils", "SubnetDoesNotExist")


def announce(state: State, event: str, *fields: Any) -> None:
    """Deposit an event of a setter, of the pallet that has it."""
    state.deposit("AdminUtils" if event in UTILS_EVENTS else "SubtensorModule", event, *fields)


__all__ = ["MIN_TEMPO", "admit", "announce", "check_exists", "check_window", "owner", "window_shut"]
