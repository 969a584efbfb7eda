"""Swap and AlphaAssets: the entries of the pools. Their arithmetic stands in `subtensor/pool.py`."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.rows import NETUID_TWOX, errors, item, structs
from taokit.devnet.runtime.table import Constant, Pallet

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
        item("BalancerTaoReservoir", "u64", NETUID_TWOX),
        item("BalancerAlphaReservoir", "u64", NETUID_TWOX),
    ),
    errors=errors("""
    FeeRateTooHigh InsufficientInputAmount InsufficientLiquidity PriceLimitExceeded InsufficientBalance
    InvalidTickRange InvalidLiquidityValue ReservesTooLow MechanismDoesNotExist SubtokenDisabled
    ReservesOutOfBalance SwapInputTooLarge Deprecated
"""),
    constants=(
        Constant("MaxFeeRate", "u16", 10_000),
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
    "MINIMUM_RESERVE",
    "PAL_SWAP_INITIALIZED",
    "PERQUINTILL",
    "SWAP",
    "SWAP_BALANCER",
    "TOTAL_ALPHA_ISSUANCE",
    "TYPES",
]
