"""The pool of a subnet: what alpha costs, what a swap pays, and how injections and the moving price work.

The curve is Balancer's: weights of alpha and TAO sum to one, and the price is the ratio of weighted reserves. Prices
and exponents are U64F64 bits. The fee belongs to the block's author; here nobody is, so it is not paid to anyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.power import SCALE, ratio_power
from taokit.devnet.runtime.subtensor.storage import (
    EMA_PRICE_HALVING_BLOCKS,
    FIRST_EMISSION_BLOCK_NUMBER,
    SUBNET_ALPHA_IN,
    SUBNET_ALPHA_OUT,
    SUBNET_MECHANISM,
    SUBNET_MOVING_ALPHA,
    SUBNET_MOVING_PRICE,
    SUBNET_TAO,
    SUBNET_VOLUME,
    TOTAL_STAKE,
)
from taokit.devnet.runtime.swap import (
    FEE_RATE,
    MINIMUM_RESERVE,
    PAL_SWAP_INITIALIZED,
    PERQUINTILL,
    SWAP_BALANCER,
)

ONE: Final = 1 << 64
RAO: Final = 10**9
MAX_INPUT: Final = 1000
"""A swap may not put in more than so many times the reserve."""
HALF: Final = PERQUINTILL // 2
LEAST_WEIGHT: Final = PERQUINTILL // 100
NO_MAXIMUM: Final = 10**15
"""The highest limit price there is, in rao per alpha."""
NO_MINIMUM: Final = 1000
"""The lowest one."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """What a swap moves, in rao of whichever currency goes which way."""

    taken: int  # into the reserve
    paid: int  # out of the other reserve
    fee: int  # of the input, beside `taken`


def dynamic(state: Reading, netuid: int) -> bool:
    """Whether the subnet has a pool; without one, alpha and TAO change one to one."""
    return bool(state[SUBNET_MECHANISM, netuid] == 1)


def price(state: Reading, netuid: int) -> int:
    """TAO per alpha, U64F64: one without a pool, zero in an empty pool (`current_price`)."""
    if not dynamic(state, netuid):
        return ONE
    return _spot(state[SUBNET_TAO, netuid], state[SUBNET_ALPHA_IN, netuid], state[SWAP_BALANCER, netuid][0])


def price_rao(state: Reading, netuid: int) -> int:
    """Rao per whole alpha, rounded down."""
    return price(state, netuid) * RAO >> 64


def moving_price(state: Reading, netuid: int) -> int:
    """The slow average of the price, U64F64 (`get_moving_alpha_price`)."""
    return state[SUBNET_MOVING_PRICE, netuid] << 32 if dynamic(state, netuid) else ONE


def _spot(tao: int, alpha: int, quote: int) -> int:
    return (((PERQUINTILL - quote) << 64) // quote) * ((tao << 64) // alpha) >> 64 if alpha else 0


def update_moving_price(state: State, netuid: int) -> None:
    """One block's step of the slow average toward the price, which counts as at most one (`update_moving_price`)."""
    started = max(0, (state[FIRST_EMISSION_BLOCK_NUMBER, netuid] or 0) - 1)
    blocks = state.number - started
    age = (blocks << 64) // (blocks + state[EMA_PRICE_HALVING_BLOCKS, netuid]) if blocks else 0
    alpha = (state[SUBNET_MOVING_ALPHA] << 32) * age >> 64
    toward = alpha * min(price(state, netuid), ONE) >> 64
    kept = (ONE - alpha) * moving_price(state, netuid) >> 64
    state[SUBNET_MOVING_PRICE, netuid] = (toward + kept) >> 32


def inject(state: State, netuid: int, *, tao: int, alpha: int) -> bool:
    """Shift the weight so that adding both amounts keeps the price; False when it would leave its bounds.

    The reserves are booked by the caller (`adjust_protocol_liquidity`).
    """
    x, y = state[SUBNET_ALPHA_IN, netuid], state[SUBNET_TAO, netuid]
    quote = state[SWAP_BALANCER, netuid][0]
    first = ((PERQUINTILL - quote) * y * (x + alpha) + HALF) // PERQUINTILL
    second = (quote * x * (y + tao) + HALF) // PERQUINTILL
    shifted = second * PERQUINTILL // (first + second) if first + second else HALF
    if not LEAST_WEIGHT <= shifted <= PERQUINTILL - LEAST_WEIGHT:
        return False
    state[SWAP_BALANCER, netuid] = (shifted,)
    return True


def fee_of(state: Reading, netuid: int, amount: int) -> int:
    """What a swap of this input costs, in the input's rao."""
    return ((state[FEE_RATE, netuid] << 64) // 65535) * amount >> 64 if dynamic(state, netuid) else 0


def quote_buy(state: Reading, netuid: int, tao: int, *, limit: int = NO_MAXIMUM, with_fee: bool = True) -> Swapped:
    """What TAO would buy, at most up to a limit in rao per alpha. Raises the swap pallet's errors."""
    if not dynamic(state, netuid):
        return Swapped(tao, tao, 0)
    x, y, quote = _reserves(state, netuid)
    fee = fee_of(state, netuid, tao) if with_fee else 0
    _check(entering=tao - fee, reserve_in=y, reserve_out=x)
    highest, now = (limit << 64) // RAO, _spot(y, x, quote)
    _require(now <= highest, "PriceLimitExceeded")
    taken, paid = tao - fee, _bought(x, y, quote, tao - fee)
    if _spot(y + taken, x - paid, quote) > highest:
        grown = ratio_power(highest, now, over=PERQUINTILL - quote, under=PERQUINTILL)
        taken = _growth(y, grown)
        paid, fee = _bought(x, y, quote, taken), _fee_beside(state, netuid, taken) if with_fee else 0
    _require(bool(paid) or not taken, "ReservesTooLow")
    return Swapped(taken, paid, fee)


def quote_sell(state: Reading, netuid: int, alpha: int, *, limit: int = NO_MINIMUM, with_fee: bool = True) -> Swapped:
    """What alpha would fetch, at least down to a limit in rao per alpha. Raises the swap pallet's errors."""
    if not dynamic(state, netuid):
        return Swapped(alpha, alpha, 0)
    x, y, quote = _reserves(state, netuid)
    fee = fee_of(state, netuid, alpha) if with_fee else 0
    _check(entering=alpha - fee, reserve_in=x, reserve_out=y)
    lowest, now = (limit << 64) // RAO, _spot(y, x, quote)
    _require(now >= lowest, "PriceLimitExceeded")
    taken, paid = alpha - fee, _fetched(x, y, quote, alpha - fee)
    if _spot(y - paid, x + taken, quote) < lowest:
        grown = ratio_power(now, lowest, over=quote, under=PERQUINTILL)
        taken = _growth(x, grown)
        paid, fee = _fetched(x, y, quote, taken), _fee_beside(state, netuid, taken) if with_fee else 0
    _require(bool(paid) or not taken, "ReservesTooLow")
    return Swapped(taken, paid, fee)


def buy(state: State, netuid: int, tao: int, *, limit: int = NO_MAXIMUM, with_fee: bool = True) -> Swapped:
    """TAO goes into the pool, alpha comes out of it (`swap_tao_for_alpha`)."""
    swapped = quote_buy(state, netuid, tao, limit=limit, with_fee=with_fee)
    _initialize(state, netuid)
    state[SUBNET_ALPHA_IN, netuid] = max(0, state[SUBNET_ALPHA_IN, netuid] - swapped.paid)
    state[SUBNET_ALPHA_OUT, netuid] = state[SUBNET_ALPHA_OUT, netuid] + swapped.paid
    state[SUBNET_TAO, netuid] = state[SUBNET_TAO, netuid] + swapped.taken
    state[TOTAL_STAKE] = state[TOTAL_STAKE] + tao
    state[SUBNET_VOLUME, netuid] = state[SUBNET_VOLUME, netuid] + tao
    return swapped


def sell(state: State, netuid: int, alpha: int, *, limit: int = NO_MINIMUM, with_fee: bool = True) -> Swapped:
    """Alpha goes into the pool, TAO comes out of it (`swap_alpha_for_tao`)."""
    swapped = quote_sell(state, netuid, alpha, limit=limit, with_fee=with_fee)
    _initialize(state, netuid)
    state[SUBNET_ALPHA_IN, netuid] = state[SUBNET_ALPHA_IN, netuid] + swapped.taken
    state[SUBNET_ALPHA_OUT, netuid] = max(0, state[SUBNET_ALPHA_OUT, netuid] - swapped.taken)
    state[SUBNET_TAO, netuid] = max(0, state[SUBNET_TAO, netuid] - swapped.paid)
    state[TOTAL_STAKE] = max(0, state[TOTAL_STAKE] - swapped.paid)
    state[SUBNET_VOLUME, netuid] = state[SUBNET_VOLUME, netuid] + swapped.paid
    return swapped


def _reserves(state: Reading, netuid: int) -> tuple[int, int, int]:
    """(alpha, TAO, weight of TAO) as a swap finds them: the first swap ever starts at even weights."""
    quote = state[SWAP_BALANCER, netuid][0] if state[PAL_SWAP_INITIALIZED, netuid] else HALF
    return state[SUBNET_ALPHA_IN, netuid], state[SUBNET_TAO, netuid], quote


def _initialize(state: State, netuid: int) -> None:
    if dynamic(state, netuid) and not state[PAL_SWAP_INITIALIZED, netuid]:
        state[SWAP_BALANCER, netuid] = (HALF,)
        state[PAL_SWAP_INITIALIZED, netuid] = True


def _check(*, entering: int, reserve_in: int, reserve_out: int) -> None:
    _require(entering <= MAX_INPUT * reserve_in, "SwapInputTooLarge")
    _require(reserve_out >= MINIMUM_RESERVE, "ReservesTooLow")


def _require(held: bool, name: str) -> None:
    if not held:
        raise DispatchError("Swap", name)


def _bought(x: int, y: int, quote: int, tao: int) -> int:
    """Alpha out of a pool of x alpha and y TAO for so much TAO."""
    return _payout(x, ratio_power(y, y + tao, over=quote, under=PERQUINTILL - quote)) if y + tao else 0


def _fetched(x: int, y: int, quote: int, alpha: int) -> int:
    """TAO out of a pool of x alpha and y TAO for so much alpha."""
    return _payout(y, ratio_power(x, x + alpha, over=PERQUINTILL - quote, under=quote)) if x + alpha else 0


def _payout(reserve: int, left: int) -> int:
    """What leaves a reserve of which `left`, in 10**-18, stays."""
    return reserve * (ONE - (left << 64) // SCALE) >> 64


def _growth(reserve: int, grown: int) -> int:
    """What enters a reserve that grows to `grown`, in 10**-18, of itself."""
    return reserve * max(0, (grown << 64) // SCALE - ONE) >> 64


def _fee_beside(state: Reading, netuid: int, taken: int) -> int:
    """The fee on top of a net input that a limit price has cut."""
    rate = state[FEE_RATE, netuid]
    return int(taken * ((rate << 64) // (65535 - rate)) >> 64)


__all__ = [
    "NO_MAXIMUM",
    "NO_MINIMUM",
    "ONE",
    "Swapped",
    "buy",
    "dynamic",
    "fee_of",
    "inject",
    "moving_price",
    "price",
    "price_rao",
    "quote_buy",
    "quote_sell",
    "sell",
    "update_moving_price",
]
