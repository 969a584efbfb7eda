"""Where the log of a neuron that runs by itself goes."""

from __future__ import annotations

import json
import logging

LEVELS = {-1: logging.WARNING, 0: logging.INFO}


def log_to_stderr(*, as_json: bool, verbosity: int) -> None:
    """Write the log on standard error. Of taokit by `verbosity`: -1 warnings, 0 events too, 1 each request too.

    With 2 the events of other libraries are there as well, with 3 all that they say.
    """
    handler = logging.StreamHandler()
    text = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(text))
    logging.getLogger("taokit").setLevel(LEVELS.get(verbosity, logging.DEBUG))
    if verbosity < 2:
        logging.getLogger("taokit").addHandler(handler)
        return
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO if verbosity == 2 else logging.DEBUG)


class JsonLines(logging.Formatter):
    """One JSON object for each record, on one line; what it says of a request is in fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"at": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


__all__ = ["JsonLines", "log_to_stderr"]
