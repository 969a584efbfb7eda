"""The client side: ask neurons, get one bounded, typed reply from each."""

from taokit.dendrite.again import Hedge, Retry
from taokit.dendrite.breaker import Breaker
from taokit.dendrite.client import Dendrite
from taokit.dendrite.metrics import Metrics
from taokit.dendrite.pool import Limits
from taokit.dendrite.question import Format, Manner
from taokit.dendrite.reply import OUTCOMES, Reply, Target, Timings
from taokit.dendrite.stream import Stream
from taokit.dendrite.summary import Summary
from taokit.dendrite.tracing import Tracing
from taokit.dendrite.trust import Known, Trust

__all__ = [
    "OUTCOMES",
    "Breaker",
    "Dendrite",
    "Format",
    "Hedge",
    "Known",
    "Limits",
    "Manner",
    "Metrics",
    "Reply",
    "Retry",
    "Stream",
    "Summary",
    "Target",
    "Timings",
    "Tracing",
    "Trust",
]
