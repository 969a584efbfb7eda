"""Extrinsics between submission and block."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from taokit.chain import Status
from taokit.devnet.extrinsics import Extrinsic, refusal
from taokit.devnet.lockstep import Lockstep

CAPACITY: Final = 4096
"""Extrinsics that wait at once."""

AHEAD: Final = 64
"""How far above the account's nonce an extrinsic may lie."""

_END: Final = frozenset({"finalized", "usurped", "dropped", "invalid"})


@dataclass(eq=False, slots=True)
class Submission:
    """An extrinsic on its way, with everything said about it."""

    extrinsic: Extrinsic
    expires: int | None  # the first block that cannot hold it
    statuses: list[Status] = field(default_factory=list)
    ready: bool = False  # whether nothing is missing before it
    _watchers: list[Watch] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether nothing more will be said."""
        return bool(self.statuses) and self.statuses[-1].kind in _END

    def say(self, *statuses: Status) -> None:
        """What becomes of it, to everybody who watches."""
        self.statuses += statuses
        for watcher in self._watchers:
            watcher.wake()

    def told(self) -> Iterator[Status]:
        """What has been said so far."""
        at = 0
        while at < len(self.statuses):
            yield self.statuses[at]
            at += 1

    def watch(self, lockstep: Lockstep) -> Watch:
        """What has been said and what will be, for async code."""
        watch = Watch(self, lockstep)
        self._watchers.append(watch)
        return watch


class Watch:
    """An async iterator of statuses, up to the last one. While it waits, its task holds up no block."""

    def __init__(self, submission: Submission, lockstep: Lockstep) -> None:
        self._submission, self._lockstep = submission, lockstep
        self._at = 0
        self._waiter: asyncio.Future[None] | None = None
        self._task: asyncio.Task[object] | None = None

    def wake(self) -> None:
        """There is something new."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
            self._lockstep.unblock(self._task)

    def __aiter__(self) -> Watch:
        return self

    async def __anext__(self) -> Status:
        while self._at >= len(self._submission.statuses):
            if self._submission.done:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            with self._lockstep.blocked() as self._task:
                await self._waiter
        self._at += 1
        return self._submission.statuses[self._at - 1]


def refuse_stale(extrinsic: Extrinsic, next_nonce: int) -> None:
    """Raise `PoolRefused` for a nonce that the chain has seen."""
    if extrinsic.nonce < next_nonce:
        raise refusal("Stale", "Transaction is outdated")


class Pool:
    """The extrinsics that wait, by signer and nonce."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[bytes, int], Submission] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Submission]:
        return iter(list(self._waiting.values()))

    def refuse_known(self, extrinsic: Extrinsic) -> None:
        """Raise `PoolRefused` for the very bytes that wait already."""
        if self.known(extrinsic) is not None:
            raise refusal("AlreadyImported", "Transaction Already Imported", code=1013)

    def known(self, extrinsic: Extrinsic) -> Submission | None:
        """What waits with the very bytes of an extrinsic."""
        found = self._waiting.get((extrinsic.signer, extrinsic.nonce))
        return found if found is not None and found.extrinsic.data == extrinsic.data else None

    def refuse_excess(self, extrinsic: Extrinsic, next_nonce: int) -> None:
        """Raise `PoolRefused` unless there is room for this extrinsic, its nonce is free and not too far ahead."""
        if (extrinsic.signer, extrinsic.nonce) in self._waiting:
            raise refusal("TooLowPriority", "Priority is too low", code=1014)
        if len(self._waiting) >= CAPACITY or extrinsic.nonce - next_nonce > AHEAD:
            raise refusal("ImmediatelyDropped", "Immediately Dropped", code=1016)

    def add(self, submission: Submission, next_nonce: int) -> None:
        """Keep an extrinsic that was admitted until a block takes it; what comes before it makes it ready."""
        self._waiting[submission.extrinsic.signer, submission.extrinsic.nonce] = submission
        self.rouse(submission.extrinsic.signer, next_nonce)
        if not submission.ready:
            submission.say(Status("future"))

    def rouse(self, signer: bytes, nonce: int) -> None:
        """Say of the extrinsics that follow on this nonce without a gap that they are ready."""
        while (submission := self._waiting.get((signer, nonce))) is not None:
            if not submission.ready:
                submission.ready = True
                submission.say(Status("ready"))
            nonce += 1

    def in_order(self) -> list[Submission]:
        """All that wait, by signer and nonce, so that a block does not depend on who was faster."""
        return [self._waiting[key] for key in sorted(self._waiting)]

    def remove(self, submission: Submission, *statuses: Status) -> None:
        """Forget an extrinsic, saying why. Another one with its nonce stays until a block finds it outdated."""
        place = submission.extrinsic.signer, submission.extrinsic.nonce
        if self._waiting.get(place) is submission:
            del self._waiting[place]
        submission.say(*statuses)

    def clear(self) -> None:
        """Drop everything."""
        for submission in self:
            self.remove(submission, Status("dropped"))


__all__ = ["AHEAD", "CAPACITY", "Pool", "Submission", "Watch", "refuse_stale"]
