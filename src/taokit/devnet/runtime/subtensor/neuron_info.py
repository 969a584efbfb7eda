"""What is answered about neurons, one by one. All in native form."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import storage
from taokit.devnet.runtime.subtensor.serving import NO_AXON, NO_PROMETHEUS
from taokit.devnet.runtime.subtensor.storage import (
    AXONS,
    OWNER,
    PROMETHEUS,
    SUBNETWORK_N,
)
from taokit.devnet.runtime.table import Item

PRUNING_SCORE: Final = 65535
"""What every neuron answers since pruning goes by emission."""


def neurons_lite(state: Reading, netuid: int) -> tuple[Any, ...]:
    """Every neuron without weights and bonds, in the order of uids."""
    return tuple(_neuron_lite(state, netuid, uid) for uid in range(state[SUBNETWORK_N, netuid]))


def neuron_lite(state: Reading, netuid: int, uid: int) -> tuple[Any, ...] | None:
    """One neuron without weights and bonds, or None where nobody holds the uid."""
    return _neuron_lite(state, netuid, uid) if uid < state[SUBNETWORK_N, netuid] else None


def neurons_full(state: Reading, netuid: int) -> tuple[Any, ...]:
    """Every neuron with weights and bonds, in the order of uids."""
    return tuple(_neuron(state, netuid, uid) for uid in range(state[SUBNETWORK_N, netuid]))


def neuron_full(state: Reading, netuid: int, uid: int) -> tuple[Any, ...] | None:
    """One neuron with weights and bonds, or None where nobody holds the uid."""
    return _neuron(state, netuid, uid) if uid < state[SUBNETWORK_N, netuid] else None


def _neuron(state: Reading, netuid: int, uid: int) -> tuple[Any, ...]:
    *lite, pruning_score = _neuron_lite(state, netuid, uid)
    rows = (state[item, netuid, uid] for item in (storage.WEIGHTS, storage.BONDS))
    return (*lite, *(tuple((int(to), int(part)) for to, part in row if part) for row in rows), pruning_score)


def _neuron_lite(state: Reading, netuid: int, uid: int) -> tuple[Any, ...]:
    hotkey = state[storage.KEYS, netuid, uid]
    coldkey = state[OWNER, hotkey]

    def entry(item: Item) -> int:
        column = state[item, netuid]
        return int(column[uid]) if uid < len(column) else 0

    return (
        hotkey,
        coldkey,
        uid,
        netuid,
        bool(entry(storage.ACTIVE)),
        state[AXONS, netuid, hotkey] or NO_AXON,
        state[PROMETHEUS, netuid, hotkey] or NO_PROMETHEUS,
        ((coldkey, state[storage.TOTAL_HOTKEY_ALPHA, hotkey, netuid]),),
        0,  # rank
        entry(storage.EMISSION),
        entry(storage.INCENTIVE),
        entry(storage.CONSENSUS),
        0,  # trust
        entry(storage.VALIDATOR_TRUST),
        entry(storage.DIVIDENDS),
        entry(storage.LAST_UPDATE),
        bool(entry(storage.VALIDATOR_PERMIT)),
        PRUNING_SCORE,
    )


__all__ = ["neuron_full", "neuron_lite", "neurons_full", "neurons_lite"]
