"""Timelock encryption for programs that must not stand still meanwhile."""

from taokit.neuron.timelock.client import Remembered, Timelock, digest

__all__ = ["Remembered", "Timelock", "digest"]
