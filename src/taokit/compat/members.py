"""Who has a uid, for axons without a blacklist function."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

AGAIN_S = 12.0
"""Seconds between two looks at the chain for strangers: one block."""
OLD_S = 300.0
"""Seconds after which nobody counts as known any more without another look."""


class Members:
    """The hotkeys of one subnet, read when a stranger comes, at most once a block."""

    def __init__(self, subtensor: Any, netuid: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._subtensor, self.netuid, self._now = subtensor, netuid, now
        self._known: frozenset[str] = frozenset()
        self._read: float | None = None

    def has(self, hotkey: str) -> bool:
        """Whether a hotkey has a uid. Blocks while the chain is asked; raises what that raises."""
        age = None if self._read is None else self._now() - self._read
        if age is None or age > OLD_S or (hotkey not in self._known and age > AGAIN_S):
            self._known = frozenset(self._subtensor.metagraph(self.netuid).hotkeys)
            self._read = self._now()
        return hotkey in self._known


__all__ = ["Members"]
