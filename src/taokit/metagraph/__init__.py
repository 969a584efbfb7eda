"""A subnet at one block, as a value."""

from taokit.metagraph.diff import Change, Diff, EpochRan, HandedOver, Joined, Left, Moved, WeightsChanged, diff
from taokit.metagraph.snapshot import Endpoint, Hyperparameters, Metagraph, Rows
from taokit.metagraph.store import from_bytes, to_bytes

__all__ = [
    "Change",
    "Diff",
    "Endpoint",
    "EpochRan",
    "HandedOver",
    "Hyperparameters",
    "Joined",
    "Left",
    "Metagraph",
    "Moved",
    "Rows",
    "WeightsChanged",
    "diff",
    "from_bytes",
    "to_bytes",
]
