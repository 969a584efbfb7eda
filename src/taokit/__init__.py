"""The neuron layer of Bittensor: subclass `Miner` and `Validator`, and run the whole subnet on a laptop."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from taokit.connect import connect
from taokit.run import run

if TYPE_CHECKING:
    from taokit._version import __version__
    from taokit.axon import Batch, Caller, Mount
    from taokit.dendrite import Dendrite, Reply, Target
    from taokit.errors import Forbidden, Refused, TaokitError
    from taokit.metagraph import Metagraph
    from taokit.neuron import Miner, Round, Validator, route
    from taokit.protocol import Answer, Question, Synapse, Tensor
    from taokit.units import Balance, Rao

_HOMES = {
    "Answer": "taokit.protocol",
    "Balance": "taokit.units",
    "Batch": "taokit.axon",
    "Caller": "taokit.axon",
    "Dendrite": "taokit.dendrite",
    "Forbidden": "taokit.errors",
    "Metagraph": "taokit.metagraph",
    "Miner": "taokit.neuron",
    "Mount": "taokit.axon",
    "Question": "taokit.protocol",
    "Rao": "taokit.units",
    "Refused": "taokit.errors",
    "Reply": "taokit.dendrite",
    "Round": "taokit.neuron",
    "Synapse": "taokit.protocol",
    "Target": "taokit.dendrite",
    "TaokitError": "taokit.errors",
    "Tensor": "taokit.protocol",
    "Validator": "taokit.neuron",
    "__version__": "taokit._version",
    "route": "taokit.neuron",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: importing taokit loads no network, codec or array code."""
    if name not in _HOMES:
        raise AttributeError(f"module 'taokit' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Answer",
    "Balance",
    "Batch",
    "Caller",
    "Dendrite",
    "Forbidden",
    "Metagraph",
    "Miner",
    "Mount",
    "Question",
    "Rao",
    "Refused",
    "Reply",
    "Round",
    "Synapse",
    "TaokitError",
    "Target",
    "Tensor",
    "Validator",
    "__version__",
    "connect",
    "route",
    "run",
]
