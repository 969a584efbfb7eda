"""Reads of neurons: who has a uid, how each stands, whom it weighs."""

from __future__ import annotations

from taokit.chain import reads
from taokit.compat.chain.link import Link
from taokit.compat.graph import Metagraph
from taokit.compat.infos import NeuronInfo, NeuronInfoLite, neuron_info, neuron_info_lite
from taokit.compat.weighing import Pairs, as_pairs
from taokit.units import RAO_PER_TAO


class Neurons(Link):
    """What `bt.Subtensor` tells of neurons."""

    def metagraph(self, netuid: int, mechid: int = 0, lite: bool = True, block: int | None = None) -> Metagraph:
        """A subnet in SDK 10's arrays. Raises `NoSuchSubnet`."""
        made = Metagraph(netuid, mechid=mechid, lite=lite, sync=False, subtensor=self)
        made.sync(block=block)
        return made

    def neurons(self, netuid: int, block: int | None = None) -> list[NeuronInfo]:
        """Every neuron with its weights and bonds, by uid; none without such a subnet."""
        weights, bonds = dict(self.weights(netuid, block=block)), dict(self.bonds(netuid, block=block))
        return [
            neuron_info(one, weights=weights.get(one.uid, []), bonds=bonds.get(one.uid, []))
            for one in self.read(reads.neurons(netuid), block)
        ]

    def neurons_lite(self, netuid: int, block: int | None = None) -> list[NeuronInfoLite]:
        """Every neuron, by uid; none without such a subnet."""
        return [neuron_info_lite(one) for one in self.read(reads.neurons(netuid), block)]

    def neuron_for_uid(self, uid: int | None, netuid: int, block: int | None = None) -> NeuronInfo:
        """One neuron with its weights and bonds; one whose `is_null` is True where there is none."""
        told = None if uid is None else self.read(reads.neuron(netuid, uid), block)
        if told is None or uid is None:
            return NeuronInfo.get_null_neuron()
        weights, bonds = dict(self.weights(netuid, block=block)), dict(self.bonds(netuid, block=block))
        return neuron_info(told, weights=weights.get(uid, []), bonds=bonds.get(uid, []))

    def get_neuron_for_pubkey_and_subnet(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> NeuronInfo:
        """The neuron of a hotkey; one whose `is_null` is True where it has no uid."""
        return self.neuron_for_uid(self.get_uid_for_hotkey_on_subnet(hotkey_ss58, netuid, block), netuid, block)

    def subnetwork_n(self, netuid: int, block: int | None = None) -> int | None:
        """The number of uids, or None without such a subnet."""
        if not self.read(reads.subnet_exists(netuid), block):
            return None
        return int(self.read(reads.named("SubtensorModule.SubnetworkN", netuid), block))

    def is_hotkey_registered(self, hotkey_ss58: str, netuid: int | None = None, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on a subnet, or on any."""
        if netuid is None:
            return bool(self.get_netuids_for_hotkey(hotkey_ss58, block))
        return self.read(reads.registered(netuid, hotkey_ss58), block)

    def is_hotkey_registered_on_subnet(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on a subnet."""
        return self.is_hotkey_registered(hotkey_ss58, netuid, block)

    def is_hotkey_registered_any(self, hotkey_ss58: str, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on any subnet."""
        return self.is_hotkey_registered(hotkey_ss58, None, block)

    def get_netuids_for_hotkey(self, hotkey_ss58: str, block: int | None = None) -> list[int]:
        """The subnets on which a hotkey has a uid, ascending."""
        told = self.read(reads.named("SubtensorModule.IsNetworkMember", hotkey_ss58), block)
        return sorted(int(netuid) for netuid, member in told if member)

    def get_uid_for_hotkey_on_subnet(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> int | None:
        """The uid of a hotkey, or None."""
        return self.read(reads.uid_of(netuid, hotkey_ss58), block)

    def blocks_since_last_update(self, netuid: int, uid: int, block: int | None = None) -> int | None:
        """Blocks since a neuron's last weights, commit or registration, or None without such a neuron."""
        graph = self.snapshot(netuid, block=block)
        return graph.block - int(graph.last_update[uid]) if 0 <= uid < graph.n else None

    def get_subnet_validator_permits(self, netuid: int, block: int | None = None) -> list[bool] | None:
        """Whether each uid may set weights, or None without such a subnet."""
        if not self.read(reads.subnet_exists(netuid), block):
            return None
        return [bool(one) for one in self.snapshot(netuid, block=block).validator_permit]

    def get_stake_weight(self, netuid: int, block: int | None = None) -> list[float]:
        """What consensus counts of each uid's stake, in whole alpha."""
        return [int(rao) / RAO_PER_TAO for rao in self.snapshot(netuid, block=block).stake]

    def weights(self, netuid: int, mechid: int = 0, block: int | None = None) -> list[tuple[int, Pairs]]:
        """Every stored row: uid, and its pairs of uid and value, 0 to 65535."""
        return as_pairs(self.read(reads.weight_rows(netuid, mechid), block))

    def bonds(self, netuid: int, mechid: int = 0, block: int | None = None) -> list[tuple[int, Pairs]]:
        """Every stored row of bonds, likewise."""
        return as_pairs(self.read(reads.bond_rows(netuid, mechid), block))


__all__ = ["Neurons"]
