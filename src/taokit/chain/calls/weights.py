"""Weights: set in the open, committed to, revealed."""

from __future__ import annotations

from collections.abc import Sequence

from taokit.chain.calls.base import Call, ints, subtensor


def set_weights(netuid: int, uids: Sequence[int], weights: Sequence[int], *, version_key: int = 0) -> Call:
    """Report on miners, where commit-reveal is off. `weights` are 0 to 65535 each, the largest 65535. Free."""
    return subtensor("set_weights", netuid=netuid, dests=ints(uids), weights=ints(weights), version_key=version_key)


def set_mechanism_weights(
    netuid: int, mechanism: int, uids: Sequence[int], weights: Sequence[int], *, version_key: int = 0
) -> Call:
    """`set_weights` for one mechanism of the subnet."""
    return subtensor(
        "set_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        dests=ints(uids),
        weights=ints(weights),
        version_key=version_key,
    )


def commit_weights(netuid: int, commit_hash: bytes) -> Call:
    """Commit to weights by their hash (32 bytes), to be revealed in a later epoch. Free."""
    return subtensor("commit_weights", netuid=netuid, commit_hash=commit_hash)


def commit_mechanism_weights(netuid: int, mechanism: int, commit_hash: bytes) -> Call:
    """`commit_weights` for one mechanism of the subnet."""
    return subtensor("commit_mechanism_weights", netuid=netuid, mecid=mechanism, commit_hash=commit_hash)


def commit_timelocked_weights(netuid: int, commit: bytes, *, reveal_round: int, version: int = 4) -> Call:
    """Commit to weights that open by themselves when a round of the beacon is out. At most 5000 bytes. Free."""
    return subtensor(
        "commit_timelocked_weights",
        netuid=netuid,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=version,
    )


def commit_timelocked_mechanism_weights(
    netuid: int, mechanism: int, commit: bytes, *, reveal_round: int, version: int = 4
) -> Call:
    """`commit_timelocked_weights` for one mechanism of the subnet."""
    return subtensor(
        "commit_timelocked_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=version,
    )


def reveal_weights(
    netuid: int, uids: Sequence[int], weights: Sequence[int], *, salt: Sequence[int], version_key: int = 0
) -> Call:
    """Show what a commit stands for, in exactly the epoch that its reveal falls in. `salt` are 16-bit words. Free."""
    return subtensor(
        "reveal_weights",
        netuid=netuid,
        uids=ints(uids),
        values=ints(weights),
        salt=ints(salt),
        version_key=version_key,
    )


def reveal_mechanism_weights(
    netuid: int, mechanism: int, uids: Sequence[int], weights: Sequence[int], *, salt: Sequence[int], version_key: int
) -> Call:
    """`reveal_weights` for one mechanism of the subnet."""
    return subtensor(
        "reveal_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        uids=ints(uids),
        values=ints(weights),
        salt=ints(salt),
        version_key=version_key,
    )


def batch_set_weights(
    netuids: Sequence[int], rows: Sequence[Sequence[tuple[int, int]]], *, version_keys: Sequence[int]
) -> Call:
    """`set_weights` on several subnets, each with pairs of (uid, weight).

    One that fails is an event, `BatchWeightItemFailed`, and the rest stand. Free.
    """
    pairs = [[(int(uid), int(value)) for uid, value in row] for row in rows]
    return subtensor("batch_set_weights", netuids=ints(netuids), weights=pairs, version_keys=ints(version_keys))


def batch_commit_weights(netuids: Sequence[int], commit_hashes: Sequence[bytes]) -> Call:
    """`commit_weights` on several subnets. One that fails is an event, and the rest stand. Free."""
    return subtensor("batch_commit_weights", netuids=ints(netuids), commit_hashes=list(commit_hashes))


def batch_reveal_weights(
    netuid: int,
    uids_list: Sequence[Sequence[int]],
    values_list: Sequence[Sequence[int]],
    *,
    salts: Sequence[Sequence[int]],
    version_keys: Sequence[int],
) -> Call:
    """`reveal_weights` for several commits on one subnet, in this order; where one fails, none is revealed. Free."""
    return subtensor(
        "batch_reveal_weights",
        netuid=netuid,
        uids_list=[*map(ints, uids_list)],
        values_list=[*map(ints, values_list)],
        salts_list=[*map(ints, salts)],
        version_keys=ints(version_keys),
    )


__all__ = [
    "batch_commit_weights",
    "batch_reveal_weights",
    "batch_set_weights",
    "commit_mechanism_weights",
    "commit_timelocked_mechanism_weights",
    "commit_timelocked_weights",
    "commit_weights",
    "reveal_mechanism_weights",
    "reveal_weights",
    "set_mechanism_weights",
    "set_weights",
]
