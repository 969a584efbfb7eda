"""Rows of weights as the chain takes them: the checks by name, and the form in which they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taokit.consensus.rows import Row
from taokit.consensus.scalar import ONE, U16, div, mul, ratio


@dataclass(frozen=True, slots=True)
class Submission:
    """Weights as a hotkey submits or reveals them."""

    uids: Sequence[int]  # u16, in the submitted order
    values: Sequence[int]  # u16
    version_key: int = 0
    netuid: int = 1
    mechanism: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """The chain's state that decides whether a submission is taken."""

    n: int  # uids of the subnet
    uid: int | None  # of the hotkey; None when it is not registered
    validator_permit: bool
    owner_uid: int | None
    stake: int  # rao, alpha and weighted TAO
    stake_threshold: int  # rao
    min_allowed_weights: int
    weights_version: int  # 0: any
    commit_reveal: bool
    last_update: int  # block, of this mechanism
    block: int
    rate_limit: int  # blocks
    mechanism_count: int = 1
    max_weights_limit: int = U16  # of 65535; 65535 is no limit

    @property
    def owner(self) -> bool:
        """Whether the hotkey is the subnet owner's."""
        return self.uid is not None and self.uid == self.owner_uid


def refusal(submission: Submission, submitter: Submitter) -> str | None:
    """The chain's name for the first check that fails, or None when the weights are taken (`internal_set_weights`).

    With commit-reveal on, the plain calls fail with `CommitRevealEnabled` before they come here.
    """
    uids = submission.uids
    own = len(uids) == 1 and uids[0] == submitter.uid
    trusted = submitter.validator_permit or submitter.owner or own
    short = len(uids) < min(submitter.n, submitter.min_allowed_weights)
    checks = (
        (submission.netuid == 0, "CanNotSetRootNetworkWeights"),
        (len(uids) != len(submission.values), "WeightVecNotEqualSize"),
        (submission.mechanism >= submitter.mechanism_count, "MechanismDoesNotExist"),
        (len(uids) > submitter.n, "UidsLengthExceedUidsInSubNet"),
        (submitter.uid is None, "HotKeyNotRegisteredInSubNet"),
        (not staked(submitter), "NotEnoughStakeToSetWeights"),
        (submission.version_key < submitter.weights_version, "IncorrectWeightVersionKey"),
        (not submitter.commit_reveal and too_fast(submitter), "SettingWeightsTooFast"),
        (not trusted, "NeuronNoValidatorPermit"),
        (len(set(uids)) < len(uids), "DuplicateUids"),
        (any(uid >= submitter.n for uid in uids), "UidVecContainInvalidOne"),
        (short and not own, "WeightVecLengthIsLow"),
        (not own and not within_limit(submission.values, submitter.max_weights_limit), "MaxWeightExceeded"),
    )
    return next((name for failed, name in checks if failed), None)


def staked(submitter: Submitter) -> bool:
    """Whether the stake allows setting weights; the owner needs none."""
    return submitter.owner or submitter.stake >= submitter.stake_threshold


def too_fast(submitter: Submitter) -> bool:
    """Whether the rate limit forbids weights or a commit in this block. A registration counts as an update."""
    return submitter.last_update != 0 and submitter.block - submitter.last_update < submitter.rate_limit


def within_limit(values: Sequence[int], limit: int) -> bool:
    """Whether no value, of those stored, holds more than `limit` of 65535 of the row; 65535 is no limit."""
    if limit == U16:
        return True
    kept = upscaled(values)
    return div(max(kept, default=0) << 32, sum(kept) << 32) <= ratio(limit)


def upscaled(values: Sequence[int]) -> list[int]:
    """The values so stretched that the largest is 65535, as the chain stores them (`vec_max_upscale_to_u16`)."""
    largest = int(max(values, default=0)) << 32
    if largest == 0:
        return [0] * len(values)
    if largest > 32768 << 32:
        factor = div(U16 << 32, largest)
        return [_nearest(mul(int(value) << 32, factor)) for value in values]
    return [_nearest(div(int(value) * U16 << 32, largest)) for value in values]


def _nearest(number: int) -> int:
    return min(U16, (number + ONE // 2) >> 32)


def stored(submission: Submission) -> Row:
    """The row that the chain keeps of an accepted submission: upscaled, in the submitted order."""
    return np.column_stack([submission.uids, upscaled(submission.values)]).astype(np.uint16)


__all__ = [
    "Row",
    "Submission",
    "Submitter",
    "refusal",
    "staked",
    "stored",
    "too_fast",
    "upscaled",
    "within_limit",
]
