"""The runtime APIs that are answered, by their signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taokit.devnet.runtime.table import Method

_SUBNET = (("netuid", "u16"),)

METHODS = (
    Method("Core", "version", (), "RuntimeVersion"),
    Method("Metadata", "metadata", (), "OpaqueMetadata"),
    Method("Metadata", "metadata_at_version", (("version", "u32"),), "Option<OpaqueMetadata>"),
    Method("Metadata", "metadata_versions", (), "Vec<u32>"),
    Method("SubnetInfoRuntimeApi", "get_metagraph", _SUBNET, "Option<Metagraph>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_hyperparams", _SUBNET, "Option<SubnetHyperparams>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3", _SUBNET, "Option<Vec<HyperparamEntry>>"),
    Method("SubnetInfoRuntimeApi", "get_next_epoch_start_block", _SUBNET, "Option<u64>"),
    Method("NeuronInfoRuntimeApi", "get_neurons_lite", _SUBNET, "Vec<NeuronInfoLite>"),
    Method("NeuronInfoRuntimeApi", "get_neuron_lite", (*_SUBNET, ("uid", "u16")), "Option<NeuronInfoLite>"),
    Method("SwapRuntimeApi", "current_alpha_price", _SUBNET, "u64"),
    Method("SubnetRegistrationRuntimeApi", "get_network_registration_cost", (), "u64"),
    Method("AccountNonceApi", "account_nonce", (("account", "AccountId"),), "u32"),
)

API_VERSIONS: Final[Mapping[str, int]] = {"Core": 5, "Metadata": 2, "SubnetInfoRuntimeApi": 2}
"""Versions of the APIs that are not in their first."""

__all__ = ["API_VERSIONS", "METHODS"]
