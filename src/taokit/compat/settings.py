"""Configuration as SDK 10's scripts make it: an argument parser, dotted names, a tree to read them from.

Nothing is parsed at import, and nothing by the classes themselves: the command line is read where a script hands a
parser to `Config`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from taokit.errors import ConfigurationError

FLAGS = (("config", str, "A YAML file that takes the place of the defaults."),)
SWITCHES = (("strict", "Refuse flags that nobody declared."), ("no_version_checking", "Accepted, and of no meaning."))


class Config(dict[str, Any]):
    """A tree of settings: `config.axon.port`; a name that is not there is None. `is_set` says what a user typed."""

    def __init__(
        self,
        parser: argparse.ArgumentParser | None = None,
        args: Sequence[str] | None = None,
        strict: bool = False,
        default: Mapping[str, Any] | None = None,
    ) -> None:
        """What a parser makes of `args` (default: the command line) over the defaults and the variables `BT_*`.

        Without a parser, or where BT_NO_PARSE_CLI_ARGS says so, the defaults alone. Raises `ConfigurationError`.
        """
        super().__init__()
        object.__setattr__(self, "_typed", frozenset())
        self._grow(defaults(os.environ) if default is None else default)
        if parser is not None and not _unparsed(os.environ):
            self._parse(parser, list(sys.argv[1:] if args is None else args), strict)

    def _parse(self, parser: argparse.ArgumentParser, args: list[str], strict: bool) -> None:
        _common(parser)
        first, _ = parser.parse_known_args(args)
        if first.config:
            parser.set_defaults(**_of_file(first.config))
        read = vars(parser.parse_args(args) if strict or first.strict else parser.parse_known_args(args)[0])
        for name, value in read.items():
            self.put(name, value)
        object.__setattr__(self, "_typed", frozenset(_typed(parser, args)))

    def _grow(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self[name] = branch(value) if isinstance(value, Mapping) and not isinstance(value, Config) else value

    def put(self, path: str, value: Any) -> None:
        """Set a value by its dotted name, making the branches on the way."""
        *branches, leaf = path.split(".")
        here: Config = self
        for name in branches:
            if not isinstance(here.get(name), Config):
                here[name] = branch({})
            here = here[name]
        here[leaf] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # what copy and pickle look for
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        self.pop(name, None)

    def is_set(self, name: str) -> bool:
        """Whether the command line said it, by its dotted name."""
        typed: frozenset[str] = object.__getattribute__(self, "_typed")
        return name in typed

    def merge(self, other: Mapping[str, Any]) -> None:
        """Take over what another tree says, branch by branch."""
        for name, value in other.items():
            mine = self.get(name)
            if isinstance(mine, Config) and isinstance(value, Mapping):
                mine.merge(value)
            else:
                self[name] = deepcopy(value)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dictionaries."""
        return {name: value.to_dict() if isinstance(value, Config) else value for name, value in self.items()}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = type(self)(default={name: deepcopy(value, memo) for name, value in self.items()})
        object.__setattr__(made, "_typed", object.__getattribute__(self, "_typed"))
        return made

    def copy(self) -> Self:
        """A tree of its own with the same values."""
        return deepcopy(self)


def branch(values: Mapping[str, Any]) -> Config:
    """A part of a tree, with these values and nothing else."""
    return Config(default=values)


def defaults(environment: Mapping[str, str]) -> dict[str, Any]:
    """What holds without a command line: the variables of SDK 10, else its defaults."""
    said = environment.get
    return {
        "axon": {
            "port": _whole(environment, "BT_AXON_PORT", 8091),
            "ip": said("BT_AXON_IP") or "[::]",
            "external_port": _whole(environment, "BT_AXON_EXTERNAL_PORT", None),
            "external_ip": said("BT_AXON_EXTERNAL_IP"),
            "max_workers": _whole(environment, "BT_AXON_MAX_WORKERS", 10),
        },
        "logging": {
            "debug": bool(said("BT_LOGGING_DEBUG")),
            "trace": bool(said("BT_LOGGING_TRACE")),
            "info": bool(said("BT_LOGGING_INFO")),
            "record_log": bool(said("BT_LOGGING_RECORD_LOG")),
            "logging_dir": said("BT_LOGGING_LOGGING_DIR") or str(Path("~/.bittensor/miners").expanduser()),
        },
        "subtensor": {
            "chain_endpoint": said("BT_SUBTENSOR_CHAIN_ENDPOINT"),
            "network": said("BT_SUBTENSOR_NETWORK") or said("BT_NETWORK") or "finney",
        },
        "wallet": {
            "name": said("BT_WALLET_NAME") or "default",
            "hotkey": said("BT_WALLET_HOTKEY") or "default",
            "path": said("BT_WALLET_PATH") or "~/.bittensor/wallets",
        },
    }


def add_flags(parser: argparse.ArgumentParser, flags: Sequence[tuple[str, Any, str]], prefix: str | None) -> None:
    """Add dotted flags, each once, with the defaults that hold here."""
    known = Config()
    for name, kind, said in flags:
        flag = name if prefix is None else f"{prefix}.{name}"
        _add(parser, flag, type=kind, default=setting(known, name), help=said)


def add_switches(parser: argparse.ArgumentParser, switches: Sequence[tuple[str, str]], prefix: str | None) -> None:
    """Add dotted flags that take no value."""
    known = Config()
    for name, said in switches:
        flag = name if prefix is None else f"{prefix}.{name}"
        _add(parser, flag, action="store_true", default=bool(setting(known, name)), help=said)


def setting(config: Mapping[str, Any], path: str) -> Any:
    """A value by its dotted name, or None."""
    value: Any = config
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _add(parser: argparse.ArgumentParser, flag: str, **options: Any) -> None:
    if f"--{flag}" not in parser._option_string_actions:
        parser.add_argument(f"--{flag}", **options)


def _common(parser: argparse.ArgumentParser) -> None:
    for name, kind, said in FLAGS:
        _add(parser, name, type=kind, default=None, help=said)
    for name, said in SWITCHES:
        _add(parser, name, action="store_true", default=False, help=said)


def _typed(parser: argparse.ArgumentParser, args: list[str]) -> list[str]:
    """The dotted names that the arguments themselves hold."""
    probe = deepcopy(parser)
    for action in probe._actions:
        action.default = argparse.SUPPRESS
        action.required = False
    probe._defaults.clear()
    return [*vars(probe.parse_known_args(args)[0])]


def _of_file(name: str) -> dict[str, Any]:
    """A YAML file as dotted names and values."""
    try:
        read = import_module("yaml").safe_load(Path(name).expanduser().read_text(encoding="utf-8"))
    except ImportError as error:
        raise ConfigurationError("a YAML file needs pyyaml", hint="pip install pyyaml") from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"cannot read {name}: {error}", hint="let --config name a readable YAML file"
        ) from error
    except Exception as error:  # YAML's own errors, which have no name here
        raise ConfigurationError(f"{name} is no YAML: {error}") from error
    if not isinstance(read, Mapping):
        raise ConfigurationError(f"{name} holds no settings", hint="write `axon.port: 8091`, one a line")
    return dict(_flat(read, ""))


def _flat(values: Mapping[Any, Any], before: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        found += _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else [(f"{before}{name}", value)]
    return found


def _whole(environment: Mapping[str, str], variable: str, default: int | None) -> int | None:
    text = environment.get(variable)
    if not text:
        return default
    if not text.isdecimal():
        raise ConfigurationError(f"{variable} is {text!r}", hint="give it a whole number")
    return int(text)


def _unparsed(environment: Mapping[str, str]) -> bool:
    """Whether BT_NO_PARSE_CLI_ARGS is there and is no way of saying no."""
    return environment.get("BT_NO_PARSE_CLI_ARGS", "false").lower() not in ("0", "false", "no", "off", "")


BLOCKTIME = 12
"""Seconds between two blocks of the main network."""
DEFAULT_NETWORK = "finney"


def __getattr__(name: str) -> Any:
    """`DEFAULTS`: what holds without a command line, read from the environment when it is asked for."""
    if name != "DEFAULTS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return Config()


__all__ = ["BLOCKTIME", "DEFAULT_NETWORK", "Config", "add_flags", "add_switches", "setting"]
