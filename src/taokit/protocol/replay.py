"""What was accepted before, for as long as it would be accepted again."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable
from typing import Protocol

from taokit.errors import Busy, Replayed, Stale
from taokit.protocol.claim import ReplayKey

DEFAULT_LIMIT = 200_000


class ReplayStore(Protocol):
    """A replay memory: this process's own, or one that several share."""

    @property
    def persistent(self) -> bool:
        """Whether it outlives the process, and refuses by itself what was signed before it began."""

    def accept(self, key: ReplayKey, *, signed_ns: int, now_ns: int, until_ns: int) -> Awaitable[None] | None:
        """Remember a request signed at `signed_ns` until it is stale by itself, or raise the `Refused` for why not.

        None when that is done; a memory elsewhere answers with what is to be awaited.
        """


class Replay:
    """Remembers requests until they are stale; bounded in time and in number, and never forgets a fresh one."""

    persistent = False

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.limit = limit
        self._keys: set[ReplayKey] = set()
        self._ends: list[tuple[int, ReplayKey]] = []  # a heap: what ends first is on top
        self._clock_ns = 0

    def __len__(self) -> int:
        return len(self._keys)

    def accept(self, key: ReplayKey, *, now_ns: int, until_ns: int, signed_ns: int = 0) -> None:
        """Remember a request until the moment after which it is stale by itself.

        `Replayed` when it is known, `Busy` when there is no room. `Stale` when the clock went back so far that it
        could have been forgotten already.
        """
        self._forget_before(now_ns)
        if key in self._keys:
            raise Replayed(f"{key[1]} sent nonce {key[3]} before")
        if until_ns < self._clock_ns:
            raise Stale(f"{key[1]}: this clock went back, and nonce {key[3]} may have been seen")
        if len(self._keys) >= self.limit:
            raise Busy(f"the replay memory is full with {self.limit} requests")
        self._keys.add(key)
        heapq.heappush(self._ends, (until_ns, key))

    def _forget_before(self, now_ns: int) -> None:
        self._clock_ns = max(self._clock_ns, now_ns)
        while self._ends and self._ends[0][0] < self._clock_ns:
            self._keys.discard(heapq.heappop(self._ends)[1])


__all__ = ["Replay", "ReplayStore"]
