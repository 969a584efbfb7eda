"""The calls of the subnet pallet, each with its index and its arguments."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls

CALLS = calls("""
0 set_weights(netuid: u16, dests: Vec<u16>, weights: Vec<u16>, version_key: u64)
2 add_stake(hotkey: AccountId, netuid: u16, amount_staked: u64)
3 remove_stake(hotkey: AccountId, netuid: u16, amount_unstaked: u64)
4 serve_axon(netuid: u16, version: u32, ip: u128, port: u16, ip_type: u8, protocol: u8, placeholder1: u8,
    placeholder2: u8)
5 serve_prometheus(netuid: u16, version: u32, ip: u128, port: u16, ip_type: u8)
6 register(netuid: u16, block_number: u64, nonce: u64, work: Vec<u8>, hotkey: AccountId, coldkey: AccountId)
7 burned_register(netuid: u16, hotkey: AccountId)
40 serve_axon_tls(netuid: u16, version: u32, ip: u128, port: u16, ip_type: u8, protocol: u8, placeholder1: u8,
    placeholder2: u8, certificate: Vec<u8>)
59 register_network(hotkey: AccountId)
61 dissolve_network(coldkey: AccountId, netuid: u16)
62 root_register(hotkey: AccountId)
65 decrease_take(hotkey: AccountId, take: u16)
66 increase_take(hotkey: AccountId, take: u16)
67 set_children(hotkey: AccountId, netuid: u16, children: Vec<(u64, AccountId)>)
68 set_identity(name: Vec<u8>, url: Vec<u8>, github_repo: Vec<u8>, image: Vec<u8>, discord: Vec<u8>, description:
    Vec<u8>, additional: Vec<u8>)
69 sudo_set_tx_childkey_take_rate_limit(tx_rate_limit: u64)
70 swap_hotkey(hotkey: AccountId, new_hotkey: AccountId, netuid: Option<u16>)
71 swap_coldkey(old_coldkey: AccountId, new_coldkey: AccountId, swap_cost: u64)
72 swap_hotkey_v2(hotkey: AccountId, new_hotkey: AccountId, netuid: Option<u16>, keep_stake: bool)
73 schedule_swap_coldkey(new_coldkey: AccountId)
75 set_childkey_take(hotkey: AccountId, netuid: u16, take: u16)
76 sudo_set_min_childkey_take(take: u16)
77 sudo_set_max_childkey_take(take: u16)
78 set_subnet_identity(netuid: u16, subnet_name: Vec<u8>, github_repo: Vec<u8>, subnet_contact: Vec<u8>, subnet_url:
    Vec<u8>, discord: Vec<u8>, description: Vec<u8>, logo_url: Vec<u8>, additional: Vec<u8>)
79 register_network_with_identity(hotkey: AccountId, identity: Option<SubnetIdentityV3>)
80 batch_set_weights(netuids: Vec<Compact<u16>>, weights: Vec<Vec<(Compact<u16>, Compact<u16>)>>, version_keys:
    Vec<Compact<u64>>)
83 unstake_all(hotkey: AccountId)
84 unstake_all_alpha(hotkey: AccountId)
85 move_stake(origin_hotkey: AccountId, destination_hotkey: AccountId, origin_netuid: u16, destination_netuid: u16,
    alpha_amount: u64)
86 transfer_stake(destination_coldkey: AccountId, hotkey: AccountId, origin_netuid: u16, destination_netuid: u16,
    alpha_amount: u64)
87 swap_stake(hotkey: AccountId, origin_netuid: u16, destination_netuid: u16, alpha_amount: u64)
88 add_stake_limit(hotkey: AccountId, netuid: u16, amount_staked: u64, limit_price: u64, allow_partial: bool)
89 remove_stake_limit(hotkey: AccountId, netuid: u16, amount_unstaked: u64, limit_price: u64, allow_partial: bool)
90 swap_stake_limit(hotkey: AccountId, origin_netuid: u16, destination_netuid: u16, alpha_amount: u64, limit_price:
    u64, allow_partial: bool)
91 try_associate_hotkey(hotkey: AccountId)
92 start_call(netuid: u16)
93 associate_evm_key(netuid: u16, evm_key: [u8; 20], block_number: u64, signature: [u8; 65])
96 commit_weights(netuid: u16, commit_hash: H256)
97 reveal_weights(netuid: u16, uids: Vec<u16>, values: Vec<u16>, salt: Vec<u16>, version_key: u64)
98 batch_reveal_weights(netuid: u16, uids_list: Vec<Vec<u16>>, values_list: Vec<Vec<u16>>, salts_list: Vec<Vec<u16>>,
    version_keys: Vec<u64>)
100 batch_commit_weights(netuids: Vec<Compact<u16>>, commit_hashes: Vec<H256>)
101 recycle_alpha(hotkey: AccountId, amount: u64, netuid: u16)
102 burn_alpha(hotkey: AccountId, amount: u64, netuid: u16)
103 remove_stake_full_limit(hotkey: AccountId, netuid: u16, limit_price: Option<u64>)
109 set_pending_childkey_cooldown(cooldown: u64)
110 register_leased_network(emissions_share: u8, end_block: Option<u32>)
111 terminate_lease(lease_id: u32, hotkey: AccountId)
112 update_symbol(netuid: u16, symbol: Vec<u8>)
113 commit_timelocked_weights(netuid: u16, commit: BoundedVec<u8, 5000>, reveal_round: u64, commit_reveal_version:
    u16)
114 set_coldkey_auto_stake_hotkey(netuid: u16, hotkey: AccountId)
115 commit_mechanism_weights(netuid: u16, mecid: u8, commit_hash: H256)
116 reveal_mechanism_weights(netuid: u16, mecid: u8, uids: Vec<u16>, values: Vec<u16>, salt: Vec<u16>, version_key:
    u64)
117 commit_crv3_mechanism_weights(netuid: u16, mecid: u8, commit: BoundedVec<u8, 5000>, reveal_round: u64)
118 commit_timelocked_mechanism_weights(netuid: u16, mecid: u8, commit: BoundedVec<u8, 5000>, reveal_round: u64,
    commit_reveal_version: u16)
119 set_mechanism_weights(netuid: u16, mecid: u8, dests: Vec<u16>, weights: Vec<u16>, version_key: u64)
120 root_dissolve_network(netuid: u16)
121 claim_root(subnets: Vec<u16>)
122 set_root_claim_type(new_root_claim_type: RootClaimTypeEnum)
123 sudo_set_num_root_claims(new_value: u64)
124 sudo_set_root_claim_threshold(netuid: u16, new_value: u64)
125 announce_coldkey_swap(new_coldkey_hash: H256)
126 swap_coldkey_announced(new_coldkey: AccountId)
127 dispute_coldkey_swap
128 reset_coldkey_swap(coldkey: AccountId)
129 enable_voting_power_tracking(netuid: u16)
130 disable_voting_power_tracking(netuid: u16)
131 sudo_set_voting_power_ema_alpha(netuid: u16, alpha: u64)
132 add_stake_burn(hotkey: AccountId, netuid: u16, amount: u64, limit: Option<u64>)
133 clear_coldkey_swap_announcement
134 register_limit(netuid: u16, hotkey: AccountId, limit_price: u64)
135 set_auto_parent_delegation_enabled(hotkey: AccountId, enabled: bool)
136 lock_stake(hotkey: AccountId, netuid: u16, amount: u64)
137 move_lock(destination_hotkey: AccountId, netuid: u16)
138 set_perpetual_lock(netuid: u16, enabled: bool)
139 set_tempo(netuid: u16, tempo: u16)
140 set_activity_cutoff_factor(netuid: u16, factor_milli: u32)
141 trigger_epoch(netuid: u16)
142 set_reject_locked_alpha(enabled: bool)
""")
