"""A uuid for each request in flight.

Servers of the older SDKs refuse a nonce that is not above the last one of the same sender and uuid, so requests that
overtake one another need uuids of their own; and they never forget a uuid, so there must be few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Lanes:
    """As many uuids as one receiver ever had requests in flight, shared by all receivers."""

    def __init__(self, new_uuid: Callable[[], str]) -> None:
        self._new_uuid = new_uuid
        self._uuids: list[str] = []
        self._busy: dict[str, set[int]] = {}

    @contextmanager
    def lane(self, receiver: str) -> Iterator[str]:
        """A uuid that no other request to this receiver uses until the block ends."""
        busy = self._busy.setdefault(receiver, set())
        number = next(number for number in range(len(busy) + 1) if number not in busy)
        if number == len(self._uuids):
            self._uuids.append(self._new_uuid())
        busy.add(number)
        try:
            yield self._uuids[number]
        finally:
            busy.discard(number)
            if not busy:
                self._busy.pop(receiver, None)

    def renew(self) -> None:
        """Use new uuids from now on: nonces of the old ones are no longer below those to come."""
        self._uuids = [self._new_uuid() for _ in self._uuids]


__all__ = ["Lanes"]
