"""Swap and AlphaAssets: the entries of the pools. Their arithmetic stands in `subtensor/pool.py`."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.rows import NETUID_TWOX, calls, errors, events, item, key, structs
from taokit.devnet.runtime.table import Constant, Pallet

MAX_FEE_RATE: Final = 10_000
"""The most that a trade may cost, of 65535."""

PERQUINTILL: Final = 10**18
"""One, as a weight of a pool."""

FEE_RATE = item("FeeRate", "u16", NETUID_TWOX, default=33)
SWAP_BALANCER = item("SwapBalancer", "Balancer", NETUID_TWOX, default=(PERQUINTILL // 2,))
PAL_SWAP_INITIALIZED = item("PalSwapInitialized", "bool", NETUID_TWOX)

TOTAL_ALPHA_ISSUANCE = item("TotalAlphaIssuance", "u64", NETUID_TWOX)
ALPHA_BURNED = item("AlphaBurned", "u64", NETUID_TWOX)
ALPHA_RECYCLED = item("AlphaRecycled", "u64", NETUID_TWOX)

MINIMUM_RESERVE: Final = 10**6
"""Rao that a swap must leave in a pool, of either side."""

TYPES = structs("pallet_subtensor_swap::pallet::balancer::Balancer(quote: u64)")

SWAP = Pallet(
    "Swap",
    28,
    storage=(
        FEE_RATE,
        SWAP_BALANCER,
        PAL_SWAP_INITIALIZED,
        item("HasMigrationRun", "bool", key("Vec<u8>", "Identity")),
        item("ScrapReservoirAlpha", "u64", NETUID_TWOX),
        item("BalancerTaoReservoir", "u64", NETUID_TWOX),
        item("BalancerAlphaReservoir", "u64", NETUID_TWOX),
    ),
    calls=calls("""
0 set_fee_rate(netuid: u16, rate: u16)
1 add_liquidity(hotkey: AccountId, netuid: u16, tick_low: i32, tick_high: i32, liquidity: u64)
2 remove_liquidity(hotkey: AccountId, netuid: u16, position_id: u128)
3 modify_position(hotkey: AccountId, netuid: u16, position_id: u128, liquidity_delta: i64)
4 toggle_user_liquidity(netuid: u16, enable: bool)
5 disable_lp
"""),
    events=events("0 FeeRateSet(netuid: u16, rate: u16)"),
    errors=errors("""
    FeeRateTooHigh InsufficientInputAmount InsufficientLiquidity PriceLimitExceeded InsufficientBalance
    InvalidTickRange InvalidLiquidityValue ReservesTooLow MechanismDoesNotExist SubtokenDisabled
    ReservesOutOfBalance SwapInputTooLarge Deprecated
"""),
    constants=(
        Constant("ProtocolId", "[u8; 8]", b"ten/swap"),
        Constant("MaxFeeRate", "u16", MAX_FEE_RATE),
        Constant("MinimumLiquidity", "u64", 1000),
        Constant("MinimumReserve", "u64", MINIMUM_RESERVE),
    ),
)
ALPHA_ASSETS = Pallet("AlphaAssets", 31, storage=(TOTAL_ALPHA_ISSUANCE, ALPHA_BURNED, ALPHA_RECYCLED))

__all__ = [
    "ALPHA_ASSETS",
    "ALPHA_BURNED",
    "ALPHA_RECYCLED",
    "FEE_RATE",
    "MAX_FEE_RATE",
    "MINIMUM_RESERVE",
    "PAL_SWAP_INITIALIZED",
    "PERQUINTILL",
    "SWAP",
    "SWAP_BALANCER",
    "TOTAL_ALPHA_ISSUANCE",
    "TYPES",
]
