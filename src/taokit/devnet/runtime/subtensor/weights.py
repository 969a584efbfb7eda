"""Weights set in the open, and the checks that every row passes, revealed ones too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from taokit.consensus.weights import Submission, Submitter, refusal, stored
from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.spec425 import native_error
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, stakeweight, subnets
from taokit.devnet.runtime.subtensor.storage import (
    COMMIT_REVEAL_WEIGHTS_ENABLED,
    LAST_UPDATE,
    MAX_WEIGHTS_LIMIT,
    MECHANISM_COUNT_CURRENT,
    MIN_ALLOWED_WEIGHTS,
    STAKE_THRESHOLD,
    SUBNETWORK_N,
    VALIDATOR_PERMIT,
    WEIGHTS,
    WEIGHTS_SET_RATE_LIMIT,
    WEIGHTS_VERSION_KEY,
)


def mechanism_exists(state: Reading, netuid: int, mechanism: int) -> bool:
    """Whether the subnet exists and has this mechanism."""
    return subnets.exists(state, netuid) and mechanism < state[MECHANISM_COUNT_CURRENT, netuid]


def too_fast(state: Reading, netuid: int, mechanism: int, *, uid: int) -> bool:
    """Whether the rate limit forbids weights or a commit of this uid in this block (`check_rate_limit`)."""
    if not mechanism_exists(state, netuid, mechanism):
        return True
    column = state[LAST_UPDATE, neurons.index_of(netuid, mechanism)]
    updated = int(column[uid]) if uid < len(column) else 0
    return bool(updated and state.number - updated < state[WEIGHTS_SET_RATE_LIMIT, netuid])


def store(state: State, hotkey: bytes, submission: Submission) -> None:
    """The row of an accepted submission; a refused one raises (`internal_set_weights`)."""
    name = refusal(submission, _submitter(state, hotkey, submission))
    uid = neurons.uid_of(state, submission.netuid, hotkey)
    if name or uid is None:
        raise refuse(name or "HotKeyNotRegisteredInSubNet")
    index = neurons.index_of(submission.netuid, submission.mechanism)
    state[WEIGHTS, index, uid] = pairs(stored(submission))
    if not state[COMMIT_REVEAL_WEIGHTS_ENABLED, submission.netuid]:
        neurons.touch(state, index, uid)
    state.deposit("SubtensorModule", "WeightsSet", index, uid)


def _submitter(state: Reading, hotkey: bytes, submission: Submission) -> Submitter:
    netuid, uid = submission.netuid, neurons.uid_of(state, submission.netuid, hotkey)
    permits = state[VALIDATOR_PERMIT, netuid]
    mechanisms = state[MECHANISM_COUNT_CURRENT, netuid] if subnets.exists(state, netuid) else 0
    updates = state[LAST_UPDATE, neurons.index_of(netuid, submission.mechanism)]
    return Submitter(
        n=state[SUBNETWORK_N, netuid],
        uid=uid,
        validator_permit=uid is not None and uid < len(permits) and bool(permits[uid]),
        owner_uid=subnets.owner_uid(state, netuid),
        stake=stakeweight.total_stake(state, hotkey, netuid) >> 32,
        stake_threshold=state[STAKE_THRESHOLD],
        min_allowed_weights=state[MIN_ALLOWED_WEIGHTS, netuid],
        weights_version=state[WEIGHTS_VERSION_KEY, netuid],
        commit_reveal=state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid],
        last_update=int(updates[uid]) if uid is not None and uid < len(updates) else 0,
        block=state.number,
        rate_limit=state[WEIGHTS_SET_RATE_LIMIT, netuid],
        mechanism_count=mechanisms,
        max_weights_limit=state[MAX_WEIGHTS_LIMIT, netuid],
    )


def submitted(
    netuid: int, uids: Sequence[int], values: Sequence[int], *, version_key: int, mechanism: int = 0
) -> Submission:
    """The submission that a call carries."""
    return Submission(
        [int(uid) for uid in uids], [int(value) for value in values], version_key, netuid=netuid, mechanism=mechanism
    )


def set_weights(
    state: State, origin: bytes | None, *, netuid: int, dests: Sequence[int], weights: Sequence[int], version_key: int
) -> None:
    """The caller's weights on mechanism 0."""
    set_mechanism_weights(state, origin, netuid=netuid, mecid=0, dests=dests, weights=weights, version_key=version_key)


def set_mechanism_weights(
    state: State,
    origin: bytes | None,
    *,
    netuid: int,
    mecid: int,
    dests: Sequence[int],
    weights: Sequence[int],
    version_key: int,
) -> None:
    """The caller's weights on one mechanism; refused where weights go through commit and reveal."""
    ensure(not state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "CommitRevealEnabled")
    store(state, signed(origin), submitted(netuid, dests, weights, version_key=version_key, mechanism=mecid))


def batch_set_weights(
    state: State,
    origin: bytes | None,
    *,
    netuids: Sequence[int],
    weights: Sequence[Sequence[tuple[int, int]]],
    version_keys: Sequence[int],
) -> None:
    """Weights on several subnets; an item that fails leaves an event and no more."""
    hotkey = signed(origin)
    ensure(len(netuids) == len(weights) == len(version_keys), "InputLengthsUnequal")

    def item(number: int) -> None:
        uids, values = zip(*weights[number], strict=True) if len(weights[number]) else ((), ())
        key = int(version_keys[number])
        set_weights(state, hotkey, netuid=int(netuids[number]), dests=uids, weights=values, version_key=key)

    each_item(state, hotkey, netuids, item)


def each_item(state: State, hotkey: bytes, netuids: Sequence[int], item: Callable[[int], None]) -> None:
    """Every item of a batch by its number, each by itself; failures are told when all of them are done."""
    failures = []
    for number, netuid in enumerate(netuids):
        try:
            with state.transaction():
                item(number)
        except DispatchError as error:
            failures.append((int(netuid), native_error(error)))
    if failures:
        state.deposit("SubtensorModule", "BatchCompletedWithErrors")
    for failure in failures:
        state.deposit("SubtensorModule", "BatchWeightItemFailed", *failure)
    state.deposit("SubtensorModule", "BatchWeightsCompleted", tuple(map(int, netuids)), hotkey)


HANDLERS: Final[dict[str, Any]] = {
    "batch_set_weights": batch_set_weights,
    "set_mechanism_weights": set_mechanism_weights,
    "set_weights": set_weights,
}

__all__ = ["HANDLERS", "each_item", "mechanism_exists", "set_weights", "store", "submitted", "too_fast"]
