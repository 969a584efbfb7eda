"""What no real chain allows: the `dev_` methods, under the names and shapes of Chopsticks where it has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from taokit.devnet.rpc.controls import blocks, faults, past, pulses, storage
from taokit.devnet.rpc.methods import Handler

CONTROLS: Final[Mapping[str, Handler]] = MappingProxyType(
    {**blocks.CONTROLS, **past.CONTROLS, **storage.CONTROLS, **faults.CONTROLS, **pulses.CONTROLS}
)
"""By the name that clients call."""

__all__ = ["CONTROLS"]
