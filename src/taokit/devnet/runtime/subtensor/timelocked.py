"""Weights under a timelock: commits that nobody has to reveal, because a beacon's pulse does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Final

from taokit.consensus.commit import COMMIT_REVEAL_VERSION, MAX_UNREVEALED_COMMITS, read_timelock_payload
from taokit.consensus.weights import Submission
from taokit.devnet.runtime import drand
from taokit.devnet.runtime.refusal import DispatchError, ensure, refuse, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, subnets, weights
from taokit.devnet.runtime.subtensor.storage import (
    COMMIT_REVEAL_WEIGHTS_ENABLED,
    COMMIT_REVEAL_WEIGHTS_VERSION,
    MECHANISM_COUNT_CURRENT,
    REVEAL_PERIOD_EPOCHS,
    TIMELOCKED_WEIGHT_COMMITS,
)
from taokit.errors import Malformed

Stored = tuple[bytes, int, bytes, int]
"""Who, in which block, what, and the round that opens it."""


def commit_timelocked_weights(
    state: State, origin: bytes | None, *, netuid: int, commit: bytes, reveal_round: int, commit_reveal_version: int
) -> None:
    """A locked row for mechanism 0."""
    commit_timelocked_mechanism_weights(
        state,
        origin,
        netuid=netuid,
        mecid=0,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=commit_reveal_version,
    )


def commit_crv3_mechanism_weights(
    state: State, origin: bytes | None, *, netuid: int, mecid: int, commit: bytes, reveal_round: int
) -> None:
    """The older call: a locked row without a version, which stands for version 4."""
    commit_timelocked_mechanism_weights(
        state,
        origin,
        netuid=netuid,
        mecid=mecid,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=COMMIT_REVEAL_VERSION,
    )


def commit_timelocked_mechanism_weights(
    state: State,
    origin: bytes | None,
    *,
    netuid: int,
    mecid: int,
    commit: bytes,
    reveal_round: int,
    commit_reveal_version: int,
) -> None:
    """A locked row for one mechanism; an update of the weights (`do_commit_timelocked_mechanism_weights`)."""
    hotkey = signed(origin)
    ensure(weights.mechanism_exists(state, netuid, mecid), "MechanismDoesNotExist")
    ensure(state[COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "CommitRevealDisabled")
    ensure(commit_reveal_version == state[COMMIT_REVEAL_WEIGHTS_VERSION], "IncorrectCommitRevealVersion")
    uid = neurons.uid_of(state, netuid, hotkey)
    if uid is None:
        raise refuse("HotKeyNotRegisteredInSubNet")
    ensure(not weights.too_fast(state, netuid, mecid, uid=uid), "CommittingWeightsTooFast")
    index, epoch = neurons.index_of(netuid, mecid), subnets.current_epoch(state, netuid)
    queue: tuple[Stored, ...] = state[TIMELOCKED_WEIGHT_COMMITS, index, epoch]
    ensure(sum(who == hotkey for who, *_ in queue) < MAX_UNREVEALED_COMMITS, "TooManyUnrevealedCommits")
    state[TIMELOCKED_WEIGHT_COMMITS, index, epoch] = (*queue, (hotkey, state.number, bytes(commit), reveal_round))
    digest = blake2b(commit, digest_size=32).digest()
    state.deposit("SubtensorModule", "TimelockedWeightsCommitted", hotkey, index, digest, reveal_round)
    neurons.touch(state, index, uid)


def rounds(state: Reading) -> list[int]:
    """The rounds that stored commits wait for."""
    return [round for keys in state.keys(TIMELOCKED_WEIGHT_COMMITS) for *_, round in _queue(state, *keys)]


def reveal(state: State, netuids: Iterable[int], oracle: drand.Oracle) -> None:
    """Open what is due in these subnets and can be opened, and forget what is overdue (`reveal_crv3_commits`).

    Commits whose pulse is missing wait for the next block, as long as their epoch lasts.
    """
    for netuid in netuids:
        for mechanism in range(state[MECHANISM_COUNT_CURRENT, netuid]):
            due = subnets.current_epoch(state, netuid) - state[REVEAL_PERIOD_EPOCHS, netuid]
            index = neurons.index_of(netuid, mechanism)
            for _, epoch in state.keys(TIMELOCKED_WEIGHT_COMMITS, index):
                if epoch < due:
                    del state[TIMELOCKED_WEIGHT_COMMITS, index, epoch]
            if (TIMELOCKED_WEIGHT_COMMITS, index, due) in state:
                _reveal(state, netuid, mechanism, due, oracle)


def _reveal(state: State, netuid: int, mechanism: int, epoch: int, oracle: drand.Oracle) -> None:
    index = neurons.index_of(netuid, mechanism)
    queue = _queue(state, index, epoch)
    out = [commit for commit in queue if (drand.PULSES, commit[3]) in state]
    if not out:
        return
    waiting = tuple(commit for commit in queue if (drand.PULSES, commit[3]) not in state)
    if waiting:
        state[TIMELOCKED_WEIGHT_COMMITS, index, epoch] = waiting
    else:
        del state[TIMELOCKED_WEIGHT_COMMITS, index, epoch]
    for hotkey, submission in _submissions(state, netuid, mechanism, out, oracle):
        try:
            with state.transaction():
                weights.store(state, hotkey, submission)
                state.deposit("SubtensorModule", "TimelockedWeightsRevealed", index, hotkey)
        except DispatchError:  # dropped without a word, as the chain does
            continue


def _submissions(
    state: Reading, netuid: int, mechanism: int, commits: list[Stored], oracle: drand.Oracle
) -> Iterator[tuple[bytes, Submission]]:
    """What the commits hold, of those that open, decode, and name their sender."""
    for hotkey, _, sealed, round in commits:
        payload = drand.opened(state, sealed, round, oracle)
        if payload is None:
            continue
        try:
            told = read_timelock_payload(payload)
        except Malformed:
            continue
        if told.hotkey in (None, hotkey):
            yield (
                hotkey,
                weights.submitted(netuid, told.uids, told.values, version_key=told.version_key, mechanism=mechanism),
            )


def _queue(state: Reading, index: int, epoch: int) -> tuple[Stored, ...]:
    return state[TIMELOCKED_WEIGHT_COMMITS, index, epoch]  # type: ignore[no-any-return]


HANDLERS: Final[dict[str, Any]] = {
    "commit_crv3_mechanism_weights": commit_crv3_mechanism_weights,
    "commit_timelocked_mechanism_weights": commit_timelocked_mechanism_weights,
    "commit_timelocked_weights": commit_timelocked_weights,
}

__all__ = ["HANDLERS", "Stored", "reveal", "rounds"]
