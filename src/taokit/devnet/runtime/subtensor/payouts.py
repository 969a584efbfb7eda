"""What an epoch pays: the owner's cut, the miners' emission, dividends of alpha and of root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taokit.consensus.emission import Holding, Payout, Pots, delegate_take, pay
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import children, coinbase, shares, subnets
from taokit.devnet.runtime.subtensor.storage import (
    ALPHA_DIVIDENDS_PER_SUBNET,
    AUTO_STAKE_DESTINATION,
    DELEGATES,
    MINER_BURNED,
    OWNED_HOTKEYS,
    OWNER,
    RECYCLE_OR_BURN,
    ROOT_ALPHA_DIVIDENDS_PER_SUBNET,
    ROOT_CLAIMABLE,
    SUBNET_OWNER,
    SUBNET_OWNER_HOTKEY,
    TAO_WEIGHT,
    TOTAL_HOTKEY_ALPHA,
    TOTAL_HOTKEY_ALPHA_LAST_EPOCH,
    UIDS,
)
from taokit.devnet.runtime.swap import ALPHA_BURNED
from taokit.devnet.runtime.table import Item


@dataclass(frozen=True, slots=True)
class Earned:
    """What an epoch found everyone to have earned, by hotkey, in rao; `validator` fixes proportions only."""

    pots: Pots
    owner_cut: int
    server: Mapping[bytes, int]
    validator: Mapping[bytes, int]


def distribute(state: State, netuid: int, earned: Earned) -> None:
    """Pay out an epoch (`distribute_dividends_and_incentives`)."""
    payout = _payout(state, netuid, earned, children.divide(state, netuid, earned.validator))
    _pay_owner(state, netuid, earned.owner_cut)
    _pay_miners(state, netuid, payout)
    _withhold(state, netuid, payout, total=sum(earned.server.values()))
    _pay_alpha(state, netuid, payout.alpha_dividends)
    _pay_root(state, netuid, payout.root_dividends)


def _payout(state: Reading, netuid: int, earned: Earned, credited: Mapping[bytes, int]) -> Payout[bytes]:
    def holding(hotkey: bytes) -> Holding:
        return Holding(state[TOTAL_HOTKEY_ALPHA, hotkey, netuid], state[TOTAL_HOTKEY_ALPHA, hotkey, subnets.ROOT])

    return pay(
        earned.pots,
        server_emission=earned.server,
        dividends=credited,
        holdings={hotkey: holding(hotkey) for hotkey in credited},
        owner_keys=owner_keys(state, netuid),
        tao_weight=state[TAO_WEIGHT],
    )


def owner_keys(state: Reading, netuid: int) -> set[bytes]:
    """The subnet owner's hotkeys that hold a uid, which mine for nothing (`get_owner_hotkeys`)."""
    keys = {*state[OWNED_HOTKEYS, state[SUBNET_OWNER, netuid]], state[SUBNET_OWNER_HOTKEY, netuid]}
    return {hotkey for hotkey in keys if state[UIDS, netuid, hotkey] is not None}


def _pay_owner(state: State, netuid: int, alpha: int) -> None:
    if (SUBNET_OWNER, netuid) in state and (SUBNET_OWNER_HOTKEY, netuid) in state:
        hotkey, coldkey = state[SUBNET_OWNER_HOTKEY, netuid], state[SUBNET_OWNER, netuid]
        shares.give(state, hotkey, coldkey, netuid=netuid, alpha=alpha)


def _pay_miners(state: State, netuid: int, payout: Payout[bytes]) -> None:
    for hotkey, alpha in sorted(payout.miners.items()):
        coldkey = state[OWNER, hotkey]
        chosen = state[AUTO_STAKE_DESTINATION, coldkey, netuid]
        if chosen is not None:
            state.deposit("SubtensorModule", "AutoStakeAdded", netuid, chosen, hotkey, coldkey, alpha)
        shares.give(state, chosen or hotkey, coldkey, netuid=netuid, alpha=alpha)


def _withhold(state: State, netuid: int, payout: Payout[bytes], *, total: int) -> None:
    """What owner keys mined is burned or recycled, and remembered as a share that lowers the subnet's emission."""
    withheld = sum(payout.burned.values())
    state[MINER_BURNED, netuid] = (withheld << 32) // total if total else 0
    if state[RECYCLE_OR_BURN, netuid] == "Recycle":
        coinbase.recycle(state, netuid, withheld)
    elif withheld:
        state[ALPHA_BURNED, netuid] = state[ALPHA_BURNED, netuid] + withheld


def _pay_alpha(state: State, netuid: int, dividends: Mapping[bytes, int]) -> None:
    """Dividends of alpha: the take to the hotkey's owner, the rest to everybody staked under it."""
    recorded = {}
    for hotkey, alpha in sorted(dividends.items()):
        recorded[hotkey] = _pay_take(state, hotkey, netuid, alpha)
        if recorded[hotkey]:
            shares.grow(state, hotkey, netuid, recorded[hotkey])
        state[TOTAL_HOTKEY_ALPHA_LAST_EPOCH, hotkey, netuid] = state[TOTAL_HOTKEY_ALPHA, hotkey, netuid]
    _record(state, ALPHA_DIVIDENDS_PER_SUBNET, netuid, recorded)


def _pay_root(state: State, netuid: int, dividends: Mapping[bytes, int]) -> None:
    """Dividends of root: the take to the hotkey's owner, the rest claimable by its stakers on root."""
    recorded = {}
    for hotkey, alpha in sorted(dividends.items()):
        recorded[hotkey] = _pay_take(state, hotkey, netuid, alpha)
        _make_claimable(state, hotkey, netuid, recorded[hotkey])
    _record(state, ROOT_ALPHA_DIVIDENDS_PER_SUBNET, netuid, recorded)


def _pay_take(state: State, hotkey: bytes, netuid: int, dividends: int) -> int:
    """Whole rao left of a hotkey's dividends, which have 32 fraction bits, when its owner has taken its part."""
    taken, left = delegate_take(dividends, state[DELEGATES, hotkey])
    shares.give(state, hotkey, state[OWNER, hotkey], netuid=netuid, alpha=taken)
    return left


def _make_claimable(state: State, hotkey: bytes, netuid: int, alpha: int) -> None:
    """The rate per rao of root stake rises; dividends above the stake itself go to the owner instead."""
    total = state[TOTAL_HOTKEY_ALPHA, hotkey, subnets.ROOT]
    if alpha > total:
        shares.give(state, hotkey, state[OWNER, hotkey], netuid=netuid, alpha=alpha)
        return
    rates = dict(state[ROOT_CLAIMABLE, hotkey])
    risen = (alpha << 32) // total if total else 0
    if risen or netuid not in rates:
        rates[netuid] = rates.get(netuid, 0) + risen
        state[ROOT_CLAIMABLE, hotkey] = tuple(sorted(rates.items()))


def _record(state: State, item: Item, netuid: int, amounts: Mapping[bytes, int]) -> None:
    """The entries of this epoch in the place of the last one's."""
    for _, hotkey in state.keys(item, netuid):
        if hotkey not in amounts:
            del state[item, netuid, hotkey]
    for hotkey, amount in amounts.items():
        state[item, netuid, hotkey] = amount


__all__ = ["Earned", "distribute", "owner_keys"]
