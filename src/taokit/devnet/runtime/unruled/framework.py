"""Types that the framework's own entries name: limits of blocks, reasons for holds, whom a call is dispatched as."""

from __future__ import annotations

from taokit.devnet.runtime.rows import enum, structs
from taokit.devnet.runtime.table import Enum, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
PerDispatchClassWeight = frame_support::dispatch::PerDispatchClass(normal: Weight, operational: Weight, mandatory:
    Weight)

frame_system::CodeUpgradeAuthorization(code_hash: H256, check_version: bool)

frame_system::limits::BlockWeights(base_block: Weight, max_block: Weight, per_class: PerDispatchClassWeights)

PerDispatchClassWeights = frame_support::dispatch::PerDispatchClass(normal: WeightsPerClass, operational:
    WeightsPerClass, mandatory: WeightsPerClass)

frame_system::limits::WeightsPerClass(base_extrinsic: Weight, max_extrinsic: Option<Weight>, max_total:
    Option<Weight>, reserved: Option<Weight>)

frame_system::limits::BlockLength(max: PerDispatchClassLength)

PerDispatchClassLength = frame_support::dispatch::PerDispatchClass(normal: u32, operational: u32, mandatory: u32)

sp_weights::RuntimeDbWeight(read: u64, write: u64)

pallet_balances::types::BalanceLock(id: [u8; 8], amount: u64, reasons: Reasons)

pallet_balances::types::ReserveData(id: [u8; 8], amount: u64)

HoldAmount = frame_support::traits::tokens::misc::IdAmount(id: RuntimeHoldReason, amount: u64)

FreezeAmount = frame_support::traits::tokens::misc::IdAmount(id: RuntimeFreezeReason, amount: u64)

primitive_types::H160([u8; 20])
"""),
    enum(
        "pallet_balances::types::Reasons",
        """
0 Fee
1 Misc
2 All
""",
    ),
    enum(
        "node_subtensor_runtime::RuntimeHoldReason",
        """
14 Preimage(PreimageHoldReason)
20 SafeMode(SafeModeHoldReason)
29 Contracts(ContractsHoldReason)
""",
    ),
    enum(
        "PreimageHoldReason = pallet_preimage::pallet::HoldReason",
        """
0 Preimage
""",
    ),
    enum(
        "SafeModeHoldReason = pallet_safe_mode::pallet::HoldReason",
        """
0 EnterOrExtend
""",
    ),
    enum(
        "ContractsHoldReason = pallet_contracts::pallet::HoldReason",
        """
0 CodeUploadDepositReserve
1 StorageDepositReserve
""",
    ),
    enum(
        "node_subtensor_runtime::RuntimeFreezeReason",
        """

""",
    ),
    enum(
        "pallet_balances::types::AdjustmentDirection",
        """
0 Increase
1 Decrease
""",
    ),
    enum(
        "frame_support::traits::tokens::misc::BalanceStatus",
        """
0 Free
1 Reserved
""",
    ),
    enum(
        "node_subtensor_runtime::OriginCaller",
        """
0 system(RawOrigin)
21 Ethereum(EthereumRawOrigin)
""",
    ),
    enum(
        "frame_support::dispatch::RawOrigin",
        """
0 Root
1 Signed(AccountId)
2 None
3 Authorized
""",
    ),
    enum(
        "EthereumRawOrigin = pallet_ethereum::RawOrigin",
        """
0 EthereumTransaction(H160)
""",
    ),
)

__all__ = ["TYPES"]
