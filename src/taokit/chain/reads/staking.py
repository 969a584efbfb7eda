"""Stake, and how hotkeys share it: children and parents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.chain.decoded import Told, ask
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Read, RuntimeCall, Storage
from taokit.units import Balance, Rao

WHOLE: Final = (1 << 64) - 1
"""The proportion of a child or parent that is everything."""

_API: Final = "StakeInfoRuntimeApi"


@dataclass(frozen=True, slots=True)
class Position:
    """What one coldkey has staked to one hotkey on one subnet; on netuid 0 it is TAO."""

    hotkey: str
    coldkey: str
    netuid: int
    stake: Balance
    emission: Balance  # alpha that the hotkey was paid at the last epoch
    registered: bool  # whether the hotkey has a uid there


@dataclass(frozen=True, slots=True)
class Available:
    """All that a coldkey has staked on one subnet, and what of it can be moved."""

    total: Balance
    locked: Balance
    available: Balance


@dataclass(frozen=True, slots=True)
class Kin:
    """A child or a parent of a hotkey, and the part of the parent's stake that counts for the child."""

    hotkey: str
    proportion: int  # `WHOLE` is all of it

    @property
    def share(self) -> float:
        """The part, 0 to 1."""
        return self.proportion / WHOLE


@dataclass(frozen=True, slots=True)
class PendingChildren:
    """Children that are to take the place of a hotkey's present ones."""

    children: tuple[Kin, ...]
    block: int  # they do at the first epoch after it


def stake_threshold() -> Read[int]:
    """The stake weight, in rao, below which a hotkey can set no weights and does not count in consensus."""
    return (yield from ask(Storage(SUBNETS, "StakeThreshold"))).integer()


def tao_weight() -> Read[int]:
    """How much a root TAO counts against alpha in stake weight: `WHOLE` is as much."""
    return (yield from ask(Storage(SUBNETS, "TaoWeight"))).integer()


def stake(hotkey: str, coldkey: str, netuid: int) -> Read[Balance]:
    """What a coldkey has staked to a hotkey on a subnet."""
    request = RuntimeCall(_API, "get_stake_info_for_hotkey_coldkey_netuid", (hotkey, coldkey, netuid))
    told = yield from ask(request)
    return Rao(0, netuid) if told.absent else _position(told).stake


def stakes(coldkey: str) -> Read[tuple[Position, ...]]:
    """Everything that a coldkey has staked, in one request."""
    return tuple(map(_position, (yield from ask(RuntimeCall(_API, "get_stake_info_for_coldkey", (coldkey,))))))


def stake_available(coldkey: str) -> Read[dict[int, Available]]:
    """By subnet, what a coldkey has staked there and what of it is not locked."""
    told = yield from ask(RuntimeCall(_API, "get_stake_availability_for_coldkeys", ([coldkey], None)))
    found: dict[int, Available] = {}
    for _, held in told.pairs():
        for netuid, amounts in held.pairs():
            found[netuid.integer()] = _available(amounts, netuid.integer())
    return found


def hotkey_stake(hotkey: str, netuid: int) -> Read[Balance]:
    """Everything staked to a hotkey on a subnet, by whomever; children and parents are not counted in."""
    return Rao((yield from ask(Storage(SUBNETS, "TotalHotkeyAlpha", (hotkey, netuid)))).integer(), netuid)


def children(hotkey: str, netuid: int) -> Read[tuple[Kin, ...]]:
    """The hotkeys that a hotkey's stake counts for in part."""
    return _kin((yield from ask(Storage(SUBNETS, "ChildKeys", (hotkey, netuid)))))


def parents(hotkey: str, netuid: int) -> Read[tuple[Kin, ...]]:
    """The hotkeys whose stake counts in part for a hotkey."""
    return _kin((yield from ask(Storage(SUBNETS, "ParentKeys", (hotkey, netuid)))))


def pending_children(hotkey: str, netuid: int) -> Read[PendingChildren | None]:
    """The children that a hotkey is to have, or None while no change is under way."""
    named, block = (yield from ask(Storage(SUBNETS, "PendingChildKeys", (netuid, hotkey)))).parts(2)
    return PendingChildren(_kin(named), block.integer()) if block.integer() else None


def childkey_take(hotkey: str, netuid: int) -> Read[int]:
    """The part of its parents' dividends that a hotkey keeps; 65535 is the whole."""
    return (yield from ask(Storage(SUBNETS, "ChildkeyTake", (hotkey, netuid)))).integer()


def _position(told: Told) -> Position:
    netuid = told["netuid"].integer()
    return Position(
        told["hotkey"].address(),
        told["coldkey"].address(),
        netuid,
        stake=Rao(told["stake"].integer(), netuid),
        emission=Rao(told["emission"].integer(), netuid),
        registered=told["is_registered"].flag(),
    )


def _available(told: Told, netuid: int) -> Available:
    return Available(*(Rao(told[part].integer(), netuid) for part in ("total", "locked", "available")))


def _kin(told: Told) -> tuple[Kin, ...]:
    pairs = (entry.parts(2) for entry in told)
    return tuple(Kin(hotkey.address(), proportion.integer()) for proportion, hotkey in pairs)


__all__ = [
    "WHOLE",
    "Available",
    "Kin",
    "PendingChildren",
    "Position",
    "childkey_take",
    "children",
    "hotkey_stake",
    "parents",
    "pending_children",
    "stake",
    "stake_available",
    "stake_threshold",
    "stakes",
    "tao_weight",
]
