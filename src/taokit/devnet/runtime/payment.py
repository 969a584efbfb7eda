"""TransactionPayment: its entries, and the types of what it answers. What is paid stands in `fees.py`."""

from __future__ import annotations

from taokit.devnet.runtime.rows import enum, events, item, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
sp_arithmetic::fixed_point::FixedU128(u128)

pallet_transaction_payment::types::RuntimeDispatchInfo(weight: Weight, class: DispatchClass, partial_fee: u64)

pallet_transaction_payment::types::InclusionFee(base_fee: u64, len_fee: u64, adjusted_weight_fee: u64)

pallet_transaction_payment::types::FeeDetails(inclusion_fee: Option<InclusionFee>, tip: u64)
"""),
    enum("pallet_transaction_payment::Releases", "0 V1Ancient\n1 V2"),
)
PALLET = Pallet(
    "TransactionPayment",
    6,
    storage=(
        item("NextFeeMultiplier", "FixedU128", default=(10**18,)),
        item("StorageVersion", "Releases", default="V1Ancient"),
    ),
    events=events("0 TransactionFeePaid(who: AccountId, actual_fee: u64, tip: u64)"),
    constants=(Constant("OperationalFeeMultiplier", "u8", 5),),
)

__all__ = ["PALLET", "TYPES"]
