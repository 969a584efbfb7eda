"""Timelock encryption for programs that must not stand still meanwhile."""

from taokit.timelock.client import Remembered, Timelock, digest

__all__ = ["Remembered", "Timelock", "digest"]
