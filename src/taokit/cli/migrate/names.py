"""Where the names of SDK 10 are now. What `taokit.compat` has is asked of itself, so the two never differ."""

from __future__ import annotations

from dataclasses import fields

import taokit.compat as compat
from taokit.compat.utils import weight_utils
from taokit.protocol import Terminal

SDK = "bittensor"
COMPAT = "taokit.compat"
WEIGHTS = "utils.weight_utils"

FORMER = frozenset({"core", "utils", "chain_data", "mock", "extras"})
"""Packages below the SDK's own, whose names stand in `taokit.compat` itself."""

INSTEAD = {
    "Keypair": "`from bittensor_wallet import Keypair`",
    "MockSubtensor": "the fixture `devnet_url` of taokit's pytest plugin is a whole chain for tests",
    "SubtensorApi": "`taokit.connect` gives every read and call",
    "SubnetsAPI": "ask with `bt.Dendrite`, or subclass `taokit.Validator`",
    "PriorityThreadPoolExecutor": "a priority function given to `attach` orders requests",
    "timelock": "`taokit.neuron.timelock.Timelock` encrypts",
    "extrinsics": "`taokit.chain.calls` has the calls",
}
"""What to use for some names that are nowhere."""

TERMINAL = frozenset(field.name for field in fields(Terminal))
"""What `synapse.axon` and `synapse.dendrite` hold."""

MEMBERS = {
    "subtensor": frozenset(dir(compat.Subtensor)) | {"here", "network", "chain_endpoint"},
    "dendrite": frozenset(dir(compat.Dendrite)) | TERMINAL,
    "metagraph": frozenset(dir(compat.Metagraph)) | {"netuid", "mechid", "network", "axons", "graph", "subtensor"},
    "axon": frozenset(dir(compat.Axon)) | frozenset(dir(compat.AxonInfo)) | TERMINAL | {"config", "wallet", "started"},
}
"""What objects that usually go by these names can do."""


def home_of(module: str, name: str) -> str | None:
    """The module that has what `from module import name` took of the SDK, or None where there is none."""
    inner = module.removeprefix(SDK).removeprefix(".")
    if inner == WEIGHTS:
        return f"{COMPAT}.{WEIGHTS}" if hasattr(weight_utils, name) else None
    if inner == "utils" and name == "weight_utils":
        return f"{COMPAT}.utils"
    if inner and inner.partition(".")[0] not in FORMER:
        return None
    return COMPAT if name in compat.__all__ else None


def instead(name: str) -> str:
    """What to say of a name that is nowhere."""
    return f"taokit.compat has no {name}" + (f": {INSTEAD[name]}" if name in INSTEAD else "")


__all__ = ["COMPAT", "FORMER", "MEMBERS", "SDK", "WEIGHTS", "home_of", "instead"]
