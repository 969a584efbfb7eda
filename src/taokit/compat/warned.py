"""Warnings for what SDK 10 did and this does otherwise."""

from __future__ import annotations

import warnings

PAGE = "docs/how-to/move-from-sdk-10.md"
"""What each warning names."""

_said: set[str] = set()


class CompatWarning(UserWarning):
    """Something works otherwise here than in SDK 10, for safety; the page that the text names says how."""


def warn(topic: str, text: str, *, stacklevel: int = 3) -> None:
    """Say it once in this process; `topic` is a heading of the page, as an anchor, with what may tell cases apart."""
    if topic not in _said:
        _said.add(topic)
        anchor = topic.partition(":")[0]
        warnings.warn(f"{text} (see {PAGE}#{anchor})", CompatWarning, stacklevel=stacklevel)


def forget() -> None:
    """Let every warning be said again. For tests."""
    _said.clear()


__all__ = ["PAGE", "CompatWarning", "forget", "warn"]
