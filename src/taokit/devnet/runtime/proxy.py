"""Proxy: what clients read of it. Nobody can act for somebody else here yet, so every list is empty."""

from __future__ import annotations

from taokit.devnet.runtime.rows import ACCOUNT_TWOX, enum, errors, item, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("pallet_subtensor_proxy::ProxyDefinition(delegate: AccountId, proxy_type: ProxyType, delay: u32)"),
    *structs("pallet_subtensor_proxy::Announcement(real: AccountId, call_hash: H256, height: u32)"),
    enum(
        "subtensor_runtime_common::ProxyType",
        """
        0 Any
        1 Owner
        2 NonCritical
        3 NonTransfer
        4 Senate
        5 NonFungible
        6 Triumvirate
        7 Governance
        8 Staking
        9 Registration
        10 Transfer
        11 SmallTransfer
        12 RootWeights
        13 ChildKeys
        14 SudoUncheckedSetCode
        15 SwapHotkey
        16 SubnetLeaseBeneficiary
        17 RootClaim
        """,
    ),
)

PALLET = Pallet(
    "Proxy",
    16,
    storage=(
        item("Proxies", "(Vec<ProxyDefinition>, u64)", ACCOUNT_TWOX),
        item("Announcements", "(Vec<Announcement>, u64)", ACCOUNT_TWOX),
    ),
    errors=errors("""
    TooMany NotFound NotProxy Unproxyable Duplicate NoPermission Unannounced NoSelfProxy
    AnnouncementDepositInvariantViolated InvalidDerivedAccountId
"""),
    constants=(
        Constant("ProxyDepositBase", "u64", 60_000_000),
        Constant("ProxyDepositFactor", "u64", 33_000_000),
        Constant("MaxProxies", "u32", 20),
        Constant("MaxPending", "u32", 75),
        Constant("AnnouncementDepositBase", "u64", 36_000_000),
        Constant("AnnouncementDepositFactor", "u64", 68_000_000),
    ),
)

__all__ = ["PALLET", "TYPES"]
