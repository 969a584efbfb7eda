"""Trimming: a subnet loses uids, and the ones that stay move together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from taokit.devnet.runtime.refusal import ensure
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, registration, storage, subnets
from taokit.devnet.runtime.subtensor.storage import (
    BLOCK_AT_REGISTRATION,
    BONDS,
    EMISSION,
    IMMUNITY_PERIOD,
    KEYS,
    MAX_ALLOWED_UIDS,
    MIN_ALLOWED_UIDS,
    SUBNETWORK_N,
    UIDS,
    WEIGHTS,
)
from taokit.devnet.runtime.table import Item

MOST_IMMUNE: Final = 80
"""Percent of the uids that stay which may be protected."""

COLUMNS: Final = (
    *(EMISSION, storage.ACTIVE, storage.CONSENSUS, storage.DIVIDENDS, storage.VALIDATOR_TRUST),
    *(storage.VALIDATOR_PERMIT, storage.STAKE_WEIGHT),
)
BY_UID: Final = (KEYS, BLOCK_AT_REGISTRATION, storage.ASSOCIATED_EVM_ADDRESS)
BY_HOTKEY: Final = (
    *(UIDS, storage.ALPHA_DIVIDENDS_PER_SUBNET, storage.AXONS, storage.NEURON_CERTIFICATES, storage.PROMETHEUS),
)


def trim(state: State, netuid: int, most: int) -> None:
    """At most so many uids (`trim_to_max_allowed_uids`)."""
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(state[MIN_ALLOWED_UIDS, netuid] <= most <= state[MAX_ALLOWED_UIDS, netuid], "InvalidValue")
    state[MAX_ALLOWED_UIDS, netuid] = most
    if state[SUBNETWORK_N, netuid] <= most:
        return
    removed = _chosen(state, netuid, most)
    for uid in removed:
        _remove(state, netuid, uid)
    kept = [uid for uid in range(state[SUBNETWORK_N, netuid]) if uid not in removed]
    _close_ranks(state, netuid, kept)
    state[SUBNETWORK_N, netuid] = most


def _chosen(state: Reading, netuid: int, most: int) -> set[int]:
    """The uids to go: the least paid that are protected by nothing, the later of two that were paid alike."""
    count = state[SUBNETWORK_N, netuid]
    immune = registration.protected(state, netuid) | {uid for uid in range(count) if _young(state, netuid, uid)}
    ensure(len(immune) * 100 < MOST_IMMUNE * most, "TrimmingWouldExceedMaxImmunePercentage")
    paid = state[EMISSION, netuid]
    order = sorted(range(count), key=lambda uid: -int(paid[uid]))
    free = [uid for uid in reversed(order) if uid not in immune]
    return set(free[: count - most])


def _young(state: Reading, netuid: int, uid: int) -> bool:
    age = state.number - state[BLOCK_AT_REGISTRATION, netuid, uid]
    return bool(age < state[IMMUNITY_PERIOD, netuid])


def _remove(state: State, netuid: int, uid: int) -> None:
    hotkey = state[KEYS, netuid, uid]
    for item in BY_HOTKEY:
        del state[item, netuid, hotkey]
    del state[storage.IS_NETWORK_MEMBER, hotkey, netuid]
    del state[storage.LAST_HOTKEY_EMISSION_ON_NETUID, hotkey, netuid]
    for item in BY_UID:
        del state[item, netuid, uid]
    for index in neurons.indexes(state, netuid):
        del state[WEIGHTS, index, uid]
        del state[BONDS, index, uid]


def _close_ranks(state: State, netuid: int, kept: list[int]) -> None:
    """The uids that stay become 0, 1, … in their order, wherever they are named."""
    columns = [(item, netuid) for item in COLUMNS]
    indexes = neurons.indexes(state, netuid)
    columns += [(item, index) for item in (storage.INCENTIVE, storage.LAST_UPDATE) for index in indexes]
    for item, at in columns:
        column = state[item, at]
        made = np.array([column[uid] if uid < len(column) else 0 for uid in kept], dtype=column.dtype)
        made.flags.writeable = False
        state[item, at] = made
    places = {uid: place for place, uid in enumerate(kept)}
    for item in BY_UID:
        _move(state, item, netuid, places)
    for item, index in ((item, index) for item in (WEIGHTS, BONDS) for index in indexes):
        _move(state, item, index, places)
        for keys in state.keys(item, index):
            state[item, *keys] = _renamed(state[item, *keys], places)
    for uid in range(len(kept)):
        state[UIDS, netuid, state[KEYS, netuid, uid]] = uid


def _move(state: State, item: Item, at: int, places: Mapping[int, int]) -> None:
    for uid, place in places.items():
        if uid != place and (item, at, uid) in state:
            state[item, at, place] = state[item, at, uid]
            del state[item, at, uid]


def _renamed(row: Any, places: Mapping[int, int]) -> Any:
    return pairs([(places[int(uid)], int(value)) for uid, value in row if int(uid) in places])


__all__ = ["trim"]
