"""How a setting is found: flag > variable > configuration file > default. For neurons and every other command."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taokit.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Option:
    """One flag: its name, its variables in order of precedence, its default and its help."""

    flag: str
    variables: tuple[str, ...]
    default: str | None
    help: str
    short: str | None = None
    dotted: tuple[str, ...] = ()  # flags of the chain's SDK up to version 10, in order of precedence
    old: tuple[str, ...] = ()  # variables of the same, which come last

    @property
    def name(self) -> str:
        """The flag as a name: `wallet_hotkey`."""
        return self.flag.lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A command line in today's names."""

    argv: tuple[str, ...]
    said: tuple[str, ...] = ()  # what was renamed or left out, each to be read after a colon


WITHOUT_MEANING: Final = ("--neuron.", "--logging.", "--blacklist.", "--priority.", "--wandb.", "--axon.max_workers")
"""Flags of the SDK up to version 10 and of its subnet template that nothing here stands for. They are passed over."""
SWITCHES: Final = {"--logging.debug": "-v", "--logging.info": "", "--logging.trace": "-vv"}
OLD_SWITCHES: Final = {"BT_LOGGING_DEBUG": 1, "BT_LOGGING_TRACE": 2}
"""Variables of the same that say how much is logged, as the number of `-v` that they stand for."""
NO_FLAGS: Final = "BT_NO_PARSE_CLI_ARGS"
"""The variable of the same that keeps a script from reading its command line."""


def renamed(argv: Sequence[str], options: Sequence[Option], *, settings: Iterable[str] = ()) -> Renamed:
    """The same command line without dotted flags. A new flag that is there as well wins over them.

    `--neuron.depth 3` becomes `--set depth=3` where `depth` is among the settings.
    """
    old = {dotted: one.flag for one in options for dotted in one.dotted}
    best, left, own = _best(argv, options), list(argv), frozenset(settings)
    made, said = list[str](), list[str]()
    while left and left[0] != "--":
        word = left.pop(0)
        flag, equals, value = word.partition("=")
        if flag not in old and flag not in SWITCHES and not flag.startswith(WITHOUT_MEANING):
            made.append(word)
            continue
        takes = not equals and flag not in SWITCHES and bool(left) and not left[0].startswith("-")
        words, told = _today(flag, value if equals else left.pop(0) if takes else None, old, own)
        made += words if best.get(old.get(flag, ""), flag) == flag else []
        said.append(told)
    return Renamed((*made, *left), tuple(said))


def _today(flag: str, value: str | None, old: Mapping[str, str], settings: frozenset[str]) -> tuple[list[str], str]:
    """An old flag and its value in today's words, and what is said about it."""
    name = flag.rpartition(".")[2]
    if flag in old:
        return [old[flag], *([] if value is None else [value])], f"{flag} is now {old[flag]}"
    if switch := SWITCHES.get(flag):
        return [switch], f"{flag} is now {switch}"
    if name in settings and value is not None:
        return ["--set", f"{name}={value}"], f"{flag} is now --set {name}=VALUE"
    return [], f"{flag} means nothing here"


def _best(argv: Sequence[str], options: Sequence[Option]) -> dict[str, str]:
    """For each flag, the name it goes by that comes first among those on the command line."""
    there = {word.partition("=")[0] for word in argv}
    names = {one.flag: (one.flag, *((one.short,) if one.short else ()), *one.dotted) for one in options}
    return {flag: found[0] for flag, known in names.items() if (found := [name for name in known if name in there])}


def chosen(option: Option, flag: str | None, environment: Mapping[str, str], config: Mapping[str, str]) -> str | None:
    """The value of an option, from the first place that has one."""
    if flag is not None:
        return flag
    return variable(option, environment) or config.get(option.name) or option.default


def variable(option: Option, environment: Mapping[str, str]) -> str | None:
    """The value that a variable gives an option; an empty one gives none."""
    return next((value for name in (*option.variables, *option.old) if (value := environment.get(name))), None)


def network_of(named: str, environment: Mapping[str, str]) -> str:
    """The network that is meant: `local` may be at another address than the usual one, by `BT_CHAIN_ENDPOINT`."""
    return environment.get("BT_CHAIN_ENDPOINT") or named if named == "local" else named


def outdated(said: Sequence[str], options: Sequence[Option], environment: Mapping[str, str]) -> list[str]:
    """One line about everything that goes by another name now; `said` is what was found on the command line."""
    names = [f"{old} is now {one.variables[0]}" for one in options for old in one.old if environment.get(old)]
    names += [f"{old} is now -{'v' * many}" for old, many in OLD_SWITCHES.items() if is_on(environment.get(old))]
    told = ", ".join((*said, *names))
    return [f"names of the SDK up to version 10 will not be understood for ever: {told}"] if told else []


def old_verbosity(environment: Mapping[str, str]) -> int:
    """How much the variables of the SDK up to version 10 ask to log, as a number of `-v`."""
    return max((many for old, many in OLD_SWITCHES.items() if is_on(environment.get(old))), default=0)


def is_on(text: str | None) -> bool:
    """Whether a variable that is a switch is on."""
    return (text or "").lower() not in ("", "0", "no", "false", "off")


def unknown(known: Iterable[str], environment: Mapping[str, str], *, near: bool = False) -> list[str]:
    """A sentence for each variable `TAOKIT_…` that means nothing; with `near`, for likely slips of the pen only."""
    names = set(known)
    strange = sorted(name for name in environment if name.startswith("TAOKIT_") and name not in names)
    told = [(name, nearest(name, names, likeness=0.85 if near else 0.6)) for name in strange]
    return [f"the variable {name} means nothing here{close}" for name, close in told if close or not near]


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """The end of a sentence that offers what was probably meant; empty where nothing is so much alike, from 0 to 1."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=likeness)
    return f"; did you mean {close[0]}?" if close else ""


def config_path(environment: Mapping[str, str], home: Path) -> Path:
    """The configuration file of btcli, which is this one's too."""
    return Path(environment.get("BTCLI_CONFIG") or home / ".bittensor" / "btcli.json")


def read_config(environment: Mapping[str, str], home: Path, options: Sequence[Option]) -> dict[str, str]:
    """What the configuration file says about the options, by name; empty when there is none."""
    path = config_path(environment, home)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} does not read: {error}", hint="mend it, or move it away") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} holds no settings", hint="mend it, or move it away")
    known = {option.name for option in options}
    named = {"wallet_hotkey" if name == "hotkey" else name: value for name, value in data.items()}
    return {name: str(value) for name, value in named.items() if name in known and isinstance(value, str | int)}


__all__ = [
    "NO_FLAGS",
    "Option",
    "Renamed",
    "chosen",
    "config_path",
    "is_on",
    "nearest",
    "network_of",
    "old_verbosity",
    "outdated",
    "read_config",
    "renamed",
    "unknown",
    "variable",
]
