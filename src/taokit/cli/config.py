"""What every command takes alike: variables, the configuration file, old names, and how much is said.

A value comes from its flag, else from its variable, else from the configuration file, else it is the default. The rules
are those of `taokit.run`; here they are laid over the tree of commands, so that no command repeats them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from taokit.errors import ConfigurationError
from taokit.run.logs import ask_for
from taokit.run.options import MNEMONIC, OPTIONS, read_config
from taokit.run.precedence import network_of, outdated, renamed, unknown, variable

ALONE: Final = ("miner", "validator")
"""Commands that read their flags themselves, once the class they run is known."""
SHARED: Final = ("network", "netuid", "wallet", "wallet_hotkey", "wallet_path")
"""What the configuration file decides for every command."""
LENIENT: Final = "doctor"
"""The command that tells what is wrong with the configuration file, and so starts in spite of it."""


def call(app: typer.Typer, argv: Sequence[str]) -> Any:
    """Run the command that the words name, and return what it returns. Raises what it raises."""
    command = typer.main.get_command(app)
    name = next((word for word in argv if not word.startswith("-")), "")
    if name in ALONE:
        return command(args=list(argv), standalone_mode=False)
    config, words = _config(name), renamed(argv, OPTIONS)
    for each in _commands(command):
        _extend(each, config)
    _warn([*outdated(words.said, OPTIONS, os.environ), *_strange(command)], quiet=bool({"-q", "--quiet"} & {*argv}))
    return command(args=list(words.argv), standalone_mode=False, default_map=_defaults(command, config))


def _config(name: str) -> dict[str, str]:
    try:
        return read_config(os.environ, Path.home())
    except ConfigurationError:
        if name == LENIENT:
            return {}
        raise


def _commands(command: Any) -> Iterator[Any]:
    """Every command that can be run, of a tree."""
    groups = getattr(command, "commands", None)
    if groups is None:
        yield command
        return
    for each in groups.values():
        if each.name not in ALONE:
            yield from _commands(each)


def _defaults(command: Any, config: Mapping[str, str]) -> dict[str, Any]:
    """What stands for a flag that is not given: an old variable, else the configuration file."""
    found = {one.name: variable(one, os.environ) or config.get(one.name) for one in OPTIONS if one.name in SHARED}
    values: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
    below = getattr(command, "commands", {})
    return {**values, **{name: _defaults(each, config) for name, each in below.items() if name not in ALONE}}


def _extend(command: Any, config: Mapping[str, str]) -> None:
    """Give a command the flags that every command has, and the rules for the ones that many have."""
    taken = {word for param in command.params for word in getattr(param, "opts", ())}
    own = {param.name: param for param in command.params}
    command.params += [param for param in _switches() if not taken & {*param.opts}]
    if "network" in own:
        _then(own["network"], lambda context, named: network_of(named, os.environ))
    if "wallet" in own and "wallet_hotkey" not in own and "-H" not in taken:
        command.params += _hotkeys(config)
        _then(own["wallet"], _with_hotkey)


def _then(param: Any, rule: Callable[[Any, str], str]) -> None:
    """Put a rule after whatever an option does with its value already."""
    before = param.callback

    def both(context: Any, one: Any, value: Any) -> Any:
        value = value if before is None else before(context, one, value)
        return rule(context, value) if isinstance(value, str) else value

    param.callback = both


HOTKEY: Final = "taokit.hotkey"


def _with_hotkey(context: Any, wallet: str) -> str:
    """`me` and its hotkey as `me/hot`, for a command that takes the two as one."""
    hotkey = context.meta.get(HOTKEY)
    if hotkey is None or wallet.startswith("//"):
        return wallet
    name, slash, key = wallet.partition("/")
    if slash and key != hotkey[0] and hotkey[1]:
        raise ConfigurationError(f"two hotkeys named: {wallet!r} and {hotkey[0]!r}", hint="name one of them")
    return wallet if slash else f"{name}/{hotkey[0]}"


def _hotkeys(config: Mapping[str, str]) -> list[Any]:
    def switches(
        wallet_hotkey: Annotated[
            str | None, typer.Option("--wallet-hotkey", "-H", envvar="BT_WALLET_HOTKEY", help="Hotkey of the wallet.")
        ] = None,
    ) -> None: ...

    def note(context: Any, param: Any, value: str | None) -> None:
        given = context.get_parameter_source(param.name)
        if value:
            context.meta[HOTKEY] = (value, given is not None and given.name == "COMMANDLINE")

    return [_aside(param, note, eager=True) for param in _params(switches)]


@cache
def _switches() -> list[Any]:
    def switches(
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")] = False,
        verbose: Annotated[
            int, typer.Option("--verbose", "-v", count=True, help="Say more: -v events, -vv each request, -vvv all.")
        ] = 0,
    ) -> None: ...

    def note(context: Any, param: Any, value: Any) -> None:
        if value:
            ask_for(-1 if value is True else int(value) - 1)

    return [_aside(param, note) for param in _params(switches)]


def _params(function: Callable[..., None]) -> list[Any]:
    helper = typer.Typer(add_completion=False)
    helper.command()(function)
    return [param for param in typer.main.get_command(helper).params if param.name != "help"]


def _aside(param: Any, note: Callable[[Any, Any, Any], None], *, eager: bool = False) -> Any:
    """An option that is not handed to the command: what it says is noted elsewhere."""
    param.expose_value, param.is_eager, param.callback = False, eager, note
    return param


def _strange(command: Any) -> list[str]:
    """A sentence for each variable `TAOKIT_…` that is a likely slip of the pen.

    Others may be the settings of a miner or a validator, of which only its own process knows.
    """
    known = [name for one in OPTIONS for name in one.variables]
    for each in _commands(command):
        known += [name for param in each.params for name in _variables(param)]
    return unknown((*known, MNEMONIC), os.environ, near=True)


def _variables(param: Any) -> list[str]:
    named = getattr(param, "envvar", None)
    return [named] if isinstance(named, str) else list(named or ())


def _warn(notes: Sequence[str], *, quiet: bool) -> None:
    for note in () if quiet else notes:
        sys.stderr.write(f"warning: {note}\n")


__all__ = ["call"]
