"""Who is registered on a subnet, where each serves, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from taokit.chain import subnet as values
from taokit.chain.decoded import Told, ask, ask_map
from taokit.chain.reads.basics import SUBNETS, storage_index
from taokit.chain.reads.rows import bond_rows, weight_rows
from taokit.chain.requests import PinnedBlock, Read, RuntimeCall, Storage, several
from taokit.metagraph import Endpoint, Metagraph, Rows
from taokit.units import Balance, Rao


@dataclass(frozen=True, slots=True)
class Neuron:
    """One neuron as of one block (`NeuronInfoLite`). The metagraph has them all, in columns."""

    uid: int
    netuid: int
    hotkey: str
    coldkey: str
    active: bool
    endpoint: Endpoint
    prometheus: Endpoint  # of its metrics; `protocol` is 0
    stake: Balance  # all alpha under the hotkey
    emission: Balance  # alpha paid at the last epoch
    incentive: int  # 65535 is the whole, as for the three after it
    consensus: int
    validator_trust: int
    dividends: int
    last_update: int  # block of its last weights, commit or registration
    validator_permit: bool


def uid_of(netuid: int, hotkey: str) -> Read[int | None]:
    """The uid of a hotkey, or None when it is not registered."""
    told = yield from ask(Storage(SUBNETS, "Uids", (netuid, hotkey)))
    return None if told.absent else told.integer()


def registered(netuid: int, hotkey: str) -> Read[bool]:
    """Whether a hotkey has a uid on the subnet."""
    return (yield from uid_of(netuid, hotkey)) is not None


def registrations(netuid: int) -> Read[dict[int, int]]:
    """The block at which each uid was last registered, by uid."""
    return {uid: told.integer() for uid, told in (yield from ask_map(SUBNETS, "BlockAtRegistration", netuid))}


def last_update(netuid: int, uid: int, mechanism: int = 0) -> Read[int]:
    """The block of a neuron's last weights, commit or registration; 0 for a uid that is not there."""
    told = yield from ask(Storage(SUBNETS, "LastUpdate", (storage_index(netuid, mechanism),)))
    blocks = told.entries()
    return int(blocks[uid]) if uid < len(blocks) else 0


def validator_permit(netuid: int, uid: int) -> Read[bool]:
    """Whether a neuron holds a validator permit since the last epoch."""
    permits = (yield from ask(Storage(SUBNETS, "ValidatorPermit", (netuid,)))).entries()
    return uid < len(permits) and bool(permits[uid])


def neuron(netuid: int, uid: int) -> Read[Neuron | None]:
    """One neuron, or None where there is none of this uid."""
    told = yield from ask(RuntimeCall("NeuronInfoRuntimeApi", "get_neuron_lite", (netuid, uid)))
    return None if told.absent else _neuron(told)


def neurons(netuid: int) -> Read[tuple[Neuron, ...]]:
    """Every neuron of a subnet, by uid, in one request; empty where there is no such subnet."""
    told = yield from ask(RuntimeCall("NeuronInfoRuntimeApi", "get_neurons_lite", (netuid,)))
    return tuple(map(_neuron, told))


def axon(netuid: int, hotkey: str) -> Read[Endpoint | None]:
    """Where a hotkey says it serves, or None when it never said."""
    told = yield from ask(Storage(SUBNETS, "Axons", (netuid, hotkey)))
    return None if told.absent else values.endpoint(told)


def axons(netuid: int) -> Read[dict[str, Endpoint]]:
    """Where hotkeys say they serve, by hotkey; those that left the subnet may be among them."""
    return {hotkey: values.endpoint(told) for hotkey, told in (yield from ask_map(SUBNETS, "Axons", netuid))}


def prometheus(netuid: int, hotkey: str) -> Read[Endpoint | None]:
    """Where a hotkey says its metrics are (`protocol` is 0), or None when it never said."""
    told = yield from ask(Storage(SUBNETS, "Prometheus", (netuid, hotkey)))
    return None if told.absent else values.endpoint(told)


def metagraph(netuid: int, *, weights: bool = False, bonds: bool = False, mechanism: int = 0) -> Read[Metagraph]:
    """The subnet as the chain shows it, in one request; rows of weights and bonds on demand, in one more each.

    With a mechanism, its own incentives, last updates, weights and bonds. Raises `NoSuchSubnet`.
    """
    method, args = ("get_mechagraph", (netuid, mechanism)) if mechanism else ("get_metagraph", (netuid,))
    request = RuntimeCall("SubnetInfoRuntimeApi", method, args)
    block_hash, answer, trust = yield several(PinnedBlock(), request, Storage(SUBNETS, "ValidatorTrust", (netuid,)))
    told = values.existing(Told(f"SubnetInfoRuntimeApi.{method}", answer), netuid)
    kept: tuple[Rows, Rows] = (
        (yield from weight_rows(netuid, mechanism)) if weights else {},
        (yield from bond_rows(netuid, mechanism)) if bonds else {},
    )
    trusted = Told(f"{SUBNETS}.ValidatorTrust", trust)
    return values.metagraph_of(told, block_hash=block_hash, validator_trust=trusted, weights=kept[0], bonds=kept[1])


def _neuron(told: Told) -> Neuron:
    netuid = told["netuid"].integer()
    return Neuron(
        netuid=netuid,
        hotkey=told["hotkey"].address(),
        coldkey=told["coldkey"].address(),
        endpoint=values.endpoint(told["axon_info"]),
        prometheus=values.endpoint(told["prometheus_info"]),
        stake=Rao(sum(one.parts(2)[1].integer() for one in told["stake"]), netuid),
        emission=Rao(told["emission"].integer(), netuid),
        active=told["active"].flag(),
        validator_permit=told["validator_permit"].flag(),
        **{name: told[name].integer() for name in _NUMBERS},
    )


_NUMBERS = ("uid", "incentive", "consensus", "validator_trust", "dividends", "last_update")

__all__ = [
    "Neuron",
    "axon",
    "axons",
    "last_update",
    "metagraph",
    "neuron",
    "neurons",
    "prometheus",
    "registered",
    "registrations",
    "uid_of",
    "validator_permit",
]
