"""Registration: what a uid costs, who gets one, and who makes room."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from taokit.consensus.pruning import protected_uids, uid_to_prune
from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, pool, storage, subnets
from taokit.devnet.runtime.subtensor.storage import (
    BLOCK_AT_REGISTRATION,
    BURN,
    BURN_HALF_LIFE,
    BURN_INCREASE_MULT,
    KEYS,
    MAX_ALLOWED_UIDS,
    MAX_BURN,
    MIN_BURN,
    OWNER,
    REGISTRATIONS_THIS_BLOCK,
    REGISTRATIONS_THIS_INTERVAL,
    SUBNET_ALPHA_OUT,
    SUBNETWORK_N,
    TOTAL_HOTKEY_ALPHA,
    UIDS,
)

ROOT_TAKE: Final = 11796
"""The delegate take that a root registration sets, of 65535."""


@lru_cache(maxsize=1024)
def decay_factor(half_life: int) -> int:
    """What one block leaves of the price, 32 fraction bits: the largest factor that halves it in time."""
    low, high = 0, (1 << 32) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _power(middle, half_life) <= 1 << 31 else (low, middle - 1)
    return low


def _power(base: int, exponent: int) -> int:
    """A Q32 power by squaring, cut after every product, as the chain does it."""
    result = 1 << 32
    while exponent:
        if exponent & 1:
            result = result * base >> 32
        base = base * base >> 32
        exponent >>= 1
    return result


def decay_prices(state: State, netuids: list[int]) -> None:
    """One block's fall of every price, and counters set back (`update_registration_prices_for_networks`)."""
    for netuid in netuids:
        half_life = state[BURN_HALF_LIFE, netuid]
        burn = state[BURN, netuid]
        fallen = burn * decay_factor(half_life) >> 32 if half_life and state.number > 1 else burn
        _set_burn(state, netuid, fallen)
        if state[REGISTRATIONS_THIS_BLOCK, netuid]:
            state[REGISTRATIONS_THIS_BLOCK, netuid] = 0
    if state[REGISTRATIONS_THIS_INTERVAL, subnets.ROOT] and subnets.clock(state, subnets.ROOT).due(state.number):
        state[REGISTRATIONS_THIS_INTERVAL, subnets.ROOT] = 0


def _set_burn(state: State, netuid: int, rao: int) -> None:
    bounded = min(max(rao, state[MIN_BURN, netuid]), state[MAX_BURN, netuid])
    if bounded != state[BURN, netuid]:
        state[BURN, netuid] = bounded


def _raise_price(state: State, netuid: int) -> None:
    """A registration makes the next one dearer at once (`bump_registration_price_after_registration`)."""
    _set_burn(state, netuid, state[BURN, netuid] * max(state[BURN_INCREASE_MULT, netuid], 1 << 64) >> 64)


def burned_register(state: State, origin: bytes | None, *, netuid: int, hotkey: bytes) -> None:
    """A uid for the hotkey; the price buys alpha, and that alpha ceases to exist (`do_register`)."""
    coldkey = signed(origin)
    ensure(netuid != subnets.ROOT, "RegistrationNotPermittedOnRootSubnet")
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(state[storage.NETWORK_REGISTRATION_ALLOWED, netuid], "SubNetRegistrationDisabled")
    ensure(state[UIDS, netuid, hotkey] is None, "HotKeyAlreadyRegisteredInSubNet")
    cost = state[BURN, netuid]
    ensure(balances.free(state, coldkey) >= cost, "NotEnoughBalanceToStake")
    subnets.adopt(state, hotkey, coldkey)
    ensure(state[OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    ensure(has_room(state, netuid), "NoNeuronIdAvailable")
    paid = subnets.pay_in(state, netuid, coldkey, cost)
    bought = pool.buy(state, netuid, paid).paid
    state[SUBNET_ALPHA_OUT, netuid] = max(0, state[SUBNET_ALPHA_OUT, netuid] - bought)
    uid = seat(state, netuid, hotkey)
    _raise_price(state, netuid)
    _count(state, netuid, cost=cost, paid=paid)
    state.deposit("SubtensorModule", "NeuronRegistered", netuid, uid, hotkey)


def register_limit(state: State, origin: bytes | None, *, netuid: int, hotkey: bytes, limit_price: int) -> None:
    """A registration that must not cost more than the limit, in rao."""
    signed(origin)
    ensure(netuid != subnets.ROOT, "RegistrationNotPermittedOnRootSubnet")
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(state[BURN, netuid] <= limit_price, "RegistrationPriceLimitExceeded")
    burned_register(state, origin, netuid=netuid, hotkey=hotkey)


def register(state: State, origin: bytes | None, *, netuid: int, hotkey: bytes, **_: Any) -> None:
    """The old call by proof of work: the work is ignored and the price is paid."""
    burned_register(state, origin, netuid=netuid, hotkey=hotkey)


def _count(state: State, netuid: int, *, cost: int, paid: int) -> None:
    for item, amount in (
        (REGISTRATIONS_THIS_BLOCK, 1),
        (storage.RAO_RECYCLED_FOR_REGISTRATION, cost),
        (storage.SUBNET_TAO_FLOW, paid),
    ):
        state[item, netuid] = state[item, netuid] + amount


def has_room(state: Reading, netuid: int) -> bool:
    """Whether one neuron more finds a uid, free or to be freed."""
    limit = state[MAX_ALLOWED_UIDS, netuid]
    return limit > 0 and (state[SUBNETWORK_N, netuid] < limit or to_prune(state, netuid) is not None)


def seat(state: State, netuid: int, hotkey: bytes) -> int:
    """The uid that a hotkey gets, a new one or a replaced one's (`register_neuron`)."""
    if state[SUBNETWORK_N, netuid] < state[MAX_ALLOWED_UIDS, netuid]:
        return neurons.append(state, netuid, hotkey)
    uid = to_prune(state, netuid)
    if uid is None:
        raise refuse("NoNeuronIdAvailable")
    neurons.replace(state, netuid, uid, hotkey)
    return uid


def to_prune(state: Reading, netuid: int) -> int | None:
    """The uid that a newcomer replaces, or None when nobody may go (`get_neuron_to_prune`)."""
    registered = [state[BLOCK_AT_REGISTRATION, netuid, uid] for uid in range(state[SUBNETWORK_N, netuid])]
    return uid_to_prune(
        [int(amount) for amount in state[storage.EMISSION, netuid]],
        registered,
        block=state.number,
        immunity_period=state[storage.IMMUNITY_PERIOD, netuid],
        protected=protected(state, netuid),
        min_non_immune=state[storage.MIN_NON_IMMUNE_UIDS, netuid],
    )


def protected(state: Reading, netuid: int) -> frozenset[int]:
    """The owner's uids that are never replaced (`get_immune_owner_uids`)."""
    owned = state[storage.OWNED_HOTKEYS, state[storage.SUBNET_OWNER, netuid]]
    uids = [uid for hotkey in owned if (uid := state[UIDS, netuid, hotkey]) is not None]
    limit = state[storage.IMMUNE_OWNER_UIDS_LIMIT, netuid]
    registered = {uid: state[BLOCK_AT_REGISTRATION, netuid, uid] for uid in uids}
    return protected_uids(subnets.owner_uid(state, netuid), registered, limit=limit)


def root_register(state: State, origin: bytes | None, *, hotkey: bytes) -> None:
    """A seat on root; when all are taken, the one with the least stake goes (`do_root_register`)."""
    coldkey = signed(origin)
    root = subnets.ROOT
    ensure(subnets.exists(state, root), "RootNetworkDoesNotExist")
    per_block = state[storage.MAX_REGISTRATIONS_PER_BLOCK, root]
    ensure(state[REGISTRATIONS_THIS_BLOCK, root] < per_block, "TooManyRegistrationsThisBlock")
    target = 3 * state[storage.TARGET_REGISTRATIONS_PER_INTERVAL, root]
    ensure(state[REGISTRATIONS_THIS_INTERVAL, root] < target, "TooManyRegistrationsThisInterval")
    ensure(state[UIDS, root, hotkey] is None, "HotKeyAlreadyRegisteredInSubNet")
    subnets.adopt(state, hotkey, coldkey)
    uid = _root_seat(state, hotkey)
    if (storage.DELEGATES, hotkey) not in state:
        state[storage.DELEGATES, hotkey] = ROOT_TAKE
    for item in (REGISTRATIONS_THIS_INTERVAL, REGISTRATIONS_THIS_BLOCK):
        state[item, root] = state[item, root] + 1
    state.deposit("SubtensorModule", "NeuronRegistered", root, uid, hotkey)


def _root_seat(state: State, hotkey: bytes) -> int:
    root = subnets.ROOT
    if state[SUBNETWORK_N, root] < state[MAX_ALLOWED_UIDS, root]:
        return neurons.append(state, root, hotkey)
    stakes: dict[int, int] = {uid: state[TOTAL_HOTKEY_ALPHA, key, root] for (_, uid), key in state.items(KEYS, root)}
    lowest = min(stakes, key=lambda uid: stakes[uid])
    ensure(stakes[lowest] < state[TOTAL_HOTKEY_ALPHA, hotkey, root], "StakeTooLowForRoot")
    neurons.replace(state, root, lowest, hotkey)
    return lowest


HANDLERS: Final[dict[str, Any]] = {
    "burned_register": burned_register,
    "register": register,
    "register_limit": register_limit,
    "root_register": root_register,
}

__all__ = ["HANDLERS", "burned_register", "decay_factor", "decay_prices", "protected", "seat", "to_prune"]
