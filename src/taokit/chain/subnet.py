"""Decoded answers about a subnet, as the values of `taokit.metagraph`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from operator import itemgetter
from typing import Any, Final

import numpy as np

from taokit.chain.decoded import Told
from taokit.errors import NoSuchSubnet
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

_AXON: Final = itemgetter("ip", "ip_type", "port", "protocol", "version", "block")
"""What an `Endpoint` is made of, in the order of its fields once the first two are one literal."""

STORED: Final = (
    *("Tempo", "ImmunityPeriod", "MinAllowedWeights", "MaxWeightsLimit", "WeightsVersionKey"),
    *("WeightsSetRateLimit", "ActivityCutoffFactorMilli", "MaxAllowedValidators", "MaxAllowedUids", "Kappa"),
    *("ServingRateLimit", "CommitRevealWeightsEnabled", "RevealPeriodEpochs", "LiquidAlphaOn", "Burn"),
    "NetworkRegistrationAllowed",
)
"""The storage entries behind `Hyperparameters`, in the order of its fields."""

_FLAGS: Final = frozenset({"CommitRevealWeightsEnabled", "LiquidAlphaOn", "NetworkRegistrationAllowed"})


def existing(told: Told, netuid: int) -> Told:
    """What was told of a subnet. Raises `NoSuchSubnet` where it is nothing."""
    if told.absent:
        hint = "btcli subnets list names those there are"
        raise NoSuchSubnet(f"there is no subnet {netuid} on this chain", hint=hint)
    return told


def metagraph_of(told: Told, *, block_hash: bytes, validator_trust: Told, weights: Rows, bonds: Rows) -> Metagraph:
    """The metagraph that a decoded `get_metagraph` describes. Raises `TypeMoved` for the first field that moved."""
    return Metagraph(
        netuid=told["netuid"].integer() % 4096,  # with the mechanism above it, where there is one
        block=told["block"].integer(),
        block_hash=block_hash,
        name=told["name"].text(),
        owner_hotkey=told["owner_hotkey"].address(),
        owner_coldkey=told["owner_coldkey"].address(),
        last_step=told["last_step"].integer(),
        blocks_since_last_step=told["blocks_since_last_step"].integer(),
        parameters=_parameters(told),
        hotkeys=tuple(told["hotkeys"].entries()),
        coldkeys=tuple(told["coldkeys"].entries()),
        endpoints=_endpoints(told["axons"]),
        validator_trust=_column(validator_trust, np.uint16),
        weights=weights,
        bonds=bonds,
        **{field: _column(told[name], kind) for field, (name, kind) in _COLUMNS.items()},
    )


def _column(told: Told, kind: Any) -> np.ndarray[Any, Any]:
    try:
        return np.array(told.entries(), dtype=kind)
    except (TypeError, ValueError, OverflowError):
        raise told.moved(f"a list of {np.dtype(kind)}") from None


def _endpoints(told: Told) -> tuple[Endpoint, ...]:
    """All of a subnet at once; only where one does not fit is each read field by field, to say which moved."""
    try:
        return tuple([_endpoint(*_AXON(record)) for record in told.entries()])
    except (TypeError, KeyError, ValueError):
        return tuple(map(endpoint, told))


@lru_cache(maxsize=4096)  # most neurons stay where they are from block to block
def _endpoint(ip: int, kind: int, *rest: int) -> Endpoint:
    if not all(isinstance(number, int) for number in (ip, kind, *rest)):
        raise TypeError("an endpoint is made of numbers")
    return Endpoint(_literal(ip, kind), *rest)


def endpoint(told: Told) -> Endpoint:
    """The endpoint that a decoded `AxonInfo` or `PrometheusInfo` describes; the latter has no protocol."""
    literal = _literal(told["ip"].integer(), told["ip_type"].integer())
    protocol = told["protocol"].integer() if "protocol" in told else 0
    return Endpoint(literal, told["port"].integer(), protocol, told["version"].integer(), told["block"].integer())


@lru_cache(maxsize=4096)  # a subnet's addresses stay the same from block to block
def _literal(number: int, kind: int) -> str:
    return str(IPv6Address(number) if kind == 6 or number >= 1 << 32 else IPv4Address(number))


def row(told: Told) -> np.ndarray[Any, Any]:
    """One neuron's decoded weights or bonds: `[entries, 2]`, uint16."""
    if isinstance(told.value, np.ndarray):
        return told.value
    try:
        return np.array(told.entries(), dtype=np.uint16).reshape(-1, 2)
    except (TypeError, ValueError, OverflowError):
        raise told.moved("a list of pairs of numbers") from None


def rows(entries: Iterable[tuple[int, Told]]) -> Rows:
    """Decoded weights or bonds by uid."""
    return {uid: row(pairs) for uid, pairs in entries}


def hyperparameters_of(told: Sequence[Told]) -> Hyperparameters:
    """The settings that the entries of `STORED` hold."""
    pairs = zip(STORED, told, strict=True)
    values: list[Any] = [one.flag() if name in _FLAGS else one.integer() for name, one in pairs]
    tempo, factor = values[0], values[6]
    values[6] = max(1, factor * tempo // 1000)  # the chain keeps the cutoff as thousandths of a tempo
    return Hyperparameters(*values)


def _parameters(told: Told) -> Hyperparameters:
    return Hyperparameters(
        **{name: told[name].integer() for name in _SAME},
        commit_reveal=told["commit_reveal_weights_enabled"].flag(),
        reveal_period=told["commit_reveal_period"].integer(),
        liquid_alpha=told["liquid_alpha_enabled"].flag(),
        burn=told["burn"].integer(),
        registration_allowed=told["registration_allowed"].flag(),
    )


__all__ = ["STORED", "endpoint", "existing", "hyperparameters_of", "metagraph_of", "row", "rows"]
