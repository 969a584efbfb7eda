"""LimitOrders: trades that wait for a price."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_limit_orders::SignedOrder(order: VersionedOrder, signature: MultiSignature, partial_fill: Option<u64>)

pallet_limit_orders::Order(signer: AccountId, hotkey: AccountId, netuid: u16, order_type: OrderType, amount: u64,
    limit_price: u64, expiry: u64, fee_rate: u32, fee_recipient: AccountId, relayer: Option<Vec<AccountId>>,
    max_slippage: Option<u32>, chain_id: u64, partial_fills_enabled: bool)
"""),
    enum(
        "pallet_limit_orders::OrderStatus",
        """
0 Fulfilled
1 PartiallyFilled(u64)
2 Cancelled
""",
    ),
    enum(
        "pallet_limit_orders::VersionedOrder",
        """
0 V1(Order)
""",
    ),
    enum(
        "pallet_limit_orders::OrderType",
        """
0 LimitBuy
1 TakeProfit
2 StopLoss
""",
    ),
    enum(
        "pallet_limit_orders::OrderSide",
        """
0 Buy
1 Sell
""",
    ),
)

LIMIT_ORDERS = Pallet(
    "LimitOrders",
    32,
    storage=(
        option("Orders", "OrderStatus", key("H256", "Blake2_128Concat")),
        item("LimitOrdersEnabled", "bool"),
        item("HasMigrationRun", "bool", key("Vec<u8>", "Identity")),
    ),
    calls=calls("""
0 execute_orders(orders: Vec<SignedOrder>, should_fail: bool)
1 execute_batched_orders(netuid: u16, orders: Vec<SignedOrder>)
2 cancel_order(order: VersionedOrder)
3 set_pallet_status(enabled: bool)
"""),
    events=events("""
0 OrderExecuted(order_id: H256, signer: AccountId, netuid: u16, order_type: OrderType, amount_in: u64, amount_out:
    u64)
1 OrderSkipped(order_id: H256, reason: DispatchError)
2 OrderCancelled(order_id: H256, signer: AccountId)
3 GroupExecutionSummary(netuid: u16, net_side: OrderSide, net_amount: u64, actual_out: u64, executed_count: u32)
4 LimitOrdersPalletStatusChanged(enabled: bool)
"""),
    errors=errors("""
    InvalidSignature OrderAlreadyProcessed OrderCancelled OrderExpired PriceConditionNotMet Unauthorized
    SwapReturnedZero RootNetUidNotAllowed OrderNetUidMismatch LimitOrdersDisabled RelayerMissMatch
    PartialFillsNotEnabled IncorrectPartialFillAmount RelayerRequiredForPartialFill ChainIdMismatch
    PalletHotkeyNotRegistered ArithmeticOverflow DuplicateOrderInBatch ZeroShareInBatch
"""),
    constants=(
        Constant("MaxOrdersPerBatch", "u32", 100),
        Constant("PalletId", "[u8; 8]", b"bt/limit"),
        Constant(
            "PalletHotkey",
            "AccountId",
            b"modlbt/lmhky".ljust(32, b"\0"),
        ),
    ),
)

__all__ = ["LIMIT_ORDERS", "TYPES"]
