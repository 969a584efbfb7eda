"""Weights under seal: hash commits and their reveals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from taokit.consensus.commit import (
    Commit,
    Queue,
    after_batch_reveal,
    after_reveal,
    commit_hash,
    refuse_commit,
    refuse_reveal,
    without_expired,
)
from taokit.devnet.runtime.refusal import ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, subnets, weights
from taokit.devnet.runtime.subtensor.storage import (
    COMMIT_REVEAL_WEIGHTS_ENABLED,
    REVEAL_PERIOD_EPOCHS,
    WEIGHT_COMMITS,
)


def queue_of(state: Reading, index: int, hotkey: bytes) -> Queue:
    """The stored hash commits of a hotkey, oldest first, expired ones included."""
    return tuple(
        Commit(bytes(hash), epoch, block) for hash, epoch, block, _ in state[WEIGHT_COMMITS, index, hotkey] or ()
    )


def _store(state: State, index: int, hotkey: bytes, queue: Queue) -> None:
    if queue:
        state[WEIGHT_COMMITS, index, hotkey] = tuple((commit.hash, commit.epoch, commit.block, 0) for commit in queue)
    else:
        del state[WEIGHT_COMMITS, index, hotkey]


def reveal_refusal(state: Reading, hotkey: bytes, hash: bytes, *, netuid: int, mechanism: int = 0) -> str | None:
    """The error that a signed reveal of this hash meets before anything else, or None."""
    queue = queue_of(state, neurons.index_of(netuid, mechanism), hotkey)
    period = state[REVEAL_PERIOD_EPOCHS, netuid]
    return refuse_reveal(queue, hash, epoch=subnets.current_epoch(state, netuid), reveal_period=period)


def hash_of(
    hotkey: bytes,
    index: int,
    uids: Sequence[int],
    values: Sequence[int],
    salt: Sequence[int],
    version_key: int,
) -> bytes:
    """The hash that a reveal of these weights answers."""
    return commit_hash(
        hotkey,
        index,
        uids=[int(uid) for uid in uids],
        values=[int(value) for value in values],
        salt=[int(grain) for grain in salt],
        version_key=int(version_key),
    )


def commit_weights(state: State, origin: bytes | None, *, netuid: int, commit_hash: bytes) -> None:
    """A sealed row for mechanism 0."""
    commit_mechanism_weights(state, origin, netuid=netuid, mecid=0, commit_hash=commit_hash)


def commit_mechanism_weights(
    state: State, origin: bytes | None, *, netuid: int, mecid: int, commit_hash: bytes
) -> None:
    """A sealed row for one mechanism; it counts as an update of the weights (`internal_commit_weights`)."""
    ensure(weights.mechanism_exists(state, netuid, mecid), "MechanismDoesNotExist")
    hotkey = signed(origin)
    ensure(state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "CommitRevealDisabled")
    uid = neurons.uid_of(state, netuid, hotkey)
    if uid is None:
        raise refuse("HotKeyNotRegisteredInSubNet")
    ensure(not weights.too_fast(state, netuid, mecid, uid=uid), "CommittingWeightsTooFast")
    index = neurons.index_of(netuid, mecid)
    queue, epoch = queue_of(state, index, hotkey), subnets.current_epoch(state, netuid)
    period = state[REVEAL_PERIOD_EPOCHS, netuid]
    name = refuse_commit(queue, epoch, reveal_period=period)
    if name:
        raise refuse(name)
    live = without_expired(queue, epoch, reveal_period=period)
    _store(state, index, hotkey, (*live, Commit(bytes(commit_hash), epoch, state.number)))
    state.deposit("SubtensorModule", "WeightsCommitted", hotkey, index, bytes(commit_hash))
    neurons.touch(state, index, uid)


def batch_commit_weights(
    state: State, origin: bytes | None, *, netuids: Sequence[int], commit_hashes: Sequence[bytes]
) -> None:
    """Sealed rows for several subnets; an item that fails leaves an event and no more."""
    hotkey = signed(origin)
    ensure(len(netuids) == len(commit_hashes), "InputLengthsUnequal")

    def item(number: int) -> None:
        commit_weights(state, hotkey, netuid=int(netuids[number]), commit_hash=commit_hashes[number])

    weights.each_item(state, hotkey, netuids, item)


def reveal_weights(
    state: State,
    origin: bytes | None,
    *,
    netuid: int,
    uids: Sequence[int],
    values: Sequence[int],
    salt: Sequence[int],
    version_key: int,
) -> None:
    """The row behind a commit of mechanism 0."""
    reveal_mechanism_weights(
        state, origin, netuid=netuid, mecid=0, uids=uids, values=values, salt=salt, version_key=version_key
    )


def reveal_mechanism_weights(
    state: State,
    origin: bytes | None,
    *,
    netuid: int,
    mecid: int,
    uids: Sequence[int],
    values: Sequence[int],
    salt: Sequence[int],
    version_key: int,
) -> None:
    """The row behind a commit: that commit and all before it are spent (`internal_reveal_weights`)."""
    hotkey = signed(origin)
    ensure(state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "CommitRevealDisabled")
    index = neurons.index_of(netuid, mecid)
    hash = hash_of(hotkey, index, uids, values, salt, version_key)
    queue, epoch = queue_of(state, index, hotkey), subnets.current_epoch(state, netuid)
    period = state[REVEAL_PERIOD_EPOCHS, netuid]
    _check_reveal(queue, hash, epoch=epoch, period=period)
    _store(state, index, hotkey, after_reveal(queue, hash, epoch=epoch, reveal_period=period))
    weights.store(state, hotkey, weights.submitted(netuid, uids, values, version_key=version_key, mechanism=mecid))
    state.deposit("SubtensorModule", "WeightsRevealed", hotkey, index, hash)


def _check_reveal(queue: Queue, hash: bytes, *, epoch: int, period: int) -> None:
    """Raise what the call itself says of a reveal. Signed calls meet the guard first, which leaves little to say."""
    live = without_expired(queue, epoch, reveal_period=period)
    found = next((commit for commit in live if commit.hash == hash), None)
    if found is None:
        expired = any(commit.hash == hash for commit in queue)
        missing = "InvalidRevealCommitHashNotMatch" if live else "NoWeightsCommitFound"
        raise refuse("ExpiredWeightCommit" if expired else missing)
    ensure(found.revealable(epoch, reveal_period=period), "RevealTooEarly")


def batch_reveal_weights(
    state: State,
    origin: bytes | None,
    *,
    netuid: int,
    uids_list: Sequence[Sequence[int]],
    values_list: Sequence[Sequence[int]],
    salts_list: Sequence[Sequence[int]],
    version_keys: Sequence[int],
) -> None:
    """The rows behind several commits of mechanism 0, in the given order; all or none (`do_batch_reveal_weights`)."""
    lists = (uids_list, values_list, salts_list, version_keys)
    ensure(len({len(entries) for entries in lists}) == 1, "InputLengthsUnequal")
    hotkey = signed(origin)
    ensure(state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "CommitRevealDisabled")
    rows = list(zip(*lists, strict=True))
    hashes = [hash_of(hotkey, netuid, *row) for row in rows]
    queue, epoch = queue_of(state, netuid, hotkey), subnets.current_epoch(state, netuid)
    ensure(bool(queue), "NoWeightsCommitFound")
    period = state[REVEAL_PERIOD_EPOCHS, netuid]
    for hash in hashes:
        _check_reveal(queue, hash, epoch=epoch, period=period)
    committed = Counter(commit.hash for commit in without_expired(queue, epoch, reveal_period=period))
    ensure(Counter(hashes) <= committed, "InvalidRevealCommitHashNotMatch")
    _store(state, netuid, hotkey, after_batch_reveal(queue, hashes, epoch=epoch, reveal_period=period))
    for uids, values, _, version_key in rows:
        weights.store(state, hotkey, weights.submitted(netuid, uids, values, version_key=int(version_key)))
    state.deposit("SubtensorModule", "WeightsBatchRevealed", hotkey, netuid, tuple(hashes))


HANDLERS: Final[dict[str, Any]] = {
    "batch_commit_weights": batch_commit_weights,
    "batch_reveal_weights": batch_reveal_weights,
    "commit_mechanism_weights": commit_mechanism_weights,
    "commit_weights": commit_weights,
    "reveal_mechanism_weights": reveal_mechanism_weights,
    "reveal_weights": reveal_weights,
}

__all__ = ["HANDLERS", "commit_weights", "hash_of", "queue_of", "reveal_refusal", "reveal_weights"]
