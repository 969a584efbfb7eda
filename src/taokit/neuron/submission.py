"""One vector of weights on its way to the chain, and what the chain says about it, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from taokit.chain import Call, WeightCommit, calls
from taokit.chain.beacon import TimelockedCommit
from taokit.consensus import commit_hash, storage_index, upscaled

SALT_WORDS = 8
"""16-bit words of salt in a hash commit."""

Stage: TypeAlias = Literal["setting", "committing", "committed", "revealing", "locking", "locked"]
Form: TypeAlias = Literal["plain", "hash", "timelock"]
"""How a subnet takes weights: as they are, by hash and reveal, or under a timelock."""

FIRST: Mapping[Form, Stage] = {"plain": "setting", "hash": "committing", "timelock": "locking"}
"""The stage that weights of each form begin with."""
SENDING = frozenset({"setting", "committing", "revealing", "locking"})
"""Stages with an extrinsic of their own."""


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
    nonce: int | None = None  # of that extrinsic; only one extrinsic of a nonce ever gets into a chain
    expires: int | None = None  # the first block that cannot hold it
    commit_epoch: int | None = None  # as the chain stored it
    sealed: str = ""  # hex of what a timelocked commit carries; empty in the other forms
    round: int = 0  # of the beacon, which opens it
    landed: int | None = None  # block at which it was read back from the chain, where a fork may still undo that

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

    def pending(self, view: View) -> bool:
        """Whether what was sent can still get into a block, as far as this block tells."""
        if self.expires is None or self.nonce is None:
            return False
        return view.block + 1 < self.expires and view.nonce <= self.nonce

    @property
    def under_way(self) -> bool:
        """Whether an extrinsic was sent that is not seen to have got anywhere."""
        return self.stage in SENDING and self.sent is not None and self.landed is None

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
    hash: bytes | None = None  # of the block; None in tests that need none
    left: int | None = None  # blocks until the next epoch, at least 1; None where none will come
    form: Form | None = None  # in which the subnet takes weights; None: not asked
    nonce: int = 0  # how many extrinsics of the hotkey are in the chain
    rate_limit: int = 0  # blocks between two commits, or two plain rows
    version: int = 0  # the oldest code whose weights are taken
    pulse: int = 0  # the latest round of the beacon that the chain has
    taken: frozenset[int] = frozenset()  # nonces of other extrinsics under way

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

    @property
    def free_from(self) -> int:
        """The first block at which the rate limit lets weights or a commit pass."""
        return self.last_update + self.rate_limit if self.last_update else 0

    def free_nonce(self) -> int:
        """The next nonce that nothing under way uses."""
        nonce = self.nonce
        while nonce in self.taken:
            nonce += 1
        return nonce


def call_of(it: Submission, hotkey: bytes) -> Call:
    """The call that the submission's stage sends."""
    if it.stage == "setting":
        return _set_call(it)
    if it.stage == "committing":
        return _commit_call(it, hotkey)
    return _lock_call(it) if it.stage == "locking" else _reveal_call(it)


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


__all__ = ["FIRST", "SALT_WORDS", "SENDING", "Form", "Stage", "Submission", "View", "call_of"]
