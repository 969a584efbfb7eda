"""Timelock encryption for programs that must not stand still meanwhile."""

from taokit.timelock.client import Timelock

__all__ = ["Timelock"]
