"""What a subnet's owner, or root, sets."""

from __future__ import annotations

from typing import Any

from taokit.chain.calls.base import Call, subtensor


def admin(function: str, **args: Any) -> Call:
    """A hyperparameter setter, such as `admin("sudo_set_tempo", netuid=1, tempo=360)`; where root only, in `sudo`."""
    return Call("AdminUtils", function, args)


def set_tempo(netuid: int, tempo: int) -> Call:
    """Set the blocks between epochs, 360 to 50400. Signed by the owner, whose other settings are `admin`'s."""
    return subtensor("set_tempo", netuid=netuid, tempo=tempo)


def set_activity_cutoff_factor(netuid: int, factor_milli: int) -> Call:
    """Set the thousandths of a tempo after which a silent validator is out, 1000 to 50000. Signed by the owner."""
    return subtensor("set_activity_cutoff_factor", netuid=netuid, factor_milli=factor_milli)


def trigger_epoch(netuid: int) -> Call:
    """Run an epoch as soon as the freeze window has passed, where commit-reveal is off. Signed by the owner."""
    return subtensor("trigger_epoch", netuid=netuid)


__all__ = [
    "admin",
    "set_activity_cutoff_factor",
    "set_tempo",
    "trigger_epoch",
]
