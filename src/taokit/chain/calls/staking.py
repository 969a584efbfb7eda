"""Stake, and how hotkeys share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taokit.chain.calls.base import Call, ints, subtensor
from taokit.units import Amount, Price, rao_of


def add_stake(hotkey: str, netuid: int, tao: Amount) -> Call:
    """Buy the subnet's alpha for TAO and stake it to a hotkey; on netuid 0 the TAO itself is staked."""
    return subtensor("add_stake", hotkey=hotkey, netuid=netuid, amount_staked=rao_of(tao))


def add_stake_limit(hotkey: str, netuid: int, tao: Amount, *, limit: Price | int, partial: bool = False) -> Call:
    """`add_stake` while one alpha costs at most `limit` (as an integer: rao of TAO); with `partial` as much as fits."""
    return subtensor(
        "add_stake_limit",
        hotkey=hotkey,
        netuid=netuid,
        amount_staked=rao_of(tao),
        limit_price=_limit(limit, netuid),
        allow_partial=partial,
    )


def remove_stake(hotkey: str, netuid: int, alpha: Amount) -> Call:
    """Sell alpha of the subnet that is staked to a hotkey; on netuid 0 it is TAO."""
    return subtensor("remove_stake", hotkey=hotkey, netuid=netuid, amount_unstaked=rao_of(alpha, netuid))


def remove_stake_limit(hotkey: str, netuid: int, alpha: Amount, *, limit: Price | int, partial: bool = False) -> Call:
    """`remove_stake` while one alpha brings at least `limit` (as an integer: rao of TAO); with `partial` what fits."""
    return subtensor(
        "remove_stake_limit",
        hotkey=hotkey,
        netuid=netuid,
        amount_unstaked=rao_of(alpha, netuid),
        limit_price=_limit(limit, netuid),
        allow_partial=partial,
    )


def remove_stake_full_limit(hotkey: str, netuid: int, *, limit: Price | int | None = None) -> Call:
    """Sell everything staked to a hotkey on a subnet, while one alpha brings at least `limit`."""
    price = None if limit is None else _limit(limit, netuid)
    return subtensor("remove_stake_full_limit", hotkey=hotkey, netuid=netuid, limit_price=price)


def unstake_all(hotkey: str) -> Call:
    """Sell everything that the signing coldkey has staked to a hotkey, on every subnet."""
    return subtensor("unstake_all", hotkey=hotkey)


def unstake_all_alpha(hotkey: str) -> Call:
    """`unstake_all`, with the TAO staked to the same hotkey on root."""
    return subtensor("unstake_all_alpha", hotkey=hotkey)


def move_stake(hotkey: str, to_hotkey: str, netuid: int, to_netuid: int, *, alpha: Amount) -> Call:
    """Move alpha of `netuid` to another hotkey, to another subnet, or both. Another subnet means a trade."""
    keys = {"origin_hotkey": hotkey, "destination_hotkey": to_hotkey}
    return subtensor("move_stake", **keys, **_moved(netuid, to_netuid, alpha))


def transfer_stake(to_coldkey: str, hotkey: str, netuid: int, to_netuid: int, *, alpha: Amount) -> Call:
    """Give alpha of `netuid` that is staked to a hotkey to another coldkey, staked to the same hotkey."""
    keys = {"destination_coldkey": to_coldkey, "hotkey": hotkey}
    return subtensor("transfer_stake", **keys, **_moved(netuid, to_netuid, alpha))


def swap_stake(hotkey: str, netuid: int, to_netuid: int, *, alpha: Amount) -> Call:
    """Trade alpha of `netuid` for another subnet's, staked to the same hotkey."""
    return subtensor("swap_stake", hotkey=hotkey, **_moved(netuid, to_netuid, alpha))


def swap_stake_limit(
    hotkey: str, netuid: int, to_netuid: int, *, alpha: Amount, limit: int, partial: bool = False
) -> Call:
    """`swap_stake` at a limit: the price of the alpha given over that of the alpha got, in 10**9ths."""
    moved = _moved(netuid, to_netuid, alpha)
    return subtensor("swap_stake_limit", hotkey=hotkey, **moved, limit_price=limit, allow_partial=partial)


def set_children(hotkey: str, netuid: int, children: Mapping[str, int]) -> Call:
    """Let parts of a hotkey's stake count for others: up to five hotkeys, each with its part of 2**64 - 1.

    They take effect at an epoch, some 7200 blocks from now; an empty mapping ends it. Signed by the coldkey.
    """
    parts = [(int(part), child) for child, part in children.items()]
    return subtensor("set_children", hotkey=hotkey, netuid=netuid, children=parts)


def set_childkey_take(hotkey: str, netuid: int, take: int) -> Call:
    """Set the part of its parents' dividends that a hotkey keeps; 65535 is the whole. Signed by the coldkey."""
    return subtensor("set_childkey_take", hotkey=hotkey, netuid=netuid, take=take)


def increase_take(hotkey: str, take: int) -> Call:
    """Raise the part of its dividends that a delegate keeps; 65535 is the whole. Signed by the coldkey. Free."""
    return subtensor("increase_take", hotkey=hotkey, take=take)


def decrease_take(hotkey: str, take: int) -> Call:
    """Lower the part of its dividends that a delegate keeps; 65535 is the whole. Signed by the coldkey. Free."""
    return subtensor("decrease_take", hotkey=hotkey, take=take)


def set_coldkey_auto_stake_hotkey(netuid: int, hotkey: str) -> Call:
    """Have what the signing coldkey's miners earn on a subnet staked to this hotkey."""
    return subtensor("set_coldkey_auto_stake_hotkey", netuid=netuid, hotkey=hotkey)


def claim_root(subnets: Iterable[int]) -> Call:
    """Claim what root stake has earned on up to five subnets. Signed by the coldkey."""
    return subtensor("claim_root", subnets=ints(sorted(set(subnets))))


def _limit(limit: Price | int, netuid: int) -> int:
    if not isinstance(limit, Price):
        return int(limit)
    if limit.netuid != netuid:
        raise TypeError(f"a trade on subnet {netuid} takes no price of subnet {limit.netuid}")
    return limit.rao


def _moved(netuid: int, to_netuid: int, alpha: Amount) -> dict[str, Any]:
    """What every call that moves stake names besides keys."""
    return {"origin_netuid": netuid, "destination_netuid": to_netuid, "alpha_amount": rao_of(alpha, netuid)}


__all__ = [
    "add_stake",
    "add_stake_limit",
    "claim_root",
    "decrease_take",
    "increase_take",
    "move_stake",
    "remove_stake",
    "remove_stake_full_limit",
    "remove_stake_limit",
    "set_childkey_take",
    "set_children",
    "set_coldkey_auto_stake_hotkey",
    "swap_stake",
    "swap_stake_limit",
    "transfer_stake",
    "unstake_all",
    "unstake_all_alpha",
]
