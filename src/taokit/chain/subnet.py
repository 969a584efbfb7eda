"""Decoded answers about a subnet, as the values of `taokit.metagraph`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

import numpy as np

from taokit.metagraph import Endpoint, Hyperparameters, Metagraph, Rows

_COLUMNS: Final[Mapping[str, tuple[str, Any]]] = {
    "active": ("active", np.bool_),
    "validator_permit": ("validator_permit", np.bool_),
    "last_update": ("last_update", np.uint64),
    "block_at_registration": ("block_at_registration", np.uint64),
    "alpha_stake": ("alpha_stake", np.uint64),
    "tao_stake": ("tao_stake", np.uint64),
    "stake": ("total_stake", np.uint64),
    "incentive": ("incentives", np.uint16),
    "consensus": ("consensus", np.uint16),
    "dividends": ("dividends", np.uint16),
    "emission": ("emission", np.uint64),
}
"""By field of `Metagraph`: its name on the chain, and its type here."""

_SAME: Final = (
    *("tempo", "immunity_period", "min_allowed_weights", "max_weights_limit", "weights_version"),
    *("weights_rate_limit", "activity_cutoff", "max_validators", "max_uids", "kappa", "serving_rate_limit"),
)
"""Hyperparameters that bear the same name on the chain and here."""


def metagraph_of(
    told: Mapping[str, Any], *, block_hash: bytes, validator_trust: Any, weights: Rows, bonds: Rows
) -> Metagraph:
    """The metagraph that a decoded `get_metagraph` describes."""
    return Metagraph(
        netuid=told["netuid"],
        block=told["block"],
        block_hash=block_hash,
        name=bytes(told["name"]).decode(errors="replace"),
        owner_hotkey=told["owner_hotkey"],
        owner_coldkey=told["owner_coldkey"],
        last_step=told["last_step"],
        blocks_since_last_step=told["blocks_since_last_step"],
        parameters=_parameters(told),
        hotkeys=tuple(told["hotkeys"]),
        coldkeys=tuple(told["coldkeys"]),
        endpoints=tuple(map(endpoint, told["axons"])),
        validator_trust=np.array(validator_trust, dtype=np.uint16),
        weights=weights,
        bonds=bonds,
        **{field: np.array(told[name], dtype=kind) for field, (name, kind) in _COLUMNS.items()},
    )


def endpoint(record: Mapping[str, Any]) -> Endpoint:
    """The endpoint that a decoded `AxonInfo` describes."""
    literal = _literal(record["ip"], record["ip_type"])
    return Endpoint(literal, record["port"], record["protocol"], record["version"], record["block"])


@lru_cache(maxsize=4096)  # a subnet's addresses stay the same from block to block
def _literal(number: int, kind: int) -> str:
    return str(IPv6Address(number) if kind == 6 or number >= 1 << 32 else IPv4Address(number))


def row(pairs: Any) -> np.ndarray[Any, Any]:
    """One neuron's decoded weights or bonds: `[entries, 2]`, uint16."""
    return np.array(pairs, dtype=np.uint16).reshape(-1, 2)


def rows(entries: Iterable[tuple[int, Any]]) -> Rows:
    """Decoded weights or bonds by uid."""
    return {uid: row(pairs) for uid, pairs in entries}


def _parameters(told: Mapping[str, Any]) -> Hyperparameters:
    return Hyperparameters(
        **{name: told[name] for name in _SAME},
        commit_reveal=told["commit_reveal_weights_enabled"],
        reveal_period=told["commit_reveal_period"],
        liquid_alpha=told["liquid_alpha_enabled"],
        burn=told["burn"],
        registration_allowed=told["registration_allowed"],
    )


__all__ = ["endpoint", "metagraph_of", "row", "rows"]
