"""Proxy: the entries of those who act for others. What they may do stands in `proxies.py` and `proxy_filters.py`."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.rows import ACCOUNT_TWOX, calls, enum, errors, events, item, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

DEPOSIT_BASE: Final = 60_000_000
DEPOSIT_FACTOR: Final = 33_000_000
"""Rao reserved of an account that has proxies: once, and for each."""

ANNOUNCEMENT_BASE: Final = 36_000_000
ANNOUNCEMENT_FACTOR: Final = 68_000_000
"""Rao reserved of a proxy that has announced calls: once, and for each."""

MAX_PROXIES: Final = 20
MAX_PENDING: Final = 75

PROXIES = item("Proxies", "(Vec<ProxyDefinition>, u64)", ACCOUNT_TWOX)
ANNOUNCEMENTS = item("Announcements", "(Vec<Announcement>, u64)", ACCOUNT_TWOX)
LAST_CALL_RESULT = option("LastCallResult", "DispatchResult", ACCOUNT_TWOX)
REAL_PAYS_FEE = option("RealPaysFee", "()", ACCOUNT_TWOX, ACCOUNT_TWOX)

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_subtensor_proxy::ProxyDefinition(delegate: AccountId, proxy_type: ProxyType, delay: u32)

pallet_subtensor_proxy::Announcement(real: AccountId, call_hash: H256, height: u32)

subtensor_runtime_common::ProxyTypeInfo(name: Vec<u8>, index: u8, deprecated: bool)

subtensor_runtime_common::ProxyFilterInfo(proxy_type: u8, name: Vec<u8>, deprecated: bool, filter_mode: FilterMode,
    calls: Vec<CallInfo>, exceptions: Vec<CallInfo>)

subtensor_runtime_common::CallInfo(pallet_name: Vec<u8>, pallet_index: u8, call_name: Option<Vec<u8>>, call_index:
    Option<u8>, condition: Option<CallCondition>)
"""),
    enum("pallet_subtensor_proxy::DepositKind", "0 Proxies\n1 Announcements"),
    enum("subtensor_runtime_common::FilterMode", "0 AllowAll\n1 DenyAll\n2 Allow\n3 Deny"),
    enum(
        "subtensor_runtime_common::CallCondition",
        """
        0 ParamLessThan(param_name: Vec<u8>, limit: u128)
        1 NestedCallMustBe(pallet_name: Vec<u8>, call_name: Vec<u8>)
        """,
    ),
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
    storage=(PROXIES, ANNOUNCEMENTS, LAST_CALL_RESULT, REAL_PAYS_FEE),
    calls=calls("""
0 proxy(real: MultiAddress, force_proxy_type: Option<ProxyType>, call: RuntimeCall)
1 add_proxy(delegate: MultiAddress, proxy_type: ProxyType, delay: u32)
2 remove_proxy(delegate: MultiAddress, proxy_type: ProxyType, delay: u32)
3 remove_proxies
4 create_pure(proxy_type: ProxyType, delay: u32, index: u16)
5 kill_pure(spawner: MultiAddress, proxy_type: ProxyType, index: u16, height: Compact<u32>, ext_index: Compact<u32>)
6 announce(real: MultiAddress, call_hash: H256)
7 remove_announcement(real: MultiAddress, call_hash: H256)
8 reject_announcement(delegate: MultiAddress, call_hash: H256)
9 proxy_announced(delegate: MultiAddress, real: MultiAddress, force_proxy_type: Option<ProxyType>, call:
    RuntimeCall)
10 poke_deposit
11 set_real_pays_fee(delegate: MultiAddress, pays_fee: bool)
"""),
    events=events("""
0 ProxyExecuted(result: DispatchResult)
1 PureCreated(pure: AccountId, who: AccountId, proxy_type: ProxyType, disambiguation_index: u16)
2 PureKilled(pure: AccountId, spawner: AccountId, proxy_type: ProxyType, disambiguation_index: u16)
3 Announced(real: AccountId, proxy: AccountId, call_hash: H256)
4 ProxyAdded(delegator: AccountId, delegatee: AccountId, proxy_type: ProxyType, delay: u32)
5 ProxyRemoved(delegator: AccountId, delegatee: AccountId, proxy_type: ProxyType, delay: u32)
6 DepositPoked(who: AccountId, kind: DepositKind, old_deposit: u64, new_deposit: u64)
7 RealPaysFeeSet(real: AccountId, delegate: AccountId, pays_fee: bool)
"""),
    errors=errors("""
    TooMany NotFound NotProxy Unproxyable Duplicate NoPermission Unannounced NoSelfProxy
    AnnouncementDepositInvariantViolated InvalidDerivedAccountId
"""),
    constants=(
        Constant("ProxyDepositBase", "u64", DEPOSIT_BASE),
        Constant("ProxyDepositFactor", "u64", DEPOSIT_FACTOR),
        Constant("MaxProxies", "u32", MAX_PROXIES),
        Constant("MaxPending", "u32", MAX_PENDING),
        Constant("AnnouncementDepositBase", "u64", ANNOUNCEMENT_BASE),
        Constant("AnnouncementDepositFactor", "u64", ANNOUNCEMENT_FACTOR),
    ),
)

__all__ = [
    "ANNOUNCEMENTS",
    "ANNOUNCEMENT_BASE",
    "ANNOUNCEMENT_FACTOR",
    "DEPOSIT_BASE",
    "DEPOSIT_FACTOR",
    "LAST_CALL_RESULT",
    "MAX_PENDING",
    "MAX_PROXIES",
    "PALLET",
    "PROXIES",
    "REAL_PAYS_FEE",
    "TYPES",
]
