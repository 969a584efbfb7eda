"""How the failure of a user's code is told: by their own lines, without those of ours around them."""

from __future__ import annotations

from logging import Logger
from types import FrameType, TracebackType

from taokit.errors import TaokitError

_AROUND = frozenset({"taokit", "asyncio", "concurrent", "contextlib"})  # what calls a user's code


def log_failure(log: Logger, error: BaseException, what: str, *args: object) -> None:
    """Log that something of the user's failed: `what` with its arguments, and why.

    An error of taokit is its sentence and its hint; any other comes with the traceback from the user's first line on.
    """
    if isinstance(error, TaokitError):
        sentence = what + ": %s" + (" (%s)" if error.hint else "")
        log.error(sentence, *args, error, *((error.hint,) if error.hint else ()), stacklevel=2)
    else:
        log.error(what, *args, exc_info=(type(error), error, _users_part(error.__traceback__)), stacklevel=2)


def began_in(error: BaseException, cls: type) -> bool:
    """Whether the user's first line in a traceback is in the module of this class, or of one that it builds on."""
    part = _beyond(error.__traceback__)
    return part is not None and part.tb_frame.f_globals.get("__name__") in {base.__module__ for base in cls.__mro__}


def _users_part(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames that lead to the user's code; the whole of it where none is the user's."""
    return _beyond(trace) or trace


def _beyond(trace: TracebackType | None) -> TracebackType | None:
    """What is left of a traceback without the frames that only lead to it; None where that is nothing."""
    while trace is not None and is_around(trace.tb_frame):
        trace = trace.tb_next
    return trace


def is_around(frame: FrameType) -> bool:
    """Whether a frame belongs to what calls a user's code, rather than to that code or a library."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _AROUND


__all__ = ["began_in", "is_around", "log_failure"]
