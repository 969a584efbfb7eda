"""Nonces that only grow."""

from __future__ import annotations


class Nonces:
    """Draws strictly increasing nonces, so that two requests of one nanosecond do not collide."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    @property
    def last(self) -> int:
        """The one drawn last."""
        return self._last

    def next(self, now_ns: int) -> int:
        """A nonce at or after `now_ns`, and above every one drawn before."""
        self._last = max(now_ns, self._last + 1)
        return self._last


__all__ = ["Nonces"]
