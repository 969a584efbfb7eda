"""Multisig: accounts of several keys."""

from __future__ import annotations

from taokit.devnet.runtime.rows import ACCOUNT_TWOX, calls, errors, events, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_multisig::Multisig(when: Timepoint, deposit: u64, depositor: AccountId, approvals: Vec<AccountId>)

pallet_multisig::Timepoint(height: u32, index: u32)
"""),
)

MULTISIG = Pallet(
    "Multisig",
    13,
    storage=(option("Multisigs", "Multisig", ACCOUNT_TWOX, key("[u8; 32]", "Blake2_128Concat")),),
    calls=calls("""
0 as_multi_threshold_1(other_signatories: Vec<AccountId>, call: RuntimeCall)
1 as_multi(threshold: u16, other_signatories: Vec<AccountId>, maybe_timepoint: Option<Timepoint>, call: RuntimeCall,
    max_weight: Weight)
2 approve_as_multi(threshold: u16, other_signatories: Vec<AccountId>, maybe_timepoint: Option<Timepoint>, call_hash:
    [u8; 32], max_weight: Weight)
3 cancel_as_multi(threshold: u16, other_signatories: Vec<AccountId>, timepoint: Timepoint, call_hash: [u8; 32])
4 poke_deposit(threshold: u16, other_signatories: Vec<AccountId>, call_hash: [u8; 32])
"""),
    events=events("""
0 NewMultisig(approving: AccountId, multisig: AccountId, call_hash: [u8; 32])
1 MultisigApproval(approving: AccountId, timepoint: Timepoint, multisig: AccountId, call_hash: [u8; 32])
2 MultisigExecuted(approving: AccountId, timepoint: Timepoint, multisig: AccountId, call_hash: [u8; 32], result:
    DispatchResult)
3 MultisigCancelled(cancelling: AccountId, timepoint: Timepoint, multisig: AccountId, call_hash: [u8; 32])
4 DepositPoked(who: AccountId, call_hash: [u8; 32], old_deposit: u64, new_deposit: u64)
"""),
    errors=errors("""
    MinimumThreshold AlreadyApproved NoApprovalsNeeded TooFewSignatories TooManySignatories SignatoriesOutOfOrder
    SenderInSignatories NotFound NotOwner NoTimepoint WrongTimepoint UnexpectedTimepoint MaxWeightTooLow
    AlreadyStored
"""),
    constants=(
        Constant("DepositBase", "u64", 132_000_000),
        Constant("DepositFactor", "u64", 32_000_000),
        Constant("MaxSignatories", "u32", 100),
    ),
)

__all__ = ["MULTISIG", "TYPES"]
