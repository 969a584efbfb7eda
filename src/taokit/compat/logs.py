"""`bt.logging`: the calls of SDK 10 over the standard library's logger `taokit.compat`.

Until a script turns it on, warnings and errors alone are seen, on standard error.
"""

from __future__ import annotations

import argparse
import logging as standard
from pathlib import Path
from typing import Any

from taokit.compat.absent import Departed
from taokit.compat.settings import Config, add_flags, add_switches, setting

TRACE, SUCCESS = 5, 21
SWITCHES = (
    ("logging.debug", "Say what happens in detail."),
    ("logging.trace", "Say everything."),
    ("logging.info", "Say what happens."),
    ("logging.record_log", "Write the log to a file as well."),
)
FLAGS = (("logging.logging_dir", str, "The folder of that file."),)
FORM = "%(asctime)s | %(levelname)8s | %(message)s"


class Logging(Departed):
    """The one object behind `bt.logging`. Messages are text, or anything that has a text."""

    sdk_name = "logging"

    def __init__(self, name: str = "taokit.compat") -> None:
        self._log = standard.getLogger(name)
        self._handler: standard.Handler | None = None
        self._file: standard.Handler | None = None

    def __call__(
        self,
        config: Config | None = None,
        debug: bool | None = None,
        trace: bool | None = None,
        info: bool | None = None,
        record_log: bool | None = None,
        logging_dir: str | None = None,
    ) -> Logging:
        """Write the log on standard error, in the detail that the configuration or the arguments ask for."""
        said = config or Config()

        def on(name: str, given: bool | None) -> bool:
            return bool(setting(said, f"logging.{name}") if given is None else given)

        self._turn(TRACE if on("trace", trace) else standard.DEBUG if on("debug", debug) else standard.INFO)
        folder = logging_dir or setting(said, "logging.logging_dir")
        if on("record_log", record_log) and folder:
            self._record(Path(folder).expanduser())
        return self

    def set_config(self, config: Config) -> None:
        """The same as calling it with a configuration."""
        self(config=config)

    def add_args(self, parser: argparse.ArgumentParser, prefix: str | None = None) -> None:
        """Add `--logging.debug`, `.trace`, `.info`, `.record_log` and `--logging.logging_dir`."""
        add_switches(parser, SWITCHES, prefix)
        add_flags(parser, FLAGS, prefix)

    def check_config(self, config: Config) -> None:
        """Nothing: any configuration will do."""

    def trace(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say something of the finest detail."""
        self._say(TRACE, (msg, prefix, suffix), args, options)

    def debug(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say something for whoever looks for a mistake."""
        self._say(standard.DEBUG, (msg, prefix, suffix), args, options)

    def info(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what happens."""
        self._say(standard.INFO, (msg, prefix, suffix), args, options)

    def success(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what went well."""
        self._say(SUCCESS, (msg, prefix, suffix), args, options)

    def warning(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what may be wrong."""
        self._say(standard.WARNING, (msg, prefix, suffix), args, options)

    def error(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what is wrong."""
        self._say(standard.ERROR, (msg, prefix, suffix), args, options)

    def critical(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what ends the program."""
        self._say(standard.CRITICAL, (msg, prefix, suffix), args, options)

    warn, fatal = warning, critical

    def log(self, level: int, msg: Any = "", *args: Any, **options: Any) -> None:
        """Say something of a level of the standard library."""
        self._say(level, (msg, "", ""), args, options)

    def exception(self, msg: Any = "", prefix: Any = "", suffix: Any = "", *args: Any, **options: Any) -> None:
        """Say what is wrong, with the traceback of the error at hand."""
        self._say(standard.ERROR, (msg, prefix, suffix), args, {"exc_info": True, **options})

    def set_trace(self, on: bool = True) -> None:
        """Say everything, or go back to what happens."""
        self._turn(TRACE if on else standard.INFO)

    def set_debug(self, on: bool = True) -> None:
        """Say details too, or go back to what happens."""
        self._turn(standard.DEBUG if on else standard.INFO)

    def set_info(self, on: bool = True) -> None:
        """Say what happens, or warnings alone."""
        self._turn(standard.INFO if on else standard.WARNING)

    def set_warning(self, on: bool = True) -> None:
        """Say warnings alone, or what happens too."""
        self._turn(standard.WARNING if on else standard.INFO)

    def set_default(self) -> None:
        """Say warnings and errors alone."""
        self._turn(standard.WARNING)

    def set_console(self) -> None:
        """Say what happens."""
        self._turn(standard.INFO)

    enable_trace, enable_debug, enable_info, enable_warning = set_trace, set_debug, set_info, set_warning
    enable_default, enable_console, on = set_default, set_console, set_console

    disable_trace = disable_debug = disable_info = disable_warning = set_default

    def off(self) -> None:
        """Say nothing any more."""
        self._turn(standard.CRITICAL + 1)

    def setLevel(self, level: int | str) -> None:  # noqa: N802  SDK 10's name
        """Say what has this level or a higher one, a number or a name of the standard library."""
        self._log.setLevel(level)

    def get_level(self) -> int:
        """The lowest level that is said."""
        return self._log.getEffectiveLevel()

    getEffectiveLevel = get_level  # noqa: N815  SDK 10's name

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  SDK 10's name
        """Whether anything of this level is said."""
        return self._log.isEnabledFor(level)

    def addHandler(self, handler: standard.Handler) -> None:  # noqa: N802  SDK 10's name
        """Let another handler have what is said too."""
        self._log.addHandler(handler)

    def removeHandler(self, handler: standard.Handler) -> None:  # noqa: N802  SDK 10's name
        """Take such a handler away."""
        self._log.removeHandler(handler)

    def hasHandlers(self) -> bool:  # noqa: N802  SDK 10's name
        """Whether anybody listens."""
        return self._log.hasHandlers()

    @property
    def handlers(self) -> list[standard.Handler]:
        """Who listens."""
        return self._log.handlers

    @property
    def name(self) -> str:
        """Of the standard library's logger."""
        return self._log.name

    @property
    def propagate(self) -> bool:
        """Whether the root logger hears it too: not once this one writes by itself."""
        return self._log.propagate

    def register_primary_logger(self, logger_name: str) -> None:
        """Write what another logger says here too, from now on."""
        other = standard.getLogger(logger_name)
        self._turn(self._log.getEffectiveLevel())
        for handler in self._log.handlers:
            if handler not in other.handlers:
                other.addHandler(handler)

    def _say(self, level: int, parts: tuple[Any, Any, Any], args: tuple[Any, ...], options: dict[str, Any]) -> None:
        if not self._log.isEnabledFor(level):
            return
        msg, prefix, suffix = parts
        said = " - ".join(str(part) for part in (prefix, msg, suffix) if part not in ("", None))
        deeper = options.pop("stacklevel", 1) + 2
        self._log.log(level, said, *args, stacklevel=deeper, **options)

    def _turn(self, level: int) -> None:
        if self._handler is None:
            standard.addLevelName(TRACE, "TRACE")
            standard.addLevelName(SUCCESS, "SUCCESS")
            self._handler = standard.StreamHandler()
            self._handler.setFormatter(standard.Formatter(FORM))
            self._log.addHandler(self._handler)
            self._log.propagate = False
        self._log.setLevel(level)

    def _record(self, folder: Path) -> None:
        if self._file is None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = standard.FileHandler(folder / "bittensor.log", encoding="utf-8")
            self._file.setFormatter(standard.Formatter(FORM))
            self._log.addHandler(self._file)


logging = Logging()

__all__ = ["Logging", "logging"]
