"""Weights on their way: set at once, or committed and opened later, with the chain's checks of each."""

from __future__ import annotations

from dataclasses import replace

from taokit.consensus import (
    Commit,
    Row,
    Submission,
    Submitter,
    after_reveal,
    refusal,
    refuse_commit,
    refuse_reveal,
    staked,
    stored,
    too_fast,
)
from taokit.consensus.stake import totals
from taokit.errors import ConfigurationError
from taokit.lab.acts import Refusal, Reveal, Weigh, checked_row
from taokit.lab.world import Sealed, Subnet

MALFORMED = frozenset(
    {"WeightVecNotEqualSize", "UidsLengthExceedUidsInSubNet", "DuplicateUids", "UidVecContainInvalidOne"}
)
"""Refusals of rows that no validator would send: a mistake of whoever wrote the behaviour."""


def weighed(subnet: Subnet, act: Weigh) -> tuple[Subnet, Refusal | None]:
    """The subnet after weights came in: stored, sealed where commit-reveal is on, or refused."""
    _possible(subnet, act)
    row = checked_row(act.uid, act.row)
    if act.mechanism >= len(subnet.mechanisms):
        return subnet, Refusal(subnet.block, act.uid, "MechanismDoesNotExist")
    if subnet.parameters.commit_reveal:
        return _sealed(subnet, act, row)
    after, refused = _set(subnet, act.uid, row, mechanism=act.mechanism)
    return (after, refused) if refused else (after.touched(act.uid, act.mechanism), None)


def _possible(subnet: Subnet, act: Weigh | Reveal) -> None:
    subnet.known(act.uid)
    if act.mechanism < 0:
        raise ConfigurationError(f"there is no mechanism {act.mechanism}: they are counted from 0")


def _set(subnet: Subnet, uid: int, row: Row, *, mechanism: int) -> tuple[Subnet, Refusal | None]:
    """The row stored, unless a check of the chain fails."""
    submission = Submission(row[:, 0].tolist(), row[:, 1].tolist(), mechanism=mechanism)
    reason = refusal(submission, submitter(subnet, uid, mechanism))
    if reason in MALFORMED:
        beyond = [other for other in submission.uids if other >= subnet.n]
        where = f"uid {beyond[0]} of {subnet.n}" if beyond else "a uid twice"
        raise ConfigurationError(f"the weights of uid {uid} name {where} ({reason})")
    if reason is not None:
        return subnet, Refusal(subnet.block, uid, reason)
    own = subnet.mechanisms[mechanism]
    return subnet.with_mechanism(mechanism, replace(own, weights={**own.weights, uid: stored(submission)})), None


def submitter(subnet: Subnet, uid: int, mechanism: int = 0) -> Submitter:
    """What the chain's checks of a submission by this uid read."""
    parameters = subnet.parameters
    (total,) = totals([subnet.alpha_stake[uid]], [subnet.tao_stake[uid]], tao_weight=parameters.tao_weight)
    return Submitter(
        n=subnet.n,
        uid=uid,
        validator_permit=subnet.validator_permit[uid],
        owner_uid=subnet.owner_uid,
        stake=total >> 64,
        stake_threshold=parameters.stake_threshold,
        min_allowed_weights=subnet.min_allowed_weights,
        weights_version=0,
        commit_reveal=parameters.commit_reveal,
        last_update=subnet.mechanisms[mechanism].last_update[uid],
        block=subnet.block,
        rate_limit=subnet.weights_rate_limit,
        mechanism_count=len(subnet.mechanisms),
    )


def _sealed(subnet: Subnet, act: Weigh, row: Row) -> tuple[Subnet, Refusal | None]:
    own, uid, timelocked = subnet.mechanisms[act.mechanism], act.uid, not act.hashed
    epoch, by = subnet.clock.epoch_of(subnet.block), submitter(subnet, uid, act.mechanism)
    queue = tuple(one.commit for one in own.sealed if one.uid == uid and one.timelocked == timelocked)
    if timelocked:  # at most so many per epoch, where hash commits count until they expire
        queue = tuple(commit for commit in queue if commit.epoch == epoch)
    full = refuse_commit(queue, epoch, reveal_period=subnet.reveal_period)
    reason = "NotEnoughStakeToSetWeights" if not staked(by) else "CommittingWeightsTooFast" if too_fast(by) else full
    if reason is not None:
        return subnet, Refusal(subnet.block, uid, reason)
    number = (subnet.block << 32) + len(own.sealed)
    one = Sealed(uid, Commit(number.to_bytes(32, "big"), epoch, subnet.block), row, timelocked)
    after = replace(own.touched(uid, subnet.block), sealed=(*own.sealed, one))
    return subnet.with_mechanism(act.mechanism, after), None


def revealed(subnet: Subnet, act: Reveal) -> tuple[Subnet, Refusal | None]:
    """The subnet after a validator opened the latest of its hash commits whose epoch this is, or was refused."""
    _possible(subnet, act)
    if act.mechanism >= len(subnet.mechanisms):
        return subnet, Refusal(subnet.block, act.uid, "NoWeightsCommitFound")
    epoch, period = subnet.clock.epoch_of(subnet.block), subnet.reveal_period
    mechanism = subnet.mechanisms[act.mechanism]
    own = [one for one in mechanism.sealed if one.uid == act.uid and not one.timelocked]
    ready = [one for one in own if one.commit.revealable(epoch, reveal_period=period)]
    queue = tuple(one.commit for one in own)
    if not ready:
        reason = refuse_reveal(queue, queue[-1].hash if queue else b"", epoch=epoch, reveal_period=period)
        return subnet, Refusal(subnet.block, act.uid, str(reason))
    left = set(after_reveal(queue, ready[-1].commit.hash, epoch=epoch, reveal_period=period))
    sealed = tuple(one for one in mechanism.sealed if one not in own or one.commit in left)
    opened = subnet.with_mechanism(act.mechanism, replace(mechanism, sealed=sealed))
    after, refused = _set(opened, act.uid, ready[-1].row, mechanism=act.mechanism)
    return (subnet, refused) if refused else (after, None)


def opened(subnet: Subnet, block: int) -> Subnet:
    """The subnet after the timelocked reveals of a block; rows that fail a check are dropped silently."""
    subnet = replace(subnet, block=block)
    due = subnet.clock.epoch_of(block) - subnet.reveal_period
    for number, mechanism in enumerate(subnet.mechanisms):
        ready = [one for one in mechanism.sealed if one.timelocked and one.commit.epoch == due]
        left = tuple(one for one in mechanism.sealed if not one.timelocked or one.commit.epoch > due)
        subnet = subnet.with_mechanism(number, replace(mechanism, sealed=left))
        for one in ready:
            subnet, _ = _set(subnet, one.uid, one.row, mechanism=number)
    return subnet


__all__ = ["opened", "revealed", "submitter", "weighed"]
