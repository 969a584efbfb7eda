"""A subnet at one block, as a value."""

from taokit.metagraph.snapshot import Endpoint, Hyperparameters, Metagraph, Rows
from taokit.metagraph.store import from_bytes, to_bytes

__all__ = ["Endpoint", "Hyperparameters", "Metagraph", "Rows", "from_bytes", "to_bytes"]
