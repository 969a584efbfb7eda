"""One vector of weights on its way to the chain: what to do next is decided here, from values alone.

    setting ────────────────────────────────► landed        (commit-reveal off)
    committing ──► committed ──► revealing ──► landed        (by hash)
    locking ─────► locked ───────────────────► landed        (under a timelock: the chain reveals)

A submission is written down before anything is sent, and an extrinsic lives for `LIFETIME` blocks only. So whoever
reads the file after a crash can tell from the chain alone whether the extrinsic got there, and sends it again only when
the first one no longer can. `landed` means read back from the chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from taokit.chain import Call, WeightCommit, calls
from taokit.chain.beacon import TimelockedCommit
from taokit.consensus import commit_hash, storage_index, upscaled

LIFETIME = 16
"""Blocks for which a weights extrinsic is valid."""
SALT_WORDS = 8
"""16-bit words of salt in a hash commit."""

Stage: TypeAlias = Literal["setting", "committing", "committed", "revealing", "locking", "locked"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A vector of weights, and how far it has come."""

    netuid: int
    mechanism: int
    epoch: int  # in which it was made
    made: int  # block at which it was made
    uids: tuple[int, ...]  # ascending
    values: tuple[int, ...]  # 0 to 65535, the largest 65535
    salt: tuple[int, ...]  # 16-bit words; empty but for a commit by hash
    version_key: int
    stage: Stage
    sent: int | None = None  # block at which the stage's extrinsic was last sent
    commit_epoch: int | None = None  # as the chain stored it
    sealed: str = ""  # hex of what a timelocked commit carries; empty in the other forms
    round: int = 0  # of the beacon, which opens it

    def hash(self, hotkey: bytes) -> bytes:
        """The 32 bytes that a commit of this vector puts on chain."""
        index = storage_index(self.netuid, self.mechanism)
        return commit_hash(
            hotkey, index, uids=self.uids, values=self.values, salt=self.salt, version_key=self.version_key
        )

    def stored(self) -> tuple[tuple[int, int], ...]:
        """The row as the chain stores it."""
        return tuple(zip(self.uids, upscaled(self.values), strict=True))

    def opens(self, view: View) -> bool:
        """Whether the epoch has come in which the chain reveals what was committed."""
        return self.commit_epoch is not None and view.epoch >= self.commit_epoch + view.reveal_period

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Submission:
        """The submission that `to_json` wrote."""
        rows = {name: tuple(data[name]) for name in ("uids", "values", "salt")}
        return cls(**{**data, **rows})


@dataclass(frozen=True, slots=True)
class View:
    """What the chain says about one validator's weights, all of it at one block."""

    block: int
    epoch: int  # to which an extrinsic of the next block belongs
    reveal_period: int  # epochs
    commits: Sequence[WeightCommit]
    row: tuple[tuple[int, int], ...]  # visible now
    last_update: int  # block
    registered: Mapping[int, int] = field(default_factory=dict)  # block of each uid's registration, where it was asked
    locked: Sequence[TimelockedCommit] = ()  # where they were asked for

    def newcomer(self, it: Submission) -> int | None:
        """A uid that gets weight and has changed hands since the weights were made."""
        paid = (uid for uid, value in zip(it.uids, it.values, strict=True) if value)
        return next((uid for uid in paid if self.registered.get(uid, 0) > it.made), None)

    def commit(self, hash: bytes) -> WeightCommit | None:
        """The stored commit with this hash."""
        return next((commit for commit in self.commits if commit.hash == hash), None)

    def lock(self, it: Submission) -> TimelockedCommit | None:
        """The stored timelocked commit of this vector. No two carry the same bytes."""
        return next((commit for commit in self.locked if commit.sealed.hex() == it.sealed), None)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do in this block."""

    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send this call, valid for `LIFETIME` blocks."""

    call: Call


@dataclass(frozen=True, slots=True)
class Landed:
    """The vector is visible on chain."""

    block: int  # at which it was read back


@dataclass(frozen=True, slots=True)
class Dropped:
    """It cannot land any more."""

    reason: str


Step: TypeAlias = Wait | Send | Landed | Dropped


def advance(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    """The submission as it stands at this block, and what follows from that."""
    stages = {
        "setting": _setting,
        "committing": _committing,
        "committed": _committed,
        "revealing": _revealing,
        "locking": _locking,
        "locked": _locked,
    }
    return stages[it.stage](it, view, hotkey)


def _setting(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    if view.row == it.stored() and view.last_update > it.made:
        return it, Landed(view.block)
    if view.epoch > it.epoch + 1:
        return it, Dropped("its weights did not get into a block")
    if (uid := view.newcomer(it)) is not None:
        return it, _handed_over(uid)
    return _sent_once(it, view, _set_call(it), "its weights to get into a block")


def _committing(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    commit = view.commit(it.hash(hotkey))
    if commit is not None:
        return _committed(replace(it, stage="committed", sent=None, commit_epoch=commit.epoch), view, hotkey)
    if view.epoch > it.epoch and not _pending(it, view):
        return it, Dropped(f"its commit did not get into a block of epoch {it.epoch}")
    if (uid := view.newcomer(it)) is not None:
        return it, _handed_over(uid)
    return _sent_once(it, view, _commit_call(it, hotkey), "its commit to get into a block")


def _committed(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    due = _due(it, view)
    if view.commit(it.hash(hotkey)) is None:
        return it, _gone(it, view)
    if (uid := view.newcomer(it)) is not None:
        return it, _handed_over(uid)
    if view.epoch < due:
        return it, Wait(f"epoch {due}, to reveal what it committed in epoch {it.commit_epoch}")
    return _revealing(replace(it, stage="revealing", sent=None), view, hotkey)


def _revealing(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    if view.commit(it.hash(hotkey)) is None:
        return it, _gone(it, view)
    if view.epoch > _due(it, view):
        return it, Dropped(f"the time to reveal it, epoch {_due(it, view)}, has passed")
    return _sent_once(it, view, _reveal_call(it), "its reveal to get into a block")


def _locking(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    commit = view.lock(it)
    if commit is not None:
        return _locked(replace(it, stage="locked", sent=None, commit_epoch=commit.epoch), view, hotkey)
    if it.sent is not None and view.row == it.stored() and view.last_update > it.made:
        return it, Landed(view.block)  # revealed while nobody looked
    if view.epoch > it.epoch and not _pending(it, view):
        return it, Dropped(f"its commit did not get into a block of epoch {it.epoch}")
    if (uid := view.newcomer(it)) is not None:
        return it, _handed_over(uid)
    return _sent_once(it, view, _lock_call(it), "its commit to get into a block")


def _locked(it: Submission, view: View, hotkey: bytes) -> tuple[Submission, Step]:
    """Nothing can stop or hurry it: the chain reveals it, or drops it without a word."""
    if view.lock(it) is not None:
        reason = f"the chain to reveal it in epoch {_due(it, view)}, when round {it.round} of the beacon is out"
        return it, Wait(reason)
    if view.row == it.stored():
        return it, Landed(view.block)
    return it, Dropped(f"the chain dropped its commit: round {it.round} was missing, or it did not pass as weights")


def _handed_over(uid: int) -> Dropped:
    """A row that is revealed after a uid changed hands would pay the newcomer from the validator's next commit on.

    The chain masks it only up to then (`epoch` drops weights that are older than the registration of their target).
    """
    return Dropped(f"uid {uid} has changed hands since it was scored")


def _due(it: Submission, view: View) -> int:
    assert it.commit_epoch is not None
    return it.commit_epoch + view.reveal_period


def _gone(it: Submission, view: View) -> Step:
    """A commit leaves the chain when it is revealed, or when a later reveal or commit swept it away."""
    return Landed(view.block) if view.row == it.stored() else Dropped("its commit is no longer on chain")


def _pending(it: Submission, view: View) -> bool:
    return it.sent is not None and view.block < it.sent + LIFETIME


def _sent_once(it: Submission, view: View, call: Call, reason: str) -> tuple[Submission, Step]:
    """Send now, unless what was sent before can still get into a block."""
    if _pending(it, view):
        return it, Wait(reason)
    return replace(it, sent=view.block), Send(call)


def _set_call(it: Submission) -> Call:
    if it.mechanism:
        return calls.set_mechanism_weights(it.netuid, it.mechanism, it.uids, it.values, version_key=it.version_key)
    return calls.set_weights(it.netuid, it.uids, it.values, version_key=it.version_key)


def _commit_call(it: Submission, hotkey: bytes) -> Call:
    if it.mechanism:
        return calls.commit_mechanism_weights(it.netuid, it.mechanism, it.hash(hotkey))
    return calls.commit_weights(it.netuid, it.hash(hotkey))


def _lock_call(it: Submission) -> Call:
    sealed = bytes.fromhex(it.sealed)
    if it.mechanism:
        return calls.commit_timelocked_mechanism_weights(it.netuid, it.mechanism, sealed, reveal_round=it.round)
    return calls.commit_timelocked_weights(it.netuid, sealed, reveal_round=it.round)


def _reveal_call(it: Submission) -> Call:
    if it.mechanism:
        return calls.reveal_mechanism_weights(
            it.netuid, it.mechanism, it.uids, it.values, salt=it.salt, version_key=it.version_key
        )
    return calls.reveal_weights(it.netuid, it.uids, it.values, salt=it.salt, version_key=it.version_key)


__all__ = ["LIFETIME", "SALT_WORDS", "Dropped", "Landed", "Send", "Step", "Submission", "View", "Wait", "advance"]
