"""BetaBasketRuntimeApi of later runtimes: what root validators hold for their stakers. Here nobody holds any.

Newer clients name these methods. Their arguments and the fields of what they answer are as bittensor 11.3 reads them.
"""

from __future__ import annotations

from taokit.devnet.runtime.rows import methods, structs

TYPES = structs("""
pallet_subtensor::rpc_info::basket::BasketHolding(netuid: u16, alpha: u64, spot_tao: u64, realizable_tao: u64)

pallet_subtensor::rpc_info::basket::BasketSummary(hotkey: AccountId, nav_tao: u64, spot_nav_tao: u64, deposited_tao:
    u64, redeemed_tao: u64, shares: u64, holdings: Vec<BasketHolding>)

pallet_subtensor::rpc_info::basket::BasketPosition(hotkey: AccountId, beta: u64, beta_total: u64, nav_tao: u64,
    value_tao: u64, spot_value_tao: u64)

pallet_subtensor::rpc_info::basket::BasketClaimPreview(hotkey: AccountId, accrued_tao: u64, redeemable_tao: u64,
    forfeited_tao_est: u64, rows: u32, rows_to_sell: u32, dust_rows: u32, swept: u32, flushed_credits: u32)

pallet_subtensor::rpc_info::basket::BasketTradingStatus(enabled: bool, frozen: bool, tao_available: u64, budget_tao:
    u64, refill_blocks: u64)

pallet_subtensor::rpc_info::basket::BetaPricing(hotkey: AccountId, spot_price: U64F64, display_price: U64F64,
    stake_price: U64F64, staker_yield: U64F64, staker_twr: U64F64, bag_index: U64F64, stake_index: U64F64,
    first_block: u64, provisional: bool, display_shares: U64F64)

pallet_subtensor::rpc_info::basket::BetaPricingPage(pricing: Vec<BetaPricing>, next: Option<AccountId>)
""")

METHODS = methods("""
BetaBasketRuntimeApi.get_root_basket_owed(coldkey: AccountId) -> u64
BetaBasketRuntimeApi.get_basket_payout(hotkey: AccountId, coldkey: AccountId) -> u64
BetaBasketRuntimeApi.get_validator_basket_nav(hotkey: AccountId) -> u64
BetaBasketRuntimeApi.get_validator_basket(hotkey: AccountId) -> Vec<(u16, u64, u64)>
BetaBasketRuntimeApi.get_root_basket_total_nav() -> u64
BetaBasketRuntimeApi.get_validator_basket_summary(hotkey: AccountId) -> BasketSummary
BetaBasketRuntimeApi.get_all_validator_baskets() -> Vec<BasketSummary>
BetaBasketRuntimeApi.get_root_basket_positions(coldkey: AccountId) -> Vec<(AccountId, u64, u64)>
BetaBasketRuntimeApi.get_basket_position(hotkey: AccountId, coldkey: AccountId) -> Option<BasketPosition>
BetaBasketRuntimeApi.get_root_basket_portfolio(coldkey: AccountId) -> Vec<BasketPosition>
BetaBasketRuntimeApi.get_beta_pricing(hotkey: AccountId) -> Option<BetaPricing>
BetaBasketRuntimeApi.get_all_beta_pricing(cursor: Option<AccountId>, limit: u32) -> BetaPricingPage
BetaBasketRuntimeApi.get_basket_trading_status(hotkey: AccountId) -> BasketTradingStatus
BetaBasketRuntimeApi.get_basket_claim_preview(hotkey: AccountId, coldkey: AccountId) -> Option<BasketClaimPreview>
BetaBasketRuntimeApi.get_root_basket_claim_previews(coldkey: AccountId) -> Vec<BasketClaimPreview>
""")

__all__ = ["METHODS", "TYPES"]
