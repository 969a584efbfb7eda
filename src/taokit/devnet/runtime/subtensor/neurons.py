"""Uids: what a subnet keeps for each of its neurons, and how a uid changes hands."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from taokit.consensus.mechanisms import STRIDE
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.storage import (
    ACTIVE,
    ASSOCIATED_EVM_ADDRESS,
    AXONS,
    BLOCK_AT_REGISTRATION,
    BONDS,
    BONDS_RESET_ON,
    CONSENSUS,
    DIVIDENDS,
    EMISSION,
    INCENTIVE,
    IS_NETWORK_MEMBER,
    KEYS,
    LAST_UPDATE,
    MECHANISM_COUNT_CURRENT,
    NEURON_CERTIFICATES,
    PROMETHEUS,
    STAKE_WEIGHT,
    SUBNET_OWNER_HOTKEY,
    SUBNETWORK_N,
    UIDS,
    VALIDATOR_PERMIT,
    VALIDATOR_TRUST,
    WEIGHTS,
)
from taokit.devnet.runtime.table import Item

APPENDED: Final = (
    (ACTIVE, True),
    (EMISSION, 0),
    (CONSENSUS, 0),
    (DIVIDENDS, 0),
    (VALIDATOR_TRUST, 0),
    (VALIDATOR_PERMIT, False),
)
"""The columns of a subnet that grow with it, and what a newcomer finds there."""

CLEARED: Final = (
    (EMISSION, 0),
    (CONSENSUS, 0),
    (DIVIDENDS, 0),
    (STAKE_WEIGHT, 0),
    (VALIDATOR_TRUST, 0),
    (VALIDATOR_PERMIT, False),
)
"""The columns that forget a uid when it changes hands."""


def uid_of(state: Reading, netuid: int, hotkey: bytes) -> int | None:
    """The hotkey's uid, or None."""
    uid: int | None = state[UIDS, netuid, hotkey]
    return uid


def hotkeys(state: Reading, netuid: int) -> list[bytes]:
    """The hotkey of every uid, in their order."""
    return [state[KEYS, netuid, uid] for uid in range(state[SUBNETWORK_N, netuid])]


def index_of(netuid: int, mechanism: int = 0) -> int:
    """The storage index of a mechanism; of one that cannot be, the last index (`get_mechanism_storage_index`)."""
    return min(65535, mechanism * STRIDE + netuid)


def indexes(state: Reading, netuid: int) -> list[int]:
    """The storage indexes of the subnet's mechanisms."""
    return [index_of(netuid, mechanism) for mechanism in range(state[MECHANISM_COUNT_CURRENT, netuid])]


def set_entry(state: State, item: Item, key: int, *, uid: int, value: Any) -> None:
    """One entry of a column; nothing happens where the column is too short."""
    column = state[item, key]
    if uid < len(column) and column[uid] != value:
        changed = column.copy()
        changed[uid] = value
        changed.flags.writeable = False
        state[item, key] = changed


def touch(state: State, index: int, uid: int) -> None:
    """The neuron's last update is this block (`set_last_update_for_uid`)."""
    set_entry(state, LAST_UPDATE, index, uid=uid, value=state.number)


def append(state: State, netuid: int, hotkey: bytes) -> int:
    """The uid of a new neuron at the end of the subnet (`append_neuron`)."""
    uid: int = state[SUBNETWORK_N, netuid]
    state[SUBNETWORK_N, netuid] = uid + 1
    for item, value in APPENDED:
        state[item, netuid] = _extended(state[item, netuid], value)
    for index in indexes(state, netuid):
        state[INCENTIVE, index] = _extended(state[INCENTIVE, index], 0)
        state[LAST_UPDATE, index] = _extended(state[LAST_UPDATE, index], state.number)
    _seat(state, netuid, uid, hotkey)
    return uid


def replace(state: State, netuid: int, uid: int, hotkey: bytes) -> None:
    """The uid passes to another hotkey, and nothing of the old one stays (`replace_neuron`).

    The subnet owner's hotkey is never replaced.
    """
    old: bytes = state[KEYS, netuid, uid]
    if (SUBNET_OWNER_HOTKEY, netuid) in state and state[SUBNET_OWNER_HOTKEY, netuid] == old:
        return
    del state[UIDS, netuid, old]
    del state[ASSOCIATED_EVM_ADDRESS, netuid, uid]
    del state[IS_NETWORK_MEMBER, old, netuid]
    set_entry(state, ACTIVE, netuid, uid=uid, value=True)
    _seat(state, netuid, uid, hotkey)
    for item in (AXONS, NEURON_CERTIFICATES, PROMETHEUS):
        del state[item, netuid, old]
    clear(state, netuid, uid)
    for index in indexes(state, netuid):
        touch(state, index, uid)


def clear(state: State, netuid: int, uid: int) -> None:
    """Everything the subnet thought of this uid and it of others; weights on it become zeros (`clear_neuron`)."""
    for item, value in CLEARED:
        set_entry(state, item, netuid, uid=uid, value=value)
    for index in indexes(state, netuid):
        set_entry(state, INCENTIVE, index, uid=uid, value=0)
        del state[BONDS, index, uid]
        del state[WEIGHTS, index, uid]
        for keys in state.keys(WEIGHTS, index):
            _forget(state, keys, uid)


def _forget(state: State, keys: tuple[Any, ...], uid: int) -> None:
    row = state[WEIGHTS, *keys]
    aimed = row[:, 0] == uid
    if aimed.any():
        state[WEIGHTS, *keys] = pairs(np.where(aimed[:, None] & [False, True], 0, row))


def reset_bonds(state: State, netuid: int, hotkey: bytes) -> None:
    """Where the subnet allows it, all bonds in the hotkey's uid are gone, on every mechanism (`do_reset_bonds`)."""
    uid = uid_of(state, netuid, hotkey)
    if uid is None or not state[BONDS_RESET_ON, netuid]:
        return
    for index in indexes(state, netuid):
        for keys in state.keys(BONDS, index):
            row = state[BONDS, *keys]
            if (row[:, 0] == uid).any():
                state[BONDS, *keys] = pairs(row[row[:, 0] != uid])


def _seat(state: State, netuid: int, uid: int, hotkey: bytes) -> None:
    state[KEYS, netuid, uid] = hotkey
    state[UIDS, netuid, hotkey] = uid
    state[BLOCK_AT_REGISTRATION, netuid, uid] = state.number
    state[IS_NETWORK_MEMBER, hotkey, netuid] = True


def _extended(column: np.ndarray[Any, Any], value: Any) -> np.ndarray[Any, Any]:
    made = np.append(column, np.array([value], dtype=column.dtype))
    made.flags.writeable = False
    return made


__all__ = [
    "append",
    "clear",
    "hotkeys",
    "index_of",
    "indexes",
    "replace",
    "reset_bonds",
    "set_entry",
    "touch",
    "uid_of",
]
