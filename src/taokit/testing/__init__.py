"""Tests that others can run too, and what the fixtures of the pytest plugin (`taokit.testing.plugin`) hand out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taokit.testing.beacon import Pulses
    from taokit.testing.clock import Clock
    from taokit.testing.contract import BackendContract
    from taokit.testing.neurons import Neurons
    from taokit.testing.served import DevnetUrl

_HOMES = {
    "BackendContract": "contract",
    "Clock": "clock",
    "DevnetUrl": "served",
    "Neurons": "neurons",
    "Pulses": "beacon",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: pytest loads this package in every run, used or not."""
    if name not in _HOMES:
        raise AttributeError(f"module 'taokit.testing' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"taokit.testing.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = ["BackendContract", "Clock", "DevnetUrl", "Neurons", "Pulses"]
