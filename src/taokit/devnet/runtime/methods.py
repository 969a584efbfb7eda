"""The runtime APIs that are answered, by their signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taokit.devnet.runtime.rows import methods
from taokit.devnet.runtime.table import Method
from taokit.devnet.runtime.unruled import apis, baskets

_NETUID = ("netuid", "u16")
_SUBNET = (_NETUID,)
_MECHANISM = (_NETUID, ("mecid", "u8"))
_HOLDING = "Option<(AccountId, u16)>"
_PAYMENT = (
    ("query_weight_to_fee", (("weight", "Weight"),), "u64"),
    ("query_length_to_fee", (("length", "u32"),), "u64"),
)

METHODS = (
    Method("Core", "version", (), "RuntimeVersion"),
    Method("Metadata", "metadata", (), "OpaqueMetadata"),
    Method("Metadata", "metadata_at_version", (("version", "u32"),), "Option<OpaqueMetadata>"),
    Method("Metadata", "metadata_versions", (), "Vec<u32>"),
    Method("BlockBuilder", "apply_extrinsic", (("extrinsic", "UncheckedExtrinsic"),), "ApplyExtrinsicResult"),
    Method("AuraApi", "slot_duration", (), "u64"),
    Method("AuraApi", "authorities", (), "Vec<[u8; 32]>"),
    Method("AccountNonceApi", "account_nonce", (("account", "AccountId"),), "u32"),
    Method(
        "TransactionPaymentApi", "query_info", (("uxt", "UncheckedExtrinsic"), ("len", "u32")), "RuntimeDispatchInfo"
    ),
    Method("TransactionPaymentApi", "query_fee_details", (("uxt", "UncheckedExtrinsic"), ("len", "u32")), "FeeDetails"),
    *(Method("TransactionPaymentApi", *row) for row in _PAYMENT),
    Method(
        "TransactionPaymentCallApi", "query_call_info", (("call", "RuntimeCall"), ("len", "u32")), "RuntimeDispatchInfo"
    ),
    Method(
        "TransactionPaymentCallApi", "query_call_fee_details", (("call", "RuntimeCall"), ("len", "u32")), "FeeDetails"
    ),
    *(Method("TransactionPaymentCallApi", *row) for row in _PAYMENT),
    Method("DelegateInfoRuntimeApi", "get_delegates", (), "Vec<DelegateInfo>"),
    Method("DelegateInfoRuntimeApi", "get_delegate", (("delegate_account", "AccountId"),), "Option<DelegateInfo>"),
    Method(
        "DelegateInfoRuntimeApi",
        "get_delegated",
        (("delegatee_account", "AccountId"),),
        "Vec<(DelegateInfo, (Compact<u16>, Compact<u64>))>",
    ),
    Method("NeuronInfoRuntimeApi", "get_neurons", _SUBNET, "Vec<NeuronInfo>"),
    Method("NeuronInfoRuntimeApi", "get_neuron", (_NETUID, ("uid", "u16")), "Option<NeuronInfo>"),
    Method("NeuronInfoRuntimeApi", "get_neurons_lite", _SUBNET, "Vec<NeuronInfoLite>"),
    Method("NeuronInfoRuntimeApi", "get_neuron_lite", (_NETUID, ("uid", "u16")), "Option<NeuronInfoLite>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_info", _SUBNET, "Option<SubnetInfo>"),
    Method("SubnetInfoRuntimeApi", "get_subnets_info", (), "Vec<Option<SubnetInfo>>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_info_v2", _SUBNET, "Option<SubnetInfov2>"),
    Method("SubnetInfoRuntimeApi", "get_subnets_info_v2", (), "Vec<Option<SubnetInfov2>>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_hyperparams", _SUBNET, "Option<SubnetHyperparams>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v2", _SUBNET, "Option<SubnetHyperparamsV2>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3", _SUBNET, "Option<Vec<HyperparamEntry>>"),
    Method("SubnetInfoRuntimeApi", "get_all_dynamic_info", (), "Vec<Option<DynamicInfo>>"),
    Method("SubnetInfoRuntimeApi", "get_dynamic_info", _SUBNET, "Option<DynamicInfo>"),
    Method("SubnetInfoRuntimeApi", "get_metagraph", _SUBNET, "Option<Metagraph>"),
    Method("SubnetInfoRuntimeApi", "get_all_metagraphs", (), "Vec<Option<Metagraph>>"),
    Method("SubnetInfoRuntimeApi", "get_mechagraph", _MECHANISM, "Option<Metagraph>"),
    Method("SubnetInfoRuntimeApi", "get_all_mechagraphs", (), "Vec<Option<Metagraph>>"),
    Method(
        "SubnetInfoRuntimeApi",
        "get_selective_metagraph",
        (_NETUID, ("metagraph_indexes", "Vec<u16>")),
        "Option<SelectiveMetagraph>",
    ),
    Method(
        "SubnetInfoRuntimeApi",
        "get_selective_mechagraph",
        (_NETUID, ("subid", "u8"), ("metagraph_indexes", "Vec<u16>")),
        "Option<SelectiveMetagraph>",
    ),
    Method("SubnetInfoRuntimeApi", "get_subnet_state", _SUBNET, "Option<SubnetState>"),
    Method(
        "SubnetInfoRuntimeApi",
        "get_coldkey_auto_stake_hotkey",
        (("coldkey", "AccountId"), _NETUID),
        "Option<AccountId>",
    ),
    Method("SubnetInfoRuntimeApi", "get_subnet_to_prune", (), "Option<u16>"),
    Method("SubnetInfoRuntimeApi", "get_subnet_account_id", _SUBNET, "Option<AccountId>"),
    Method("SubnetInfoRuntimeApi", "get_next_epoch_start_block", _SUBNET, "Option<u64>"),
    Method("SubnetInfoRuntimeApi", "get_block_emission", (), "u64"),
    Method("StakeInfoRuntimeApi", "get_stake_info_for_coldkey", (("coldkey_account", "AccountId"),), "Vec<StakeInfo>"),
    Method(
        "StakeInfoRuntimeApi",
        "get_stake_info_for_coldkeys",
        (("coldkey_accounts", "Vec<AccountId>"),),
        "Vec<(AccountId, Vec<StakeInfo>)>",
    ),
    Method(
        "StakeInfoRuntimeApi",
        "get_stake_info_for_hotkey_coldkey_netuid",
        (("hotkey_account", "AccountId"), ("coldkey_account", "AccountId"), _NETUID),
        "Option<StakeInfo>",
    ),
    Method(
        "StakeInfoRuntimeApi",
        "get_stake_availability_for_coldkeys",
        (("coldkey_accounts", "Vec<AccountId>"), ("netuids", "Option<Vec<u16>>")),
        "BTreeMap<AccountId, BTreeMap<u16, StakeAvailability>>",
    ),
    Method(
        "StakeInfoRuntimeApi",
        "get_stake_fee",
        (
            ("origin", _HOLDING),
            ("origin_coldkey_account", "AccountId"),
            ("destination", _HOLDING),
            ("destination_coldkey_account", "AccountId"),
            ("amount", "u64"),
        ),
        "u64",
    ),
    Method("StakeInfoRuntimeApi", "get_coldkey_lock", (("coldkey", "AccountId"), _NETUID), "Option<LockState>"),
    Method("StakeInfoRuntimeApi", "get_hotkey_conviction", (("hotkey", "AccountId"), _NETUID), "U64F64"),
    Method("StakeInfoRuntimeApi", "get_most_convicted_hotkey_on_subnet", _SUBNET, "Option<AccountId>"),
    Method("SwapRuntimeApi", "current_alpha_price", _SUBNET, "u64"),
    Method("SwapRuntimeApi", "current_alpha_price_all", (), "Vec<SubnetPrice>"),
    Method("SwapRuntimeApi", "sim_swap_tao_for_alpha", (_NETUID, ("tao", "u64")), "SimSwapResult"),
    Method("SwapRuntimeApi", "sim_swap_alpha_for_tao", (_NETUID, ("alpha", "u64")), "SimSwapResult"),
    Method("SubnetRegistrationRuntimeApi", "get_network_registration_cost", (), "u64"),
    *methods("""
ProxyFilterRuntimeApi.get_proxy_types() -> Vec<ProxyTypeInfo>
ProxyFilterRuntimeApi.get_proxy_filter(proxy_type: Option<u8>) -> Vec<ProxyFilterInfo>
"""),
    *apis.METHODS,
    *baskets.METHODS,
)

API_VERSIONS: Final[Mapping[str, int]] = {
    "Core": 5,
    "Metadata": 2,
    "BlockBuilder": 6,
    "TaggedTransactionQueue": 3,
    "OffchainWorkerApi": 2,
    "GrandpaApi": 3,
    "BabeApi": 2,
    "EthereumRuntimeRPCApi": 6,
    "ConvertTransactionRuntimeApi": 2,
    "ContractsApi": 2,
    "SubnetInfoRuntimeApi": 2,
    "TransactionPaymentApi": 4,
    "TransactionPaymentCallApi": 3,
}
"""Versions of the APIs that are not in their first."""

__all__ = ["API_VERSIONS", "METHODS"]
