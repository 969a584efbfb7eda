"""What was written without a block, for as long as the block after it can be made anew."""

from __future__ import annotations

from collections.abc import Iterable

from taokit.devnet.changes import Change
from taokit.devnet.runtime.state import HISTORY


class Asides:
    """Changes between blocks, by the block that came after them."""

    def __init__(self) -> None:
        self._before: dict[int, list[Change]] = {}

    def note(self, number: int, changes: list[Change]) -> None:
        """These were made right before block `number`; what is too old to be made anew is forgotten."""
        if changes:
            self._before[number] = changes
        self._before.pop(number - HISTORY, None)

    def before(self, number: int) -> list[Change]:
        """What was written between block `number` and the one before it."""
        return self._before.get(number, [])

    def forget(self, numbers: Iterable[int]) -> None:
        """These blocks are no more."""
        for number in numbers:
            self._before.pop(number, None)

    def clear(self) -> None:
        """Another chain begins."""
        self._before.clear()


__all__ = ["Asides"]
