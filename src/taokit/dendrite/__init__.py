"""The client side: ask neurons, get one bounded, typed reply from each."""

from taokit.dendrite.client import Dendrite
from taokit.dendrite.pool import Limits
from taokit.dendrite.question import Format
from taokit.dendrite.reply import OUTCOMES, Reply, Target, Timings

__all__ = ["OUTCOMES", "Dendrite", "Format", "Limits", "Reply", "Target", "Timings"]
