"""Where the log of a neuron that runs by itself goes."""

from __future__ import annotations

import json
import logging


def log_to_stderr(*, as_json: bool, verbosity: int) -> None:
    """Write what taokit logs on standard error: events, with `verbosity` 1 each request too, with -1 warnings only."""
    handler = logging.StreamHandler()
    text = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(text))
    logging.getLogger("taokit").addHandler(handler)
    levels = {-1: logging.WARNING, 0: logging.INFO}
    logging.getLogger("taokit").setLevel(levels.get(verbosity, logging.DEBUG))


class JsonLines(logging.Formatter):
    """One JSON object for each record, on one line; what it says of a request is in fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"at": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)


__all__ = ["JsonLines", "log_to_stderr"]
