"""Stake: what is inherited, what counts, whose is enough, and who gets a permit. On the host, in Python integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Bool

from taokit.consensus.scalar import u64_ratio

LARGEST = (1 << 127) - 1
"""The largest number of the chain's I64F64, as bits; amounts above 2**63 - 1 rao saturate to it."""


def inherited(own: int, *, to_children: Iterable[int] = (), from_parents: Iterable[tuple[int, int]] = ()) -> int:
    """A hotkey's stake after what it lends its children and gets from its parents, in rao of either currency.

    Proportions are of 2**64 - 1; `from_parents` holds (stake of the parent, proportion).
    """
    lent = sum(own * u64_ratio(proportion) for proportion in to_children)
    borrowed = sum(stake * u64_ratio(proportion) for stake, proportion in from_parents)
    return (max(0, (own << 32) - lent) + borrowed) >> 32


def totals(alpha: Sequence[int], tao: Sequence[int], *, tao_weight: int) -> list[int]:
    """Alpha plus weighted TAO of each uid, with 64 fraction bits (`get_stake_weights_for_network`)."""
    weight = u64_ratio(tao_weight)
    return [
        min(LARGEST, min(LARGEST, own << 64) + (min(LARGEST, root << 64) * weight >> 32))
        for own, root in zip(alpha, tao, strict=True)
    ]


def shares(totals: Sequence[int], *, threshold: int, owner_uid: int | None) -> list[int]:
    """Each uid's part of all stake, 32 fraction bits; stake below the threshold counts as none, the owner's always."""
    kept = [total if uid == owner_uid or total >> 64 >= threshold else 0 for uid, total in enumerate(totals)]
    whole = sum(kept)
    return [(stake << 32) // whole for stake in kept] if whole else kept


def permits(shares: Sequence[int], *, most: int, owner_uid: int | None) -> Bool[np.ndarray, " uids"]:
    """Who may validate from the next epoch on: the `most` largest stakes, and the owner.

    Among equal stakes the higher uid goes first.
    """
    stake = np.asarray(shares, dtype=np.int64)
    chosen = np.zeros(len(stake), dtype=bool)
    chosen[np.argsort(stake, kind="stable")[max(0, len(stake) - most) :]] = True
    chosen &= stake > 0
    if owner_uid is not None:
        chosen[owner_uid] = True
    return chosen


__all__ = ["inherited", "permits", "shares", "totals"]
