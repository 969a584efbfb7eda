"""Where the log of a neuron that runs by itself goes."""

from __future__ import annotations

import json
import logging

LEVELS = {-1: logging.WARNING, 0: logging.INFO}


NAME = "taokit to stderr"
_asked: list[int] = []  # what the user asked for on the command line, which beats what a command would say by itself


def ask_for(verbosity: int) -> None:
    """Log as much as somebody asked for from now on, whatever `log_to_stderr` is told."""
    _asked[:] = [verbosity]
    log_to_stderr(as_json=False, verbosity=verbosity)


def log_to_stderr(*, as_json: bool, verbosity: int) -> None:
    """Write the log on standard error. Of taokit by `verbosity`: -1 warnings, 0 events too, 1 each request too.

    With 2 the events of other libraries are there as well, with 3 all that they say. A second time takes the place of
    the first.
    """
    verbosity = _asked[0] if _asked else verbosity
    handler = logging.StreamHandler()
    handler.set_name(NAME)
    text = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(text))
    ours, every = logging.getLogger("taokit"), logging.getLogger()
    for logger in (ours, every):
        for old in [one for one in logger.handlers if one.get_name() == NAME]:
            logger.removeHandler(old)
    ours.setLevel(LEVELS.get(verbosity, logging.DEBUG))
    (ours if verbosity < 2 else every).addHandler(handler)
    if verbosity >= 2:
        every.setLevel(logging.INFO if verbosity == 2 else logging.DEBUG)


class JsonLines(logging.Formatter):
    """One JSON object for each record, on one line; what it says of a request is in fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"at": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


__all__ = ["JsonLines", "ask_for", "log_to_stderr"]
