"""Crowdloan: subnets that many pay for."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_crowdloan::CrowdloanInfo(creator: AccountId, deposit: u64, min_contribution: u64, end: u32, cap: u64,
    funds_account: AccountId, raised: u64, target_address: Option<AccountId>, call: Option<BoundedCall>, finalized:
    bool, contributors_count: u32)
"""),
)

CROWDLOAN = Pallet(
    "Crowdloan",
    27,
    storage=(
        option("Crowdloans", "CrowdloanInfo", key("u32")),
        item("NextCrowdloanId", "u32"),
        option("Contributions", "u64", key("u32"), key("AccountId", "Identity")),
        option("MaxContributions", "u64", key("u32")),
        option("CurrentCrowdloanId", "u32"),
        item("HasMigrationRun", "bool", key("Vec<u8>", "Identity")),
    ),
    calls=calls("""
0 create(deposit: Compact<u64>, min_contribution: Compact<u64>, cap: Compact<u64>, end: Compact<u32>, call:
    Option<RuntimeCall>, target_address: Option<AccountId>)
1 contribute(crowdloan_id: Compact<u32>, amount: Compact<u64>)
2 withdraw(crowdloan_id: Compact<u32>)
3 finalize(crowdloan_id: Compact<u32>)
4 refund(crowdloan_id: Compact<u32>)
5 dissolve(crowdloan_id: Compact<u32>)
6 update_min_contribution(crowdloan_id: Compact<u32>, new_min_contribution: Compact<u64>)
7 update_end(crowdloan_id: Compact<u32>, new_end: Compact<u32>)
8 update_cap(crowdloan_id: Compact<u32>, new_cap: Compact<u64>)
9 set_max_contribution(crowdloan_id: Compact<u32>, new_max_contribution: Option<u64>)
"""),
    events=events("""
0 Created(crowdloan_id: u32, creator: AccountId, end: u32, cap: u64)
1 Contributed(crowdloan_id: u32, contributor: AccountId, amount: u64)
2 Withdrew(crowdloan_id: u32, contributor: AccountId, amount: u64)
3 PartiallyRefunded(crowdloan_id: u32)
4 AllRefunded(crowdloan_id: u32)
5 Finalized(crowdloan_id: u32)
6 Dissolved(crowdloan_id: u32)
7 MinContributionUpdated(crowdloan_id: u32, new_min_contribution: u64)
8 EndUpdated(crowdloan_id: u32, new_end: u32)
9 CapUpdated(crowdloan_id: u32, new_cap: u64)
10 MaxContributionUpdated(crowdloan_id: u32, new_max_contribution: Option<u64>)
"""),
    errors=errors("""
    DepositTooLow CapTooLow MinimumContributionTooLow CannotEndInPast BlockDurationTooShort BlockDurationTooLong
    InsufficientBalance Overflow InvalidCrowdloanId CapRaised ContributionPeriodEnded ContributionTooLow
    InvalidOrigin AlreadyFinalized ContributionPeriodNotEnded NoContribution CapNotRaised Underflow CallUnavailable
    NotReadyToDissolve DepositCannotBeWithdrawn MaxContributorsReached InvalidFinalizationConfig
    MaxContributionReached MaximumContributionTooLow MinimumContributionTooHigh
"""),
    constants=(
        Constant("PalletId", "[u8; 8]", b"bt/cloan"),
        Constant("MinimumDeposit", "u64", 10_000_000_000),
        Constant("AbsoluteMinimumContribution", "u64", 100_000_000),
        Constant("MinimumBlockDuration", "u32", 50400),
        Constant("MaximumBlockDuration", "u32", 432_000),
        Constant("RefundContributorsLimit", "u32", 50),
        Constant("MaxContributors", "u32", 500),
    ),
)

__all__ = ["CROWDLOAN", "TYPES"]
