"""Fees: what an extrinsic costs, who pays it, and what becomes of the fee.

A fee is one part for the extrinsic itself, one for its bytes, one for the weight of its call, and the tip. Nobody
authors blocks here, so what is paid ceases to exist. The weights of the framework's own extensions are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.costs import COSTS, GUARDS, UNKNOWN
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import guards, pool, shares, staking, storage, treasury
from taokit.devnet.runtime.system import ACCOUNT_INFO
from taokit.devnet.runtime.table import DecodedCall
from taokit.errors import PoolRefused

BASE_WEIGHT: Final = 108_157_000
"""Picoseconds of an extrinsic that does nothing."""

IN_ALPHA: Final = {
    "remove_stake": ("hotkey", "netuid"),
    "remove_stake_limit": ("hotkey", "netuid"),
    "remove_stake_full_limit": ("hotkey", "netuid"),
    "recycle_alpha": ("hotkey", "netuid"),
    "burn_alpha": ("hotkey", "netuid"),
    "move_stake": ("origin_hotkey", "origin_netuid"),
    "transfer_stake": ("hotkey", "origin_netuid"),
    "swap_stake": ("hotkey", "origin_netuid"),
    "swap_stake_limit": ("hotkey", "origin_netuid"),
}
"""The calls whose fee may be taken out of the stake they touch, and where they name it."""

AS_FREE_AS_INSIDE: Final = frozenset(
    {("Utility", "batch"), ("Utility", "batch_all"), ("Utility", "force_batch"), ("Proxy", "proxy")}
)
"""The calls that cost something only where one of the calls inside does."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one extrinsic costs. All but the weight are rao."""

    weight: int  # picoseconds
    pays: bool
    base: int
    length: int
    call: int
    tip: int
    stake: tuple[bytes, int] | None  # `(hotkey, netuid)` of alpha that may be sold for it
    returned: bool  # given back, but for the tip, when the call succeeds

    @property
    def total(self) -> int:
        """Rao altogether, tip included."""
        return self.tip + (self.base + self.length + self.call if self.pays else 0)

    @property
    def info(self) -> tuple[Any, ...]:
        """A `DispatchEventInfo`."""
        return (self.weight, 0), "Normal", "Yes" if self.pays else "No"


def weight_fee(picoseconds: int) -> int:
    """Rao for a weight: one for 2,000 picoseconds, to the nearest, halves down (`LinearWeightToFee`)."""
    return (picoseconds + 999) // 2000


def bill(call: DecodedCall, *, length: int, tip: int = 0) -> Bill:
    """What an extrinsic of so many bytes costs."""
    weight, pays = _weight(call)
    weight += sum(GUARDS[guard] for guard in guards.applying(call))
    return Bill(
        weight,
        pays,
        base=weight_fee(BASE_WEIGHT),
        length=length,
        call=weight_fee(weight),
        tip=tip,
        stake=_stake(call),
        returned=call.pallet == "Sudo",
    )


def _weight(call: DecodedCall) -> tuple[int, bool]:
    """Picoseconds of a call and those inside it, and whether it pays; a batch of calls that are free is free."""
    own, pays = COSTS.get((call.pallet, call.name), UNKNOWN)
    inside = [_weight(inner) for inner in call.inside()]
    if (call.pallet, call.name) in AS_FREE_AS_INSIDE:
        pays = any(inner_pays for _, inner_pays in inside)
    return own + sum(weight for weight, _ in inside), pays


def _stake(call: DecodedCall) -> tuple[bytes, int] | None:
    names = IN_ALPHA.get(call.name) if call.pallet == "SubtensorModule" else None
    return None if names is None else (call.args[names[0]], call.args[names[1]])


def check(state: Reading, payer: bytes, owed: Bill) -> None:
    """Raise `PoolRefused` where the payer cannot pay, or is no account though it would have to be (`CheckNonce`)."""
    known = (ACCOUNT_INFO, payer) in state and state[ACCOUNT_INFO, payer][2] > 0
    if (owed.pays and not known) or not (_in_tao(state, payer, owed) or _alpha(state, payer, owed)):
        raise PoolRefused("Inability to pay some fees (e.g. account balance too low)", name="Payment")


def _in_tao(state: Reading, payer: bytes, owed: Bill) -> bool:
    return owed.total <= treasury.spendable(state, payer)


def _alpha(state: Reading, payer: bytes, owed: Bill) -> int:
    """Alpha that is worth the fee, 0 where the payer has none to sell."""
    if owed.stake is None:
        return 0
    hotkey, netuid = owed.stake
    price = pool.price(state, netuid)
    wanted = (owed.total << 64) // price if price else 0
    if not 0 < wanted <= shares.stake_of(state, hotkey, payer, netuid):
        return 0
    try:
        pool.quote_sell(state, netuid, wanted, with_fee=False)
    except DispatchError:
        return 0
    return wanted


def charge(state: State, payer: bytes, owed: Bill) -> int:
    """Rao that were withdrawn. Ask `check` first: it says who cannot pay."""
    if not owed.total:
        return 0
    if owed.stake is None or _in_tao(state, payer, owed):
        treasury.recycle(state, payer, owed.total)
        return owed.total
    hotkey, netuid = owed.stake
    return _sell(state, payer, hotkey, netuid=netuid, alpha=_alpha(state, payer, owed))


def _sell(state: State, payer: bytes, hotkey: bytes, *, netuid: int, alpha: int) -> int:
    before = balances.free(state, payer)
    staking.unstake(state, payer, hotkey, netuid=netuid, alpha=alpha, with_fee=False)
    rao = balances.free(state, payer) - before
    balances.debit(state, payer, rao, keep_alive=False)
    for issued in (balances.ISSUANCE, storage.TOTAL_ISSUANCE):
        state[issued] = max(0, state[issued] - rao)
    state.deposit("SubtensorModule", "TransactionFeePaidWithAlpha", payer, netuid, alpha, rao)
    return rao


def settle(state: State, payer: bytes, owed: Bill, *, paid: int, succeeded: bool) -> None:
    """Give back what a call that succeeded need not pay, and tell of the rest after the call's own events."""
    if succeeded and owed.returned and paid > owed.tip:
        balances.mint(state, payer, paid - owed.tip)
        state[storage.TOTAL_ISSUANCE] = state[storage.TOTAL_ISSUANCE] + paid - owed.tip
        paid = owed.tip
    if paid:
        state.deposit("TransactionPayment", "TransactionFeePaid", payer, paid, owed.tip)


def call_info(_: Reading, call: DecodedCall, len: int) -> tuple[Any, ...]:
    """A `RuntimeDispatchInfo` of a call in an extrinsic of so many bytes."""
    owed = bill(call, length=len)
    return (owed.weight, 0), "Normal", owed.total


def call_fee_details(_: Reading, call: DecodedCall, len: int) -> tuple[Any, ...]:
    """The parts of the fee, `FeeDetails`; a call that is free has none."""
    owed = bill(call, length=len)
    return (owed.base, owed.length, owed.call) if owed.pays else None, 0


def weight_to_fee(_: Reading, weight: tuple[int, int]) -> int:
    """Rao for a weight."""
    return weight_fee(weight[0])


def length_to_fee(_: Reading, length: int) -> int:
    """Rao for so many bytes."""
    return length


__all__ = ["BASE_WEIGHT", "Bill", "bill", "charge", "check", "settle", "weight_fee"]
