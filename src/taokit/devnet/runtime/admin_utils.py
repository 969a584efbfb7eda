"""AdminUtils: the calls that set parameters, and its errors. What each may be set to stands in `subtensor/admin.py`."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key
from taokit.devnet.runtime.table import Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    enum(
        "pallet_admin_utils::pallet::PrecompileEnum",
        """
        0 BalanceTransfer
        1 Staking
        2 Subnet
        3 Metagraph
        4 Neuron
        5 UidLookup
        6 Alpha
        7 Crowdloan
        8 Proxy
        9 Leasing
        10 AddressMapping
        11 VotingPower
        """,
    ),
)

PALLET = Pallet(
    "AdminUtils",
    19,
    storage=(item("PrecompileEnable", "bool", key("PrecompileEnum", "Blake2_128Concat"), default=True),),
    calls=calls("""
0 swap_authorities(new_authorities: Vec<[u8; 32]>)
1 sudo_set_default_take(default_take: u16)
2 sudo_set_tx_rate_limit(tx_rate_limit: u64)
3 sudo_set_serving_rate_limit(netuid: u16, serving_rate_limit: u64)
4 sudo_set_min_difficulty(netuid: u16, min_difficulty: u64)
5 sudo_set_max_difficulty(netuid: u16, max_difficulty: u64)
6 sudo_set_weights_version_key(netuid: u16, weights_version_key: u64)
7 sudo_set_weights_set_rate_limit(netuid: u16, weights_set_rate_limit: u64)
8 sudo_set_adjustment_interval(netuid: u16, adjustment_interval: u16)
9 sudo_set_adjustment_alpha(netuid: u16, adjustment_alpha: u64)
13 sudo_set_immunity_period(netuid: u16, immunity_period: u16)
14 sudo_set_min_allowed_weights(netuid: u16, min_allowed_weights: u16)
15 sudo_set_max_allowed_uids(netuid: u16, max_allowed_uids: u16)
16 sudo_set_kappa(netuid: u16, kappa: u16)
17 sudo_set_rho(netuid: u16, rho: u16)
18 sudo_set_activity_cutoff(netuid: u16, activity_cutoff: u16)
19 sudo_set_network_registration_allowed(netuid: u16, registration_allowed: bool)
20 sudo_set_network_pow_registration_allowed(netuid: u16, registration_allowed: bool)
21 sudo_set_target_registrations_per_interval(netuid: u16, target_registrations_per_interval: u16)
22 sudo_set_min_burn(netuid: u16, min_burn: u64)
23 sudo_set_max_burn(netuid: u16, max_burn: u64)
24 sudo_set_difficulty(netuid: u16, difficulty: u64)
25 sudo_set_max_allowed_validators(netuid: u16, max_allowed_validators: u16)
26 sudo_set_bonds_moving_average(netuid: u16, bonds_moving_average: u64)
27 sudo_set_max_registrations_per_block(netuid: u16, max_registrations_per_block: u16)
28 sudo_set_subnet_owner_cut(subnet_owner_cut: u16)
29 sudo_set_network_rate_limit(rate_limit: u64)
30 sudo_set_tempo(netuid: u16, tempo: u16)
33 sudo_set_total_issuance(total_issuance: u64)
35 sudo_set_network_immunity_period(immunity_period: u64)
36 sudo_set_network_min_lock_cost(lock_cost: u64)
37 sudo_set_subnet_limit(max_subnets: u16)
38 sudo_set_lock_reduction_interval(interval: u64)
39 sudo_set_rao_recycled(netuid: u16, rao_recycled: u64)
42 sudo_set_stake_threshold(min_stake: u64)
43 sudo_set_nominator_min_required_stake(min_stake: u64)
45 sudo_set_tx_delegate_take_rate_limit(tx_rate_limit: u64)
46 sudo_set_min_delegate_take(take: u16)
49 sudo_set_commit_reveal_weights_enabled(netuid: u16, enabled: bool)
50 sudo_set_liquid_alpha_enabled(netuid: u16, enabled: bool)
51 sudo_set_alpha_values(netuid: u16, alpha_low: u16, alpha_high: u16)
55 sudo_set_dissolve_network_schedule_duration(duration: u32)
57 sudo_set_commit_reveal_weights_interval(netuid: u16, interval: u64)
58 sudo_set_evm_chain_id(chain_id: u64)
59 schedule_grandpa_change(next_authorities: Vec<([u8; 32], u64)>, in_blocks: u32, forced: Option<u32>)
60 sudo_set_bonds_penalty(netuid: u16, bonds_penalty: u16)
61 sudo_set_toggle_transfer(netuid: u16, toggle: bool)
62 sudo_toggle_evm_precompile(precompile_id: PrecompileEnum, enabled: bool)
63 sudo_set_subnet_moving_alpha(alpha: I96F32)
64 sudo_set_subnet_owner_hotkey(netuid: u16, hotkey: AccountId)
65 sudo_set_ema_price_halving_period(netuid: u16, ema_halving: u64)
66 sudo_set_subtoken_enabled(netuid: u16, subtoken_enabled: bool)
67 sudo_set_sn_owner_hotkey(netuid: u16, hotkey: AccountId)
68 sudo_set_alpha_sigmoid_steepness(netuid: u16, steepness: i16)
69 sudo_set_yuma3_enabled(netuid: u16, enabled: bool)
70 sudo_set_bonds_reset_enabled(netuid: u16, enabled: bool)
71 sudo_set_commit_reveal_version(version: u16)
72 sudo_set_owner_immune_neuron_limit(netuid: u16, immune_neurons: u16)
73 sudo_set_ck_burn(burn: u64)
74 sudo_set_admin_freeze_window(window: u16)
75 sudo_set_owner_hparam_rate_limit(epochs: u16)
76 sudo_set_mechanism_count(netuid: u16, mechanism_count: u8)
77 sudo_set_mechanism_emission_split(netuid: u16, maybe_split: Option<Vec<u16>>)
78 sudo_trim_to_max_allowed_uids(netuid: u16, max_n: u16)
79 sudo_set_min_allowed_uids(netuid: u16, min_allowed_uids: u16)
80 sudo_set_recycle_or_burn(netuid: u16, recycle_or_burn: RecycleOrBurnEnum)
81 sudo_set_tao_flow_cutoff(flow_cutoff: I64F64)
82 sudo_set_tao_flow_normalization_exponent(exponent: U64F64)
83 sudo_set_tao_flow_smoothing_factor(smoothing_factor: u64)
84 sudo_set_min_non_immune_uids(netuid: u16, min: u16)
85 sudo_set_start_call_delay(delay: u64)
86 sudo_set_coldkey_swap_announcement_delay(duration: u32)
87 sudo_set_coldkey_swap_reannouncement_delay(duration: u32)
88 sudo_set_max_mechanism_count(max_mechanism_count: u8)
89 sudo_set_burn_half_life(netuid: u16, burn_half_life: u16)
90 sudo_set_burn_increase_mult(netuid: u16, burn_increase_mult: U64F64)
91 sudo_set_net_tao_flow_enabled(enabled: bool)
92 sudo_set_owner_cut_enabled(netuid: u16, enabled: bool)
93 sudo_set_min_childkey_take_per_subnet(netuid: u16, take: u16)
94 sudo_set_subnet_emission_enabled(netuid: u16, enabled: bool)
95 sudo_set_owner_cut_auto_lock_enabled(netuid: u16, enabled: bool)
96 sudo_set_max_epochs_per_block(max_epochs_per_block: u8)
"""),
    events=events("""
0 PrecompileUpdated(precompile_id: PrecompileEnum, enabled: bool)
1 Yuma3EnableToggled(netuid: u16, enabled: bool)
2 BondsResetToggled(netuid: u16, enabled: bool)
3 BurnHalfLifeSet(netuid: u16, burn_half_life: u16)
4 BurnIncreaseMultSet(netuid: u16, burn_increase_mult: U64F64)
5 SubnetEmissionEnabledSet(netuid: u16, enabled: bool)
"""),
    errors=errors("""
    SubnetDoesNotExist MaxValidatorsLargerThanMaxUIds MaxAllowedUIdsLessThanCurrentUIds BondsMovingAverageMaxReached
    NegativeSigmoidSteepness ValueNotInBounds MinAllowedUidsGreaterThanCurrentUids
    MinAllowedUidsGreaterThanMaxAllowedUids MaxAllowedUidsLessThanMinAllowedUids
    MaxAllowedUidsGreaterThanDefaultMaxAllowedUids InvalidValue NotPermittedOnRootSubnet POWRegistrationDisabled
    Deprecated
"""),
)

__all__ = ["PALLET", "TYPES"]
