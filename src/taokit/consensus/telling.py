"""Explanations as sentences and as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import singledispatch
from typing import Any, Final

from taokit.consensus.reasons import (
    Burning,
    IncentiveExplained,
    Rating,
    TrustExplained,
    WeightsExplained,
    WhatIf,
)

SEEN: Final = 0.00005
"""The smallest difference that two decimals of a percentage show."""

NAMED: Final = 3
"""Miners and validators that a sentence names; the table has them all."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their headings."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@singledispatch
def sentences(explained: object) -> list[str]:
    """An explanation in words, the answer first. Raises `TypeError` for anything that explains nothing."""
    raise TypeError(f"{type(explained).__name__} explains nothing")


@singledispatch
def table(explained: object) -> Table:
    """An explanation's parts, one a row. Raises `TypeError` for anything that explains nothing."""
    raise TypeError(f"{type(explained).__name__} explains nothing")


def figures(explained: Any) -> Any:
    """An explanation's numbers as mappings and lists, the derived ones among them."""
    if isinstance(explained, tuple):
        return [figures(one) for one in explained]
    if not is_dataclass(explained):
        return explained
    derived = [name for name, member in vars(type(explained)).items() if isinstance(member, property)]
    names = [*(field.name for field in fields(explained)), *derived]
    return {name: figures(getattr(explained, name)) for name in names}


def percent(part: float) -> str:
    """A share as a percentage."""
    return f"{part:.2%}"


@sentences.register
def _(explained: WeightsExplained) -> list[str]:
    counted = [entry for entry in explained.entries if entry.dropped is None]
    told = [f"the weights of uid {explained.uid}, last reported at block {explained.last_update}: "]
    told[0] += f"{len(counted)} of {len(explained.entries)} entries count at block {explained.block}"
    told += _standing(explained.uid, explained, bool(explained.entries))
    told += [_dropped(explained, reason) for reason in dict.fromkeys(e.dropped for e in explained.entries) if reason]
    told.append(
        f"they keep {percent(explained.earned.trust)} after clipping and earn "
        f"{percent(explained.earned.dividends)} of all dividends"
    )
    if explained.as_consensus is not None:
        told.append(f"with consensus itself as its weights {_gain(explained.as_consensus)}")
    return told


def _dropped(explained: WeightsExplained, reason: str) -> str:
    uids = [entry.uid for entry in explained.entries if entry.dropped == reason]
    return f"left out, {reason}: uid {_listed(list(map(str, uids)))}"


def _standing(uid: int, explained: WeightsExplained | TrustExplained, reported: bool) -> list[str]:
    """Why a validator counts for nothing, where it does."""
    if not explained.permit:
        return [f"uid {uid} held no validator permit, so nothing it reports counts"]
    if not explained.active:
        return [f"uid {uid} is not active: its last report is older than the activity cutoff"]
    if not explained.stake:
        return [f"uid {uid} has no stake that votes"]
    return [] if reported else [f"uid {uid} has reported no weights"]


def _gain(found: WhatIf) -> str:
    gained = "the same" if abs(found.gain) < SEEN else f"{abs(found.gain):.2%} {'more' if found.gain > 0 else 'less'}"
    return f"it would earn {percent(found.then.dividends)} of all dividends, {gained}"


@sentences.register
def _(explained: WhatIf) -> list[str]:
    now, then = percent(explained.now.trust), percent(explained.then.trust)
    return [
        f"with these weights uid {explained.uid} keeps {then} after clipping; now it keeps {now}",
        _gain(explained),
        f"in rao of this epoch: {explained.then.emission} instead of {explained.now.emission}",
    ]


@sentences.register
def _(explained: TrustExplained) -> list[str]:
    told = [f"uid {explained.uid} has a trust of {percent(explained.trust)} at block {explained.block}: "]
    told[0] += f"{percent(explained.cut)} of its weight lies above consensus and was clipped"
    told += _standing(explained.uid, explained, any(rating.weight for rating in explained.ratings))
    for verdict, apart in _APART.items():
        rated = sorted(
            (one for one in explained.ratings if one.verdict == verdict and apart(one) >= SEEN), key=apart, reverse=True
        )
        if rated:
            told.append(f"it {verdict}-rates {_listed([f'uid {one.uid} by {percent(apart(one))}' for one in rated])}")
    if not explained.trust and not explained.cut:
        return told
    told.append(
        f"clipping cost it {percent(explained.cost)} of all dividends in this epoch: it earns "
        f"{percent(explained.dividends)}, and {percent(explained.dividends_uncut)} had its bonds been bought uncut"
    )
    return told


_APART: Final[dict[str, Callable[[Rating], float]]] = {
    "over": lambda rating: rating.cut,
    "under": lambda rating: rating.consensus - rating.weight,
}


@sentences.register
def _(explained: IncentiveExplained) -> list[str]:
    told = [f"uid {explained.uid} has {percent(explained.incentive)} of all incentive at block {explained.block}"]
    if explained.consensus:
        told.append(
            f"{percent(explained.backing)} of the voting stake gives it {percent(explained.consensus)} of its weight "
            f"or more; {percent(explained.needed)} must stand behind a report, so no more than that counts"
        )
    else:
        told.append(
            f"only {percent(explained.backing)} of the voting stake gives it anything; "
            f"{percent(explained.needed)} must stand behind a report, so nothing counts"
        )
    parts = [f"uid {one.uid} ({percent(one.part)})" for one in explained.supports if one.part]
    if parts:
        told.append(f"its incentive comes from {_listed(parts)}")
    told.append(f"without clipping it would have {percent(explained.incentive_uncut)}")
    if explained.owner and explained.emission:
        told.append("it is the owner's uid: what it earns is burned or recycled and lowers the subnet's share of TAO")
    return told


@sentences.register
def _(explained: Burning) -> list[str]:
    now, burned = percent(explained.share), percent(explained.burned)
    return [
        f"subnet {explained.netuid} gets {now} of a block's TAO while {burned} of its miners' emission is burned",
        f"with {percent(explained.would_burn)} burned it would get {percent(explained.would_share)}",
    ]


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


@table.register
def _(explained: WeightsExplained) -> Table:
    rows = [(str(one.uid), str(one.stored), percent(one.share), one.dropped or "counts") for one in explained.entries]
    return Table(("uid", "stored", "share", "what became of it"), tuple(rows))


@table.register
def _(explained: WhatIf) -> Table:
    rows = [
        ("trust", percent(explained.now.trust), percent(explained.then.trust)),
        ("dividends", percent(explained.now.dividends), percent(explained.then.dividends)),
        ("emission, rao", str(explained.now.emission), str(explained.then.emission)),
    ]
    return Table(("", "now", "then"), tuple(rows))


@table.register
def _(explained: TrustExplained) -> Table:
    rows = [
        (str(one.uid), percent(one.weight), percent(one.consensus), percent(one.cut), one.verdict)
        for one in explained.ratings
    ]
    return Table(("miner", "weight", "consensus", "clipped", "rating"), tuple(rows))


@table.register
def _(explained: IncentiveExplained) -> Table:
    rows = [
        (str(one.uid), percent(one.stake), percent(one.weight), percent(one.counted), percent(one.part))
        for one in explained.supports
    ]
    return Table(("validator", "stake", "weight", "counted", "part of the rank"), tuple(rows))


@table.register
def _(explained: Burning) -> Table:
    rows = [
        ("burned", percent(explained.burned), percent(explained.would_burn)),
        ("share of TAO", percent(explained.share), percent(explained.would_share)),
    ]
    return Table(("", "now", "then"), tuple(rows))


__all__ = ["Table", "figures", "percent", "sentences", "table"]
