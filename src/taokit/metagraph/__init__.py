"""A subnet at one block, as a value."""

from taokit.metagraph.snapshot import Endpoint, Hyperparameters, Metagraph, Rows

__all__ = ["Endpoint", "Hyperparameters", "Metagraph", "Rows"]
