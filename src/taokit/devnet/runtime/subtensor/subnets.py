"""Subnets: which there are, who owns them, how one is made and started."""

from __future__ import annotations

from typing import Final

from taokit.consensus.schedule import Schedule, storage_order
from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, ensure
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, storage, treasury
from taokit.devnet.runtime.subtensor.storage import (
    BURN,
    FIRST_EMISSION_BLOCK_NUMBER,
    NETWORK_MIN_LOCK_COST,
    NETWORK_REGISTERED_AT,
    NETWORKS_ADDED,
    SUBNET_ALPHA_IN,
    SUBNET_EMISSION_ENABLED,
    SUBNET_OWNER,
    SUBNET_OWNER_HOTKEY,
    SUBNET_TAO,
    SUBTOKEN_ENABLED,
    TOTAL_NETWORKS,
    TOTAL_STAKE,
)

ROOT: Final = 0
DEFAULT_TEMPO: Final = 360
NEW_BURN: Final = 10**9
"""Rao that the first registration on a new subnet costs."""


def all_netuids(state: Reading) -> list[int]:
    """Every subnet in storage order, root included."""
    found = [keys[0] for keys in state.keys(NETWORKS_ADDED) if state[NETWORKS_ADDED, keys[0]]]
    return [ROOT, *storage_order(found)] if ROOT in found else storage_order(found)


def exists(state: Reading, netuid: int) -> bool:
    """Whether there is such a subnet."""
    return bool(state[NETWORKS_ADDED, netuid])


def account_of(netuid: int) -> bytes:
    """The account that holds a subnet's TAO."""
    return (b"modlsubtensr" + netuid.to_bytes(2, "little")).ljust(32, b"\0")


def is_system_account(account: bytes) -> bool:
    """Whether an account is some subnet's own."""
    return account == account_of(int.from_bytes(account[12:14], "little"))


def owner_uid(state: Reading, netuid: int) -> int | None:
    """The uid of the owner's hotkey, or None where it has none."""
    if (SUBNET_OWNER_HOTKEY, netuid) not in state:
        return None
    uid: int | None = state[storage.UIDS, netuid, state[SUBNET_OWNER_HOTKEY, netuid]]
    return uid


def clock(state: Reading, netuid: int) -> Schedule:
    """The epoch clock of a subnet."""
    return Schedule(
        state[storage.TEMPO, netuid],
        state[storage.LAST_EPOCH_BLOCK, netuid],
        state[storage.PENDING_EPOCH_AT, netuid],
        state[storage.SUBNET_EPOCH_INDEX, netuid],
        state[storage.BLOCKS_SINCE_LAST_STEP, netuid],
    )


def current_epoch(state: Reading, netuid: int) -> int:
    """The epoch that a commit or reveal in this block belongs to (`current_epoch_with_lookahead`)."""
    return clock(state, netuid).epoch_of(state.number)


def owner_or_root(state: Reading, origin: bytes | None, netuid: int) -> bytes | None:
    """The subnet's owner, or None for root; anybody else is a bad origin."""
    if origin is not None and (not exists(state, netuid) or state[SUBNET_OWNER, netuid] != origin):
        raise DispatchError(None, "BadOrigin")
    return origin


def pay_in(state: State, netuid: int, coldkey: bytes, rao: int) -> int:
    """Rao moved from a coldkey to the subnet's account, at most what leaves the coldkey alive."""
    if not rao:
        return 0
    moved = min(rao, treasury.spendable(state, coldkey))
    ensure(moved > 0, "InsufficientBalance")
    balances.move(state, source=coldkey, target=account_of(netuid), rao=moved, keep_alive=True)
    return moved


def pay_out(state: State, netuid: int, target: bytes, rao: int) -> None:
    """TAO from the subnet's account (`transfer_tao_from_subnet`)."""
    treasury.transfer(state, source=account_of(netuid), target=target, rao=rao)


def adopt(state: State, hotkey: bytes, coldkey: bytes) -> None:
    """A hotkey that nobody owns becomes the coldkey's (`create_account_if_non_existent`)."""
    ensure(not is_system_account(hotkey), "CannotUseSystemAccount")
    if (storage.OWNER, hotkey) in state:
        return
    state[storage.OWNER, hotkey] = coldkey
    for item in (storage.OWNED_HOTKEYS, storage.STAKING_HOTKEYS):
        if hotkey not in state[item, coldkey]:
            state[item, coldkey] = (*state[item, coldkey], hotkey)


def initialize(state: State, netuid: int, *, tempo: int = DEFAULT_TEMPO) -> None:
    """The entries every new subnet starts with (`init_new_network`)."""
    state[storage.SUBNETWORK_N, netuid] = 0
    state[NETWORKS_ADDED, netuid] = True
    state[storage.TEMPO, netuid] = tempo
    state[storage.LAST_EPOCH_BLOCK, netuid] = max(0, state.number - netuid % max(1, tempo))
    state[TOTAL_NETWORKS] = state[TOTAL_NETWORKS] + 1
    for item, value in _NEW:
        state[item, netuid] = value
    for item in _EXPLICIT:
        state[item, netuid] = state[item, netuid]


_NEW: Final = (
    (storage.NETWORK_REGISTRATION_ALLOWED, True),
    (storage.MAX_ALLOWED_UIDS, 256),
    (storage.MAX_ALLOWED_VALIDATORS, 64),
    (storage.MIN_ALLOWED_WEIGHTS, 1),
    (storage.IMMUNITY_PERIOD, 5000),
    (storage.YUMA3_ON, True),
    (BURN, NEW_BURN),
    (SUBNET_EMISSION_ENABLED, True),
)
_EXPLICIT: Final = (storage.KAPPA, storage.ACTIVITY_CUTOFF, storage.REGISTRATIONS_THIS_INTERVAL)


def found(
    state: State, netuid: int, *, coldkey: bytes, hotkey: bytes, tao: int, alpha_price: int, seated: bool = True
) -> None:
    """The owner, its uid 0 and the pool of a subnet; `alpha_price` is TAO per alpha, U64F64.

    An owner that is not seated has no uid, as after somebody else took its place.
    """
    adopt(state, hotkey, coldkey)
    if seated:
        neurons.append(state, netuid, hotkey)
    state[storage.SUBNET_MECHANISM, netuid] = 1
    state[NETWORK_REGISTERED_AT, netuid] = state.number
    state[storage.REGISTERED_SUBNET_COUNTER, netuid] = state[storage.REGISTERED_SUBNET_COUNTER, netuid] + 1
    reserve = max(tao, state[NETWORK_MIN_LOCK_COST])
    state[SUBNET_TAO, netuid] = reserve
    state[SUBNET_ALPHA_IN, netuid] = (reserve << 64) // alpha_price
    state[SUBNET_OWNER, netuid] = coldkey
    set_owner_hotkey(state, netuid, hotkey)
    state[storage.SUBNET_LOCKED, netuid] = tao
    state[storage.SUBNET_ALPHA_OUT, netuid] = 0
    state[storage.SUBNET_VOLUME, netuid] = 0
    state[storage.RAO_RECYCLED_FOR_REGISTRATION, netuid] = 0
    state[TOTAL_STAKE] = state[TOTAL_STAKE] + reserve
    state[SUBNET_EMISSION_ENABLED, netuid] = False


def set_owner_hotkey(state: State, netuid: int, hotkey: bytes) -> None:
    """Which hotkey speaks for the owner."""
    ensure(not is_system_account(hotkey), "CannotUseSystemAccount")
    state[SUBNET_OWNER_HOTKEY, netuid] = hotkey
    state.deposit("SubtensorModule", "SubnetOwnerHotkeySet", netuid, hotkey)


def start(state: State, netuid: int) -> None:
    """Open trading and emission from the next block on."""
    state[FIRST_EMISSION_BLOCK_NUMBER, netuid] = state.number + 1
    state[SUBTOKEN_ENABLED, netuid] = True
    state.deposit("SubtensorModule", "FirstEmissionBlockNumberSet", netuid, state.number + 1)


__all__ = [
    "ROOT",
    "account_of",
    "adopt",
    "all_netuids",
    "clock",
    "current_epoch",
    "exists",
    "found",
    "initialize",
    "is_system_account",
    "owner_or_root",
    "owner_uid",
    "pay_in",
    "pay_out",
    "set_owner_hotkey",
    "start",
]
