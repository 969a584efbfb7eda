"""What was accepted before, for as long as it would be accepted again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable
from typing import Protocol

from taokit.errors import Busy, Replayed, Stale
from taokit.protocol.claim import ReplayKey

DEFAULT_LIMIT = 200_000
SLOT_NS = 100_000_000  # so much too long, at the most, is a request remembered


def told(key: ReplayKey) -> str:
    """How a log names a request of its sender: by uuid and nonce, where its key holds them."""
    _, _, uuid, nonce = key
    return ", ".join([f"uuid {uuid}"] * bool(uuid) + [f"nonce {nonce}"] * bool(nonce))


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
    """Remembers requests until they are stale; bounded in time and in number, and never forgets a fresh one.

    They are kept in slots by the moment until which they are fresh, and a slot is forgotten as a whole once all of its
    time has passed.
    """

    persistent = False

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.limit = limit
        self._keys: set[ReplayKey] = set()
        self._slots: defaultdict[int, list[ReplayKey]] = defaultdict(list)
        self._slot = 0  # that of the clock
        self._forgotten = -1  # the last slot that was

    def __len__(self) -> int:
        return len(self._keys)

    def accept(self, key: ReplayKey, *, now_ns: int, until_ns: int, signed_ns: int = 0) -> None:
        """Remember a request until the moment after which it is stale by itself.

        `Replayed` when it is known, `Busy` when there is no room. `Stale` when that moment has passed, and when the
        clock went back so far that it could have been forgotten already.
        """
        slot = until_ns // SLOT_NS
        if now_ns // SLOT_NS != self._slot:
            self._forget_before(now_ns // SLOT_NS)
        if key in self._keys:
            raise Replayed(f"{key[1]} sent {told(key)} before")
        if until_ns < now_ns:
            raise Stale(f"{key[1]}: {told(key)} was under way for too long")
        if slot <= self._forgotten:
            raise Stale(f"{key[1]}: this clock went back, and {told(key)} may have been seen")
        if len(self._keys) >= self.limit:
            raise Busy(f"the replay memory is full with {self.limit} requests")
        self._keys.add(key)
        self._slots[slot].append(key)

    def _forget_before(self, now: int) -> None:
        self._slot = now
        for slot in [slot for slot in self._slots if slot < now]:
            self._keys.difference_update(self._slots.pop(slot))
            self._forgotten = max(self._forgotten, slot)


__all__ = ["DEFAULT_LIMIT", "Replay", "ReplayStore", "told"]
