"""Records of SDK 10 (`bittensor.core.chain_data`) that subnets read: neurons, subnets, stakes, settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Self

from taokit.chain import reads
from taokit.compat.absent import Departed
from taokit.compat.balance import Balance
from taokit.compat.endpoints import AxonInfo
from taokit.metagraph import Endpoint, Hyperparameters, Metagraph
from taokit.units import RAO_PER_TAO

Pairs = Sequence[tuple[int, int]]
"""Uids with their values, 0 to 65535."""


@dataclass
class PrometheusInfo:
    """Where a neuron says its metrics are."""

    block: int = 0
    version: int = 0
    ip: str = "0.0.0.0"  # noqa: S104  what the chain has for a neuron that serves none
    port: int = 0
    ip_type: int = 4


@dataclass
class NeuronInfoLite(Departed):
    """One neuron as of one block. Shares are 0 to 1, `emission` whole alpha."""

    sdk_name = "NeuronInfo"

    hotkey: str = ""
    coldkey: str = ""
    uid: int = 0
    netuid: int = 0
    active: int = 0
    stake: Balance = field(default_factory=lambda: Balance(0))  # alpha under the hotkey
    stake_dict: dict[str, Balance] = field(default_factory=dict)  # by coldkey: its owner's name for all of it
    total_stake: Balance = field(default_factory=lambda: Balance(0))
    emission: float = 0.0
    incentive: float = 0.0
    consensus: float = 0.0
    validator_trust: float = 0.0
    dividends: float = 0.0
    last_update: int = 0
    validator_permit: bool = False
    prometheus_info: PrometheusInfo | None = None
    axon_info: AxonInfo | None = None
    is_null: bool = False

    @classmethod
    def get_null_neuron(cls) -> Self:
        """What stands for a neuron that is not there."""
        return cls(is_null=True)


@dataclass
class NeuronInfo(NeuronInfoLite):
    """One neuron with the row that it set and the row of its bonds."""

    weights: Pairs = ()
    bonds: Pairs = ()


@dataclass
class StakeInfo(Departed):
    """What one coldkey has staked to one hotkey on one subnet."""

    sdk_name = "StakeInfo"

    hotkey_ss58: str
    coldkey_ss58: str
    netuid: int
    stake: Balance
    emission: Balance
    is_registered: bool


@dataclass
class DynamicInfo(Departed):
    """One subnet and its pool. A price is the TAO that one alpha costs."""

    sdk_name = "DynamicInfo"

    netuid: int
    owner_hotkey: str
    owner_coldkey: str
    subnet_name: str
    symbol: str
    tempo: int
    last_step: int
    alpha_in: Balance
    alpha_out: Balance
    tao_in: Balance
    price: Balance
    is_dynamic: bool
    alpha_in_emission: Balance
    alpha_out_emission: Balance
    tao_in_emission: Balance
    network_registered_at: int
    subnet_volume: Balance
    moving_price: float

    def tao_to_alpha(self, tao: Balance) -> Balance:
        """The alpha that an amount is worth at the price, without fee and slippage; none where there is no price."""
        if not self.price.rao:
            return Balance.from_rao(0, self.netuid)
        return Balance.from_rao(tao.rao * RAO_PER_TAO // self.price.rao, self.netuid)

    def alpha_to_tao(self, alpha: Balance) -> Balance:
        """The TAO that an amount is worth at the price, without fee and slippage."""
        return Balance.from_rao(alpha.rao * self.price.rao // RAO_PER_TAO)


@dataclass
class SubnetHyperparameters(Departed):
    """The settings of a subnet that a neuron acts on."""

    sdk_name = "SubnetHyperparameters"

    tempo: int
    immunity_period: int
    min_allowed_weights: int
    max_weight_limit: int  # 65535 is no limit
    weights_version: int
    weights_rate_limit: int
    activity_cutoff: int
    max_validators: int
    kappa: int
    serving_rate_limit: int
    commit_reveal_weights_enabled: bool
    commit_reveal_period: int
    liquid_alpha_enabled: bool
    registration_allowed: bool


def neuron_info_lite(one: reads.Neuron) -> NeuronInfoLite:
    """A neuron that the chain told of."""
    return NeuronInfoLite(**_values(one))


def neuron_info(one: reads.Neuron, *, weights: Pairs, bonds: Pairs) -> NeuronInfo:
    """The same with its rows."""
    return NeuronInfo(**_values(one), weights=weights, bonds=bonds)


def neurons_of(graph: Metagraph, axons: Sequence[AxonInfo]) -> list[NeuronInfoLite]:
    """The neurons of a metagraph; where their metrics are is not in it."""
    return [_of_row(graph, axons[uid], uid) for uid in range(graph.n)]


def stake_info(one: reads.Position) -> StakeInfo:
    """A position that the chain told of."""
    stake, emission = Balance.of(one.stake), Balance.of(one.emission)
    return StakeInfo(one.hotkey, one.coldkey, one.netuid, stake, emission, one.registered)


def dynamic_info(one: reads.Subnet, price: Balance) -> DynamicInfo:
    """A subnet that the chain told of; the TAO of its pool counts alpha's currency on root."""
    return DynamicInfo(
        netuid=one.netuid,
        owner_hotkey=one.owner_hotkey,
        owner_coldkey=one.owner_coldkey,
        subnet_name=one.name,
        symbol=one.symbol,
        tempo=one.tempo,
        last_step=one.last_step,
        alpha_in=Balance.of(one.alpha_in),
        alpha_out=Balance.of(one.alpha_out),
        tao_in=Balance.of(one.tao_in),
        price=price,
        is_dynamic=one.netuid != 0,
        alpha_in_emission=Balance.of(one.alpha_in_emission),
        alpha_out_emission=Balance.of(one.alpha_out_emission),
        tao_in_emission=Balance.of(one.tao_in_emission),
        network_registered_at=one.registered_at,
        subnet_volume=Balance.of(one.volume),
        moving_price=float(one.moving_price.tao),
    )


def hyperparameters(told: Hyperparameters) -> SubnetHyperparameters:
    """The settings under SDK 10's names."""
    return SubnetHyperparameters(
        tempo=told.tempo,
        immunity_period=told.immunity_period,
        min_allowed_weights=told.min_allowed_weights,
        max_weight_limit=told.max_weights_limit,
        weights_version=told.weights_version,
        weights_rate_limit=told.weights_rate_limit,
        activity_cutoff=told.activity_cutoff,
        max_validators=told.max_validators,
        kappa=told.kappa,
        serving_rate_limit=told.serving_rate_limit,
        commit_reveal_weights_enabled=told.commit_reveal,
        commit_reveal_period=told.reveal_period,
        liquid_alpha_enabled=told.liquid_alpha,
        registration_allowed=told.registration_allowed,
    )


def _values(one: reads.Neuron) -> dict[str, Any]:
    stake = Balance.of(one.stake)
    metrics = one.prometheus
    return {
        "hotkey": one.hotkey,
        "coldkey": one.coldkey,
        "uid": one.uid,
        "netuid": one.netuid,
        "active": int(one.active),
        "stake": stake,
        "stake_dict": {one.coldkey: stake},
        "total_stake": stake,
        "emission": one.emission.rao / RAO_PER_TAO,
        **{name: getattr(one, name) / 65535 for name in ("incentive", "consensus", "validator_trust", "dividends")},
        "last_update": one.last_update,
        "validator_permit": one.validator_permit,
        "prometheus_info": PrometheusInfo(0, metrics.version, metrics.ip, metrics.port, _family(metrics)),
        "axon_info": _axon(one),
    }


def _axon(one: reads.Neuron) -> AxonInfo:
    at = one.endpoint
    return AxonInfo(at.version, at.ip, at.port, _family(at), one.hotkey, one.coldkey, at.protocol)


def _of_row(graph: Metagraph, axon: AxonInfo, uid: int) -> NeuronInfoLite:
    stake = Balance(int(graph.alpha_stake[uid]), graph.netuid)
    trust = int(graph.validator_trust[uid]) if len(graph.validator_trust) else 0
    return NeuronInfoLite(
        hotkey=graph.hotkeys[uid],
        coldkey=graph.coldkeys[uid],
        uid=uid,
        netuid=graph.netuid,
        active=int(graph.active[uid]),
        stake=stake,
        stake_dict={graph.coldkeys[uid]: stake},
        total_stake=stake,
        emission=int(graph.emission[uid]) / RAO_PER_TAO,
        incentive=int(graph.incentive[uid]) / 65535,
        consensus=int(graph.consensus[uid]) / 65535,
        validator_trust=trust / 65535,
        dividends=int(graph.dividends[uid]) / 65535,
        last_update=int(graph.last_update[uid]),
        validator_permit=bool(graph.validator_permit[uid]),
        axon_info=axon,
    )


def _family(endpoint: Endpoint) -> int:
    return ip_address(endpoint.ip).version


__all__ = [
    "DynamicInfo",
    "NeuronInfo",
    "NeuronInfoLite",
    "Pairs",
    "PrometheusInfo",
    "StakeInfo",
    "SubnetHyperparameters",
    "dynamic_info",
    "hyperparameters",
    "neuron_info",
    "neuron_info_lite",
    "neurons_of",
    "stake_info",
]
