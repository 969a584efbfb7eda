"""What goes wrong on purpose with the submissions to come."""

from __future__ import annotations

from collections import deque
from typing import Final

from taokit.errors import ConfigurationError, PoolRefused

MOST: Final = 1024
"""Faults that wait at once."""


class Faults:
    """The refusals and losses that wait for the next submissions, in this order."""

    def __init__(self) -> None:
        self._refusals: deque[PoolRefused] = deque()
        self._losses = 0

    def __len__(self) -> int:
        return len(self._refusals) + self._losses

    def refuse(self, error: PoolRefused, times: int = 1) -> None:
        """The next submissions are refused with this error, whatever they are."""
        self._room(times)
        self._refusals.extend([error] * times)

    def lose(self, times: int = 1) -> None:
        """The next submissions are taken, and never heard of again."""
        self._room(times)
        self._losses += times

    def _room(self, times: int) -> None:
        if len(self) + times > MOST:
            raise ConfigurationError(f"more than {MOST} faults cannot wait at once", hint="clear them first")

    def meet(self) -> None:
        """Raise the refusal that waits for a submission, where one does."""
        if self._refusals:
            error = self._refusals.popleft()
            raise PoolRefused(str(error), name=error.name, code=error.code, custom=error.custom)

    def loses(self) -> bool:
        """Whether the submission at hand gets lost."""
        if not self._losses:
            return False
        self._losses -= 1
        return True

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._refusals.clear()
        self._losses = 0


__all__ = ["MOST", "Faults"]
