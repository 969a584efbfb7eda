"""The types of the subnet pallet's runtime APIs that came after the metagraph's."""

from __future__ import annotations

from taokit.devnet.runtime.rows import structs
from taokit.devnet.runtime.subtensor import types
from taokit.devnet.runtime.table import Struct

_METAGRAPH = next(made for made in types.TYPES if isinstance(made, Struct) and made.name == "Metagraph")

SELECTIVE = Struct(
    "SelectiveMetagraph",
    (*_METAGRAPH.path[:-1], "SelectiveMetagraph"),
    (
        ("netuid", "Compact<u16>"),
        *((name, f"Option<{kind}>") for name, kind in _METAGRAPH.fields[1:]),
        ("validators", "Option<Vec<Compact<u16>>>"),
        ("commitments", "Option<Vec<(AccountId, Vec<Compact<u8>>)>>"),
    ),
)
"""The metagraph's fields, each of them there or not, and two more."""

TYPES: tuple[Struct, ...] = (
    *structs("""
pallet_subtensor::rpc_info::neuron_info::NeuronInfo(hotkey: AccountId, coldkey: AccountId, uid: Compact<u16>, netuid:
    Compact<u16>, active: bool, axon_info: AxonInfo, prometheus_info: PrometheusInfo, stake: Vec<(AccountId,
    Compact<u64>)>, rank: Compact<u16>, emission: Compact<u64>, incentive: Compact<u16>, consensus: Compact<u16>,
    trust: Compact<u16>, validator_trust: Compact<u16>, dividends: Compact<u16>, last_update: Compact<u64>,
    validator_permit: bool, weights: Vec<(Compact<u16>, Compact<u16>)>, bonds: Vec<(Compact<u16>, Compact<u16>)>,
    pruning_score: Compact<u16>)

pallet_subtensor::rpc_info::subnet_info::SubnetInfo(netuid: Compact<u16>, rho: Compact<u16>, kappa: Compact<u16>,
    difficulty: Compact<u64>, immunity_period: Compact<u16>, max_allowed_validators: Compact<u16>,
    min_allowed_weights: Compact<u16>, max_weights_limit: Compact<u16>, scaling_law_power: Compact<u16>, subnetwork_n:
    Compact<u16>, max_allowed_uids: Compact<u16>, blocks_since_last_step: Compact<u64>, tempo: Compact<u16>,
    network_modality: Compact<u16>, network_connect: Vec<[u16; 2]>, emission_values: Compact<u64>, burn: Compact<u64>,
    owner: AccountId)

pallet_subtensor::rpc_info::subnet_info::SubnetInfov2(netuid: Compact<u16>, rho: Compact<u16>, kappa: Compact<u16>,
    difficulty: Compact<u64>, immunity_period: Compact<u16>, max_allowed_validators: Compact<u16>,
    min_allowed_weights: Compact<u16>, max_weights_limit: Compact<u16>, scaling_law_power: Compact<u16>, subnetwork_n:
    Compact<u16>, max_allowed_uids: Compact<u16>, blocks_since_last_step: Compact<u64>, tempo: Compact<u16>,
    network_modality: Compact<u16>, network_connect: Vec<[u16; 2]>, emission_value: Compact<u64>, burn: Compact<u64>,
    owner: AccountId, identity: Option<SubnetIdentityV3>)

pallet_subtensor::rpc_info::subnet_info::SubnetHyperparamsV2(rho: Compact<u16>, kappa: Compact<u16>, immunity_period:
    Compact<u16>, min_allowed_weights: Compact<u16>, max_weights_limit: Compact<u16>, tempo: Compact<u16>,
    min_difficulty: Compact<u64>, max_difficulty: Compact<u64>, weights_version: Compact<u64>, weights_rate_limit:
    Compact<u64>, adjustment_interval: Compact<u16>, activity_cutoff: Compact<u64>, registration_allowed: bool,
    target_regs_per_interval: Compact<u16>, min_burn: Compact<u64>, max_burn: Compact<u64>, bonds_moving_avg:
    Compact<u64>, max_regs_per_block: Compact<u16>, serving_rate_limit: Compact<u64>, max_validators: Compact<u16>,
    adjustment_alpha: Compact<u64>, difficulty: Compact<u64>, commit_reveal_period: Compact<u64>,
    commit_reveal_weights_enabled: bool, alpha_high: Compact<u16>, alpha_low: Compact<u16>, liquid_alpha_enabled:
    bool, alpha_sigmoid_steepness: I32F32, yuma_version: Compact<u16>, subnet_is_active: bool, transfers_enabled:
    bool, bonds_reset_enabled: bool, user_liquidity_enabled: bool)

pallet_subtensor::rpc_info::dynamic_info::DynamicInfo(netuid: Compact<u16>, owner_hotkey: AccountId, owner_coldkey:
    AccountId, subnet_name: Vec<Compact<u8>>, token_symbol: Vec<Compact<u8>>, tempo: Compact<u16>, last_step:
    Compact<u64>, blocks_since_last_step: Compact<u64>, emission: Compact<u64>, alpha_in: Compact<u64>, alpha_out:
    Compact<u64>, tao_in: Compact<u64>, alpha_out_emission: Compact<u64>, alpha_in_emission: Compact<u64>,
    tao_in_emission: Compact<u64>, pending_alpha_emission: Compact<u64>, pending_root_emission: Compact<u64>,
    subnet_volume: Compact<u128>, network_registered_at: Compact<u64>, subnet_identity: Option<SubnetIdentityV3>,
    moving_price: I96F32)

pallet_subtensor::rpc_info::show_subnet::SubnetState(netuid: Compact<u16>, hotkeys: Vec<AccountId>, coldkeys:
    Vec<AccountId>, active: Vec<bool>, validator_permit: Vec<bool>, pruning_score: Vec<Compact<u16>>, last_update:
    Vec<Compact<u64>>, emission: Vec<Compact<u64>>, dividends: Vec<Compact<u16>>, incentives: Vec<Compact<u16>>,
    consensus: Vec<Compact<u16>>, trust: Vec<Compact<u16>>, rank: Vec<Compact<u16>>, block_at_registration:
    Vec<Compact<u64>>, alpha_stake: Vec<Compact<u64>>, tao_stake: Vec<Compact<u64>>, total_stake: Vec<Compact<u64>>,
    emission_history: Vec<Vec<Compact<u64>>>)

pallet_subtensor::rpc_info::stake_info::StakeInfo(hotkey: AccountId, coldkey: AccountId, netuid: Compact<u16>, stake:
    Compact<u64>, locked: Compact<u64>, emission: Compact<u64>, tao_emission: Compact<u64>, drain: Compact<u64>,
    is_registered: bool)

pallet_subtensor::rpc_info::stake_info::StakeAvailability(total: Compact<u64>, locked: Compact<u64>, available:
    Compact<u64>)

pallet_subtensor::rpc_info::delegate_info::DelegateInfo(delegate_ss58: AccountId, take: Compact<u16>, nominators:
    Vec<(AccountId, Vec<(Compact<u16>, Compact<u64>)>)>, owner_ss58: AccountId, registrations: Vec<Compact<u16>>,
    validator_permits: Vec<Compact<u16>>, return_per_1000: Compact<u64>, total_daily_return: Compact<u64>)

pallet_subtensor_swap_runtime_api::SubnetPrice(netuid: u16, price: u64)

pallet_subtensor_swap_runtime_api::SimSwapResult(tao_amount: u64, alpha_amount: u64, tao_fee: u64, alpha_fee: u64,
    tao_slippage: u64, alpha_slippage: u64)
"""),
    SELECTIVE,
)

__all__ = ["SELECTIVE", "TYPES"]
