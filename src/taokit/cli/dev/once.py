"""Failures of the user's own code come back with every request or round: each is told once."""

from __future__ import annotations

import logging
from typing import Final

TOLD: Final = 256
"""Failures that are remembered."""


class Once(logging.Filter):
    """Lets every record through, but an error that was told already."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def forget(self) -> None:
        """Let errors through again, since the code is another now."""
        self._told.clear()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is to be told."""
        if record.levelno < logging.ERROR:
            return True
        which = record.args[1:] if isinstance(record.args, tuple) else ()  # the first is the request or the round
        failure = f"{record.msg} {which} {record.exc_info and record.exc_info[1]!r}"
        if failure in self._told:
            return False
        if len(self._told) < TOLD:
            self._told.add(failure)
        return True


__all__ = ["TOLD", "Once"]
