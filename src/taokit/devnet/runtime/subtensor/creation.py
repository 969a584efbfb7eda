"""Creation: what a new subnet costs, whose place it takes, and when it starts."""

from __future__ import annotations

from typing import Any, Final

from taokit.consensus.emission import block_emission
from taokit.consensus.schedule import storage_order
from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import children, dissolve, identities, pool, storage, subnets, symbols
from taokit.devnet.runtime.subtensor.storage import (
    FIRST_EMISSION_BLOCK_NUMBER,
    LAST_RATE_LIMITED_BLOCK,
    NETWORK_IMMUNITY_PERIOD,
    NETWORK_LAST_LOCK_COST,
    NETWORK_LOCK_REDUCTION_INTERVAL,
    NETWORK_MIN_LOCK_COST,
    NETWORK_RATE_LIMIT,
    NETWORK_REGISTERED_AT,
    SUBNET_LIMIT,
    SUBNET_OWNER,
)

LAST_CREATION: Final = "NetworkLastRegistered"
"""The key of the rate limit on creations."""


def lock_cost(state: Reading) -> int:
    """Rao that creating a subnet costs now (`get_network_lock_cost`)."""
    last, made = state[NETWORK_LAST_LOCK_COST], state[LAST_RATE_LIMITED_BLOCK, LAST_CREATION]
    interval = _interval(state)
    fallen = (last // interval if interval else 0) * (state.number - made)
    return int(max(state[NETWORK_MIN_LOCK_COST], (2 if made else 1) * last - fallen))


def _interval(state: Reading) -> int:
    """Blocks in which the price falls by what was paid last; they halve with the emission."""
    part = (block_emission(state[storage.TOTAL_ISSUANCE]) << 64) // pool.RAO
    return int(state[NETWORK_LOCK_REDUCTION_INTERVAL] * part >> 64)


def too_soon(state: Reading) -> bool:
    """Whether the limit on creations forbids one in this block."""
    made = state[LAST_RATE_LIMITED_BLOCK, LAST_CREATION]
    return bool(made and state.number - made < state[NETWORK_RATE_LIMIT])


def to_prune(state: Reading) -> int | None:
    """The subnet that a new one replaces at the limit: the cheapest, then the oldest that nothing protects.

    Mirrors `get_network_to_prune`; None while all are in their immunity.
    """
    immunity = state[NETWORK_IMMUNITY_PERIOD]
    open_to_it = [
        netuid for netuid in _beside_root(state) if state.number >= state[NETWORK_REGISTERED_AT, netuid] + immunity
    ]
    return min(
        open_to_it,
        key=lambda netuid: (pool.moving_price(state, netuid), state[NETWORK_REGISTERED_AT, netuid]),
        default=None,
    )


def _beside_root(state: Reading) -> list[int]:
    return [netuid for netuid in subnets.all_netuids(state) if netuid != subnets.ROOT]


def register_network(state: State, origin: bytes | None, *, hotkey: bytes) -> None:
    """A new subnet, owned by the caller, with the hotkey as uid 0 (`do_register_network`)."""
    _register(state, signed(origin), hotkey, identity=None)


def register_network_with_identity(
    state: State, origin: bytes | None, *, hotkey: bytes, identity: tuple[bytes, ...] | None
) -> None:
    """A new subnet that has a name from the first block."""
    _register(state, signed(origin), hotkey, identity=identity)


def _register(state: State, coldkey: bytes, hotkey: bytes, *, identity: tuple[bytes, ...] | None) -> None:
    pruned, cost = _check(state, coldkey, hotkey)
    if pruned is not None:
        dissolve.dissolve(state, pruned)
    netuid = _next_netuid(state) if pruned is None else pruned
    alpha_price = _median_price(state)
    subnets.initialize(state, netuid)
    paid = subnets.pay_in(state, netuid, coldkey, cost)
    state[NETWORK_LAST_LOCK_COST] = paid
    state[LAST_RATE_LIMITED_BLOCK, LAST_CREATION] = state.number
    state[storage.TOKEN_SYMBOL, netuid] = symbols.next_symbol(state, netuid)
    subnets.found(state, netuid, coldkey=coldkey, hotkey=hotkey, tao=paid, alpha_price=alpha_price)
    if identity is not None:
        identities.name_subnet(state, netuid, identity)
    children.adopt_by_root(state, netuid)
    state.deposit("SubtensorModule", "NetworkAdded", netuid, 1)


def _check(state: Reading, coldkey: bytes, hotkey: bytes) -> tuple[int | None, int]:
    """The subnet to be replaced, if any, and the price; raises the first error."""
    ensure((storage.OWNER, hotkey) not in state or state[storage.OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    ensure(not subnets.is_system_account(hotkey), "CannotUseSystemAccount")
    ensure(state.number >= state[storage.NETWORK_REGISTRATION_START_BLOCK], "SubNetRegistrationDisabled")
    ensure(not too_soon(state), "NetworkTxRateLimitExceeded")
    full = len(_beside_root(state)) >= state[SUBNET_LIMIT]
    pruned = to_prune(state) if full else None
    if full and pruned is None:
        raise refuse("SubnetLimitReached")
    cost = lock_cost(state)
    ensure(balances.free(state, coldkey) >= cost, "CannotAffordLockCost")
    return pruned, cost


def _next_netuid(state: Reading) -> int:
    taken = set(subnets.all_netuids(state))
    return next(netuid for netuid in range(1, 4096) if netuid not in taken)


def _median_price(state: Reading) -> int:
    """The median price of all pools, U64F64; one where there is none."""
    prices = sorted(filter(None, (pool.price(state, netuid) for netuid in storage_order(_beside_root(state)))))
    if not prices:
        return pool.ONE
    low, high = prices[(len(prices) - 1) // 2], prices[len(prices) // 2]
    return high if len(prices) % 2 else (low + high) // 2


def start_call(state: State, origin: bytes | None, *, netuid: int) -> None:
    """Trading and emission of a subnet begin with the next block (`do_start_call`)."""
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    if origin is None or origin != state[SUBNET_OWNER, netuid]:
        raise DispatchError(None, "BadOrigin")
    ensure(state[FIRST_EMISSION_BLOCK_NUMBER, netuid] is None, "FirstEmissionBlockNumberAlreadySet")
    waited = state.number - state[NETWORK_REGISTERED_AT, netuid]
    ensure(waited >= state[storage.START_CALL_DELAY], "NeedWaitingMoreBlocksToStarCall")
    subnets.start(state, netuid)


HANDLERS: Final[dict[str, Any]] = {
    "register_network": register_network,
    "register_network_with_identity": register_network_with_identity,
    "start_call": start_call,
}

__all__ = ["HANDLERS", "lock_cost", "register_network", "start_call", "to_prune", "too_soon"]
