"""Work during which the collector of garbage would only be in the way."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected until the block ends, which must not wait for anything.

    Reading, for one: a body of a million small lists makes no garbage, and the collector, which looks through all of
    them again and again, would take most of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


__all__ = ["uncollected"]
