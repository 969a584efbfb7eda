"""What wakes those who wait for the chain to change."""

from __future__ import annotations

import asyncio


class Bell:
    """Wakes everybody who waits for a change of the chain."""

    def __init__(self) -> None:
        self.next = asyncio.Event()
        """Set at the next ring. Take it before looking at the chain, and nothing is missed."""
        self.muffled = False
        """Whether more blocks come at once, of which nobody is to be told for a moment."""

    def ring(self) -> None:
        """The chain has changed, and those who wait for it may look."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()


__all__ = ["Bell"]
