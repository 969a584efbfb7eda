"""What calls weigh: nanoseconds of the reference machine by benchmark, reads and writes included; free ones end in `-`.

Of the subnet pallets as specification 425 has them. Of the pallets that come with the framework they are about right.
"""

from __future__ import annotations

from typing import Final

_TEXT: Final = """
System
  remark 2000, remark_with_event 27000
Balances
  transfer_allow_death 175062, force_transfer 300000, transfer_keep_alive 164542, transfer_all 174000,
  force_set_balance 143000, burn 155000
Utility
  batch 5000, batch_all 5000, force_batch 5000
Sudo
  sudo 36000, sudo_unchecked_weight 36000, set_key 136000
Proxy
  proxy 42000, add_proxy 150000, remove_proxy 150000, remove_proxies 150000, create_pure 151000, kill_pure 152000,
  announce 275000, remove_announcement 261000, reject_announcement 261000, proxy_announced 272000,
  poke_deposit 190000, set_real_pays_fee 150000
SubtensorModule
  set_weights 118513610-, set_mechanism_weights 118515000-, batch_set_weights 703092-, commit_weights 594049-,
  commit_mechanism_weights 430130-, batch_commit_weights 722224-, reveal_weights 786227-,
  reveal_mechanism_weights 722000-, commit_crv3_mechanism_weights 452750-, batch_reveal_weights 1096363-,
  decrease_take 304895-, increase_take 362710-, add_stake 3064064, remove_stake 2569198, serve_axon 206278-,
  serve_axon_tls 205617-, serve_prometheus 204294-, register 4099872, root_register 2178934,
  burned_register 4086815, swap_hotkey 15692038, swap_hotkey_v2 5075300, swap_coldkey 3137301,
  set_childkey_take 428870, sudo_set_tx_childkey_take_rate_limit 105760, sudo_set_min_childkey_take 125006,
  sudo_set_max_childkey_take 125006, register_network 6077125, dissolve_network 3369000, set_children 3369000,
  schedule_swap_coldkey 125000, set_identity 207040, set_subnet_identity 142513,
  register_network_with_identity 5950041, unstake_all 176830, unstake_all_alpha 4275873, move_stake 1391061,
  transfer_stake 1333541, swap_stake 4317019, add_stake_limit 3253005, remove_stake_limit 2715696,
  swap_stake_limit 4519515, try_associate_hotkey 400337, start_call 364454, associate_evm_key 859242-,
  recycle_alpha 1097139, burn_alpha 868964, set_pending_childkey_cooldown 103000, remove_stake_full_limit 2729292,
  register_leased_network 6834598, terminate_lease 946402, update_symbol 228313, commit_timelocked_weights 636951-,
  set_coldkey_auto_stake_hotkey 333853, commit_timelocked_mechanism_weights 509020-, root_dissolve_network 3369000,
  claim_root 938999, set_root_claim_type 468283, sudo_set_num_root_claims 102735,
  sudo_set_root_claim_threshold 105681, announce_coldkey_swap 447248, swap_coldkey_announced 2713156,
  dispute_coldkey_swap 173293, reset_coldkey_swap 208857, enable_voting_power_tracking 250010,
  disable_voting_power_tracking 150010, sudo_set_voting_power_ema_alpha 125006, add_stake_burn 3492308,
  clear_coldkey_swap_announcement 167890, register_limit 5529200, set_auto_parent_delegation_enabled 178023,
  lock_stake 840995, move_lock 1099819, set_perpetual_lock 400000, set_tempo 496407,
  set_activity_cutoff_factor 414193, trigger_epoch 442539, set_reject_locked_alpha 125000
AdminUtils
  swap_authorities 104442, sudo_set_default_take 105400, sudo_set_tx_rate_limit 105440,
  sudo_set_serving_rate_limit 228633, sudo_set_min_difficulty 259554, sudo_set_max_difficulty 259704,
  sudo_set_weights_version_key 259204, sudo_set_weights_set_rate_limit 141420, sudo_set_adjustment_interval 141320,
  sudo_set_adjustment_alpha 139000, sudo_set_immunity_period 259414, sudo_set_min_allowed_weights 259664,
  sudo_set_max_allowed_uids 343381, sudo_set_kappa 141301, sudo_set_rho 256268, sudo_set_activity_cutoff 285165,
  sudo_set_network_registration_allowed 107113, sudo_set_network_pow_registration_allowed 114000,
  sudo_set_target_registrations_per_interval 259103, sudo_set_min_burn 287780, sudo_set_max_burn 286949,
  sudo_set_difficulty 259434, sudo_set_max_allowed_validators 285896, sudo_set_bonds_moving_average 259495,
  sudo_set_bonds_penalty 259354, sudo_set_max_registrations_per_block 259604, sudo_set_subnet_owner_cut 114000,
  sudo_set_network_rate_limit 114000, sudo_set_tempo 361298, sudo_set_total_issuance 5931,
  sudo_set_network_immunity_period 114000, sudo_set_network_min_lock_cost 114000, sudo_set_subnet_limit 114000,
  sudo_set_lock_reduction_interval 114000, sudo_set_rao_recycled 141541, sudo_set_stake_threshold 105500,
  sudo_set_nominator_min_required_stake 255697, sudo_set_tx_delegate_take_rate_limit 105420,
  sudo_set_min_delegate_take 105490, sudo_set_min_childkey_take_per_subnet 313100,
  sudo_set_commit_reveal_weights_enabled 259544, sudo_set_liquid_alpha_enabled 225538,
  sudo_set_alpha_values 259224, sudo_set_dissolve_network_schedule_duration 105591,
  sudo_set_commit_reveal_weights_interval 259654, sudo_set_evm_chain_id 152199, schedule_grandpa_change 132972,
  sudo_set_toggle_transfer 228343, sudo_set_recycle_or_burn 270000, sudo_toggle_evm_precompile 31162,
  sudo_set_subnet_moving_alpha 102955, sudo_set_subnet_owner_hotkey 103918,
  sudo_set_ema_price_halving_period 104198, sudo_set_alpha_sigmoid_steepness 256438, sudo_set_yuma3_enabled 228583,
  sudo_set_bonds_reset_enabled 230507, sudo_set_sn_owner_hotkey 275687, sudo_set_subtoken_enabled 225467,
  sudo_set_commit_reveal_version 106052, sudo_set_owner_immune_neuron_limit 225107, sudo_set_ck_burn 140650,
  sudo_set_admin_freeze_window 105450, sudo_set_owner_hparam_rate_limit 105471, sudo_set_mechanism_count 140000,
  sudo_set_mechanism_emission_split 140000, sudo_trim_to_max_allowed_uids 338302, sudo_set_min_allowed_uids 312890,
  sudo_set_tao_flow_cutoff 107343, sudo_set_tao_flow_normalization_exponent 107343,
  sudo_set_tao_flow_smoothing_factor 107343, sudo_set_net_tao_flow_enabled 107343,
  sudo_set_max_mechanism_count 140000, sudo_set_min_non_immune_uids 106783, sudo_set_start_call_delay 114000,
  sudo_set_coldkey_swap_announcement_delay 105370, sudo_set_coldkey_swap_reannouncement_delay 105360,
  sudo_set_burn_half_life 225000, sudo_set_burn_increase_mult 225000, sudo_set_owner_cut_enabled 225000,
  sudo_set_owner_cut_auto_lock_enabled 225000, sudo_set_subnet_emission_enabled 141351,
  sudo_set_max_epochs_per_block 105530
MevShield
  submit_encrypted 207500
Commitments
  set_commitment 558480-, set_max_space 102856
"""


def _read() -> dict[tuple[str, str], tuple[int, bool]]:
    found: dict[tuple[str, str], tuple[int, bool]] = {}
    pallet = ""
    for line in filter(None, _TEXT.splitlines()):
        if not line.startswith(" "):
            pallet = line
            continue
        for entry in line.strip(" ,").split(", "):
            name, _, weight = entry.partition(" ")
            found[pallet, name] = (int(weight.rstrip("-")) * 1000, not weight.endswith("-"))
    return found


COSTS: Final = _read()
"""`(picoseconds, whether it pays)` by pallet and call."""

UNKNOWN: Final = (125_000_000, True)
"""What a call without a row weighs: a read and a write."""

GUARDS: Final = {
    "coldkey_swap": 67_583_000,
    "weights": 327_958_000,
    "rate_limits": 210_376_000,
    "delegate_take": 90_378_000,
    "serving": 94_035_000,
}
"""Picoseconds of each guard."""

__all__ = ["COSTS", "GUARDS", "UNKNOWN"]
