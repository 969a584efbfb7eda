"""Who makes room when a full subnet gets one neuron more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

MIN_NON_IMMUNE_UIDS = 10
"""With no more non-immune uids than this, an immune one goes."""


def protected_uids(owner_uid: int | None, owned: Mapping[int, int], *, limit: int = 1) -> frozenset[int]:
    """The owner's uids that are never pruned: the owner hotkey's first, then the oldest registrations.

    `owned` maps each uid of the owner coldkey to its block of registration; `limit` is 1 to 10.
    """
    oldest = sorted(owned, key=lambda uid: (uid != owner_uid, owned[uid], uid))
    first = [owner_uid] if owner_uid is not None and owner_uid not in owned else []
    return frozenset([*first, *oldest][:limit])


def uid_to_prune(
    emission: Sequence[int],
    block_at_registration: Sequence[int],
    *,
    block: int,
    immunity_period: int,
    protected: Collection[int] = (),
    min_non_immune: int = MIN_NON_IMMUNE_UIDS,
) -> int | None:
    """The uid to replace: the smallest (emission, registration, uid), or None when nobody may go.

    Immune uids, registered less than `immunity_period` blocks ago, are taken only while no more than `min_non_immune`
    others could go (`get_neuron_to_prune`).
    """
    uids = [uid for uid in range(len(emission)) if uid not in protected]
    immune = [uid for uid in uids if block - block_at_registration[uid] < immunity_period]
    others = sorted(set(uids) - set(immune))
    candidates = others if len(others) > min_non_immune else immune
    return min(candidates, key=lambda uid: (emission[uid], block_at_registration[uid], uid), default=None)


__all__ = ["MIN_NON_IMMUNE_UIDS", "protected_uids", "uid_to_prune"]
