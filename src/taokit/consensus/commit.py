"""Weights under seal: what a commit hashes or encrypts, when it opens, and which commits a queue keeps."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import floor

from taokit.consensus.scalar import U16, U64, whole
from taokit.errors import ConfigurationError, Malformed

COMMIT_REVEAL_VERSION = 4
"""What a timelocked commit must name."""

MAX_UNREVEALED_COMMITS = 10
"""Unexpired commits that one hotkey may have per mechanism; of timelocked ones, per epoch."""

MAX_TIMELOCKED_BYTES = 5000
"""Size limit of an encrypted payload."""

DRAND_GENESIS = 1_692_803_367
"""Unix time of the first round of drand's Quicknet beacon, in seconds."""

DRAND_PERIOD = 3
"""Seconds between rounds."""

REVEAL_MARGIN = 3
"""Blocks after the first one that may reveal a commit, for which clients lock it besides."""


def compact(number: int) -> bytes:
    """SCALE's compact form of a length."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    raise ConfigurationError(f"{number} entries are too many to encode")


def _vector(name: str, values: Sequence[int]) -> bytes:
    entries = [whole(name, int(value), largest=U16) for value in values]
    return compact(len(entries)) + struct.pack(f"<{len(entries)}H", *entries)


def _hotkey(hotkey: bytes) -> bytes:
    if len(hotkey) != 32:
        raise ConfigurationError(f"a hotkey has 32 bytes, not {len(hotkey)}")
    return hotkey


def _version(version_key: int) -> bytes:
    return whole("version_key", version_key, largest=U64).to_bytes(8, "little")


def commit_hash(
    hotkey: bytes, index: int, *, uids: Sequence[int], values: Sequence[int], salt: Sequence[int], version_key: int
) -> bytes:
    """The 32 bytes that a hash commit stores: BLAKE2b-256 of the weights in SCALE.

    `hotkey` is the 32-byte public key, `index` the storage index of subnet and mechanism; uids, values and salt are
    u16. Raises `ConfigurationError` for numbers that do not fit.
    """
    place = whole("index", index, largest=U16).to_bytes(2, "little")
    sealed = _vector("uid", uids) + _vector("value", values) + _vector("salt", salt)
    return blake2b(_hotkey(hotkey) + place + sealed + _version(version_key), digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class Payload:
    """What a timelocked commit carries inside."""

    hotkey: bytes | None  # 32 bytes; None in the older form, which does not name its sender
    uids: tuple[int, ...]
    values: tuple[int, ...]
    version_key: int


def timelock_payload(hotkey: bytes, *, uids: Sequence[int], values: Sequence[int], version_key: int) -> bytes:
    """The bytes to encrypt for a timelocked commit."""
    sealed = _vector("uid", uids) + _vector("value", values)
    return compact(32) + _hotkey(hotkey) + sealed + _version(version_key)


def read_timelock_payload(payload: bytes) -> Payload:
    """What a decrypted commit says, in the present or the older form. Raises `Malformed` when it is neither."""
    try:
        hotkey, at = _read_vector(payload, 0, width=1)
        return _read_weights(payload, at, hotkey=hotkey)
    except struct.error:
        pass
    try:
        return _read_weights(payload, 0, hotkey=None)
    except struct.error:
        raise Malformed(f"{len(payload)} bytes are no weights") from None


def _read_weights(payload: bytes, at: int, *, hotkey: bytes | None) -> Payload:
    uids, at = _read_vector(payload, at, width=2)
    values, at = _read_vector(payload, at, width=2)
    (version_key,) = struct.unpack_from("<Q", payload, at)
    return Payload(hotkey, _numbers(uids), _numbers(values), version_key)


def _numbers(entries: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(entries) // 2}H", entries)


def _read_vector(payload: bytes, at: int, *, width: int) -> tuple[bytes, int]:
    length, at = _read_compact(payload, at)
    (entries,) = struct.unpack_from(f"{length * width}s", payload, at)
    return entries, at + length * width


def _read_compact(payload: bytes, at: int) -> tuple[int, int]:
    (mode,) = struct.unpack_from("B", payload, at)
    size = (1, 2, 4, 0)[mode & 3]
    if size == 0:
        raise struct.error("a length beyond 2**30")
    (raw,) = struct.unpack_from(f"{size}s", payload, at)
    return int.from_bytes(raw, "little") >> 2, at + size


def reveal_round(
    now: float,
    *,
    head: int,
    first: int,
    block_seconds: float = 12,
    genesis_s: int = DRAND_GENESIS,
    period_s: int = DRAND_PERIOD,
) -> int:
    """The drand round to encrypt to, so that its pulse is known soon after block `first`, and not before.

    `now` is Unix time in seconds at block `head`; `first` comes from `first_reveal_block`. The beacon's own time and
    period come from the chain that follows it.
    """
    opens = now + (first + REVEAL_MARGIN - head) * block_seconds
    return max(1, floor((opens - genesis_s) / period_s))


@dataclass(frozen=True, slots=True)
class Commit:
    """One stored hash commit. A queue is a sequence of them, oldest first, of one hotkey and mechanism."""

    hash: bytes
    epoch: int  # epoch it was made in
    block: int

    def revealable(self, epoch: int, *, reveal_period: int) -> bool:
        """Whether it may be revealed in this epoch."""
        return epoch == self.epoch + reveal_period

    def expired(self, epoch: int, *, reveal_period: int) -> bool:
        """Whether its reveal epoch has passed."""
        return epoch > self.epoch + reveal_period


Queue = tuple[Commit, ...]


def without_expired(queue: Queue, epoch: int, *, reveal_period: int) -> Queue:
    """The queue without the expired commits at its front."""
    for at, commit in enumerate(queue):
        if not commit.expired(epoch, reveal_period=reveal_period):
            return queue[at:]
    return ()


def refuse_commit(queue: Queue, epoch: int, *, reveal_period: int) -> str | None:
    """The chain's error for one more commit, or None when there is room."""
    full = len(without_expired(queue, epoch, reveal_period=reveal_period)) >= MAX_UNREVEALED_COMMITS
    return "TooManyUnrevealedCommits" if full else None


def refuse_reveal(queue: Queue, hash: bytes, *, epoch: int, reveal_period: int) -> str | None:
    """The error of the guard that signed reveals meet, or None. It looks at expired commits too."""
    found = next((commit for commit in queue if commit.hash == hash), None)
    if found is None:
        return "NoWeightsCommitFound"
    return None if found.revealable(epoch, reveal_period=reveal_period) else "RevealTooEarly"


def after_reveal(queue: Queue, hash: bytes, *, epoch: int, reveal_period: int) -> Queue:
    """The queue after a single reveal: the revealed commit and all before it are gone."""
    live = without_expired(queue, epoch, reveal_period=reveal_period)
    at = next((place for place, commit in enumerate(live) if commit.hash == hash), -1)
    return live[at + 1 :]


def after_batch_reveal(queue: Queue, hashes: Iterable[bytes], *, epoch: int, reveal_period: int) -> Queue:
    """The queue after a batch of reveals: expired and named commits are gone, others stay, older ones too.

    Each hash takes out the first commit that bears it.
    """
    live = list(without_expired(queue, epoch, reveal_period=reveal_period))
    for named in hashes:
        at = next((place for place, commit in enumerate(live) if commit.hash == named), None)
        if at is not None:
            del live[at]
    return tuple(live)


def earliest_commit(queue: Queue, timelocked: Iterable[int], *, epoch: int, reveal_period: int) -> int | None:
    """The block of the earliest unexpired commit still stored, which the epoch masks weights by; None without one.

    `epoch` is the index at the epoch, already advanced. `timelocked` are the blocks of the timelocked commits of this
    hotkey that are still stored for an unexpired epoch.
    """
    blocks = [commit.block for commit in queue if not commit.expired(epoch, reveal_period=reveal_period)]
    return min([*blocks, *timelocked], default=None)


__all__ = [
    "COMMIT_REVEAL_VERSION",
    "DRAND_GENESIS",
    "DRAND_PERIOD",
    "MAX_TIMELOCKED_BYTES",
    "MAX_UNREVEALED_COMMITS",
    "REVEAL_MARGIN",
    "Commit",
    "Payload",
    "Queue",
    "after_batch_reveal",
    "after_reveal",
    "commit_hash",
    "earliest_commit",
    "read_timelock_payload",
    "refuse_commit",
    "refuse_reveal",
    "reveal_round",
    "timelock_payload",
    "without_expired",
]
