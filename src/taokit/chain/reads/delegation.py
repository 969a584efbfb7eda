"""Delegates, and what root stake may claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.chain.decoded import Told, ask, ask_all, ask_map
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Read, RuntimeCall, Storage
from taokit.units import Balance, Rao

_API: Final = "DelegateInfoRuntimeApi"
_STAKE: Final = "StakeInfoRuntimeApi"


@dataclass(frozen=True, slots=True)
class Delegate:
    """A hotkey that others stake to (`DelegateInfo`)."""

    hotkey: str
    owner: str  # coldkey
    take: int  # the part of its dividends that it keeps; 65535 is the whole
    nominators: dict[str, dict[int, Balance]]  # by coldkey and subnet
    registrations: tuple[int, ...]  # subnets where it has a uid
    permits: tuple[int, ...]  # subnets where it may validate
    return_per_1000: Balance  # TAO a day
    total_daily_return: Balance  # TAO


def delegates() -> Read[tuple[Delegate, ...]]:
    """Every delegate, in one request."""
    return tuple(map(_delegate, (yield from ask(RuntimeCall(_API, "get_delegates")))))


def delegate(hotkey: str) -> Read[Delegate | None]:
    """One delegate, or None for a hotkey that is none."""
    told = yield from ask(RuntimeCall(_API, "get_delegate", (hotkey,)))
    return None if told.absent else _delegate(told)


def delegated(coldkey: str) -> Read[tuple[tuple[Delegate, Balance], ...]]:
    """The delegates that a coldkey stakes to, each with what it stakes; once for each subnet."""
    told = yield from ask(RuntimeCall(_API, "get_delegated", (coldkey,)))
    return tuple(_delegated(*entry.parts(2)) for entry in told)


def take(hotkey: str) -> Read[int]:
    """The part of its dividends that a delegate keeps; 65535 is the whole."""
    return (yield from ask(Storage(SUBNETS, "Delegates", (hotkey,)))).integer()


def takes() -> Read[dict[str, int]]:
    """The take of every delegate, by hotkey."""
    return {hotkey: told.integer() for hotkey, told in (yield from ask_map(SUBNETS, "Delegates"))}


def take_bounds() -> Read[tuple[int, int]]:
    """The least and the most that a delegate may keep; 65535 is the whole."""
    low, high = yield from ask_all(Storage(SUBNETS, "MinDelegateTake"), Storage(SUBNETS, "MaxDelegateTake"))
    return low.integer(), high.integer()


def root_claim_type(coldkey: str) -> Read[Any]:
    """What a coldkey wants its root dividends as: `Swap`, `Keep`, or the subnets whose alpha it keeps.

    Raises `UnknownName` on runtimes after the change to baskets.
    """
    return (yield from ask(Storage(SUBNETS, "RootClaimType", (coldkey,)))).value


def root_claims(hotkey: str, coldkey: str) -> Read[dict[int, Balance]]:
    """By subnet, the alpha that a coldkey's root stake with a hotkey may claim; subnets without any are left out.

    That is the rate times the stake, less what was claimed (`get_root_owed_for_hotkey_coldkey` of the pallet).
    Raises `UnknownName` on runtimes after the change to baskets.
    """
    told, position = yield from ask_all(
        Storage(SUBNETS, "RootClaimable", (hotkey,)),
        RuntimeCall(_STAKE, "get_stake_info_for_hotkey_coldkey_netuid", (hotkey, coldkey, 0)),
    )
    staked = 0 if position.absent else position["stake"].integer()
    rates = {netuid.integer(): rate.bits() for netuid, rate in told.pairs()}
    claimed = yield from ask_all(*(Storage(SUBNETS, "RootClaimed", (netuid, hotkey, coldkey)) for netuid in rates))
    owed = {
        netuid: (bits * staked >> 32) - before.integer()
        for (netuid, bits), before in zip(rates.items(), claimed, strict=True)
    }
    return {netuid: Rao(rao, netuid) for netuid, rao in sorted(owed.items()) if rao > 0}


def _delegate(told: Told) -> Delegate:
    nominators = {}
    for entry in told["nominators"]:
        coldkey, stakes = entry.parts(2)
        nominators[coldkey.address()] = dict(_stake(*one.parts(2)) for one in stakes)
    return Delegate(
        hotkey=told["delegate_ss58"].address(),
        owner=told["owner_ss58"].address(),
        take=told["take"].integer(),
        nominators=nominators,
        registrations=tuple(one.integer() for one in told["registrations"]),
        permits=tuple(one.integer() for one in told["validator_permits"]),
        return_per_1000=Rao(told["return_per_1000"].integer()),
        total_daily_return=Rao(told["total_daily_return"].integer()),
    )


def _stake(netuid: Told, amount: Told) -> tuple[int, Balance]:
    return netuid.integer(), Rao(amount.integer(), netuid.integer())


def _delegated(told: Told, staked: Told) -> tuple[Delegate, Balance]:
    return _delegate(told), _stake(*staked.parts(2))[1]


__all__ = [
    "Delegate",
    "delegate",
    "delegated",
    "delegates",
    "root_claim_type",
    "root_claims",
    "take",
    "take_bounds",
    "takes",
]
