"""How many mechanisms a subnet has, and how they divide its emission."""

from __future__ import annotations

from typing import Any

from taokit.devnet.runtime.refusal import ensure
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import neurons, storage, subnets
from taokit.devnet.runtime.subtensor.admission import admit, check_window
from taokit.devnet.runtime.subtensor.setters import MOST_UIDS


def set_mechanism_count(state: State, origin: bytes | None, *, netuid: int, mechanism_count: int) -> None:
    """How many mechanisms the subnet has; what the ones taken away stored is gone (`do_set_mechanism_count`)."""
    admit(state, origin, netuid, "MechanismCountUpdate")
    check_window(state, netuid)
    ensure(subnets.exists(state, netuid), "MechanismDoesNotExist")
    ensure(0 < mechanism_count <= state[storage.MAX_MECHANISM_COUNT], "InvalidValue")
    ensure(state[storage.MAX_ALLOWED_UIDS, netuid] * mechanism_count <= MOST_UIDS, "TooManyUIDsPerMechanism")
    before = state[storage.MECHANISM_COUNT_CURRENT, netuid]
    for mechanism in range(mechanism_count, before):
        _drop_mechanism(state, neurons.index_of(netuid, mechanism))
    for mechanism in range(before, mechanism_count):
        _add_mechanism(state, netuid, neurons.index_of(netuid, mechanism))
    if mechanism_count != before:
        state[storage.MECHANISM_COUNT_CURRENT, netuid] = mechanism_count
        del state[storage.MECHANISM_EMISSION_SPLIT, netuid]


def _drop_mechanism(state: State, index: int) -> None:
    for item in (storage.WEIGHTS, storage.BONDS, storage.WEIGHT_COMMITS, storage.TIMELOCKED_WEIGHT_COMMITS):
        for keys in state.keys(item, index):
            del state[item, *keys]
    del state[storage.INCENTIVE, index]
    del state[storage.LAST_UPDATE, index]


def _add_mechanism(state: State, netuid: int, index: int) -> None:
    n = state[storage.SUBNETWORK_N, netuid]
    state[storage.INCENTIVE, index] = array([0] * n, "u16")
    state[storage.LAST_UPDATE, index] = array([0] * n, "u64")


def set_mechanism_emission_split(state: State, origin: bytes | None, *, netuid: int, maybe_split: Any) -> None:
    """The mechanisms' parts of the emission, of 65535 together; None divides evenly."""
    admit(state, origin, netuid, "MechanismEmission")
    check_window(state, netuid)
    ensure(subnets.exists(state, netuid), "MechanismDoesNotExist")
    if maybe_split is None:
        del state[storage.MECHANISM_EMISSION_SPLIT, netuid]
        return
    split = [int(part) for part in maybe_split]
    ensure(len(split) <= state[storage.MECHANISM_COUNT_CURRENT, netuid] and sum(split) == 65535, "InvalidValue")
    state[storage.MECHANISM_EMISSION_SPLIT, netuid] = array(split, "u16")


__all__ = ["set_mechanism_count", "set_mechanism_emission_split"]
