"""The page of the commands, from the command line itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

INTRO = """# Commands

Every command takes `--help`. With `--json` a command prints JSON and nothing else, errors included; without a terminal
none asks anything. An error is one sentence and one hint. Variables, the configuration file and exit codes have
[a page of their own](settings.md).
"""


def commands_page() -> str:
    """Markdown with a section for each command, and one for what neurons take."""
    import typer

    from taokit.cli.app import app

    parts = [INTRO]
    for words, command in walk(typer.main.get_command(app), ("taokit",)):
        parts.append(_section(words, command))
    return "\n".join([*parts, _neurons()])


def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it, a group before what is in it."""
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield (*words, name), inner
        yield from walk(inner, (*words, name))


def _section(words: tuple[str, ...], command: Any) -> str:
    name = " ".join(words)
    lines = [f"{'#' * len(words)} `{name}`", "", _sentence(command.help or ""), ""]
    lines += _table([*map(_row, command.params)])
    if command.epilog:
        lines += [_examples(command.epilog), ""]
    return "\n".join(lines)


def _row(parameter: Any) -> tuple[str, str]:
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        names = f"`{re.sub(r'[][{}]', '', parameter.metavar or parameter.name.upper()).replace('|', ' or ')}`"
    variables = parameter.envvar or ()
    variables = [variables] if isinstance(variables, str) else variables
    told = " ".join([getattr(parameter, "help", None) or "", *(f"`{name}`" for name in variables)])
    default = parameter.default
    told = f"{told} Needed." if parameter.required else told
    shown = default not in (None, False, "", 0) and not callable(default) and "default" not in told
    return names, f"{told} Default: `{default}`." if shown and not isinstance(default, (list, tuple)) else told


def _neurons() -> str:
    """What `taokit miner` and `taokit validator` take after their class."""
    from taokit.run import OPTIONS

    rows = []
    for option in OPTIONS:
        names = ", ".join(f"`{name}`" for name in filter(None, (option.flag, option.short)))
        variables = " ".join(f"`{name}`" for name in option.variables)
        default = f" Default: `{option.default}`." if option.default else ""
        rows.append((names, f"{_capital(option.help)}. {variables}{default}"))
    rows += [
        ("`--set` NAME=VALUE", "A setting of the class; `TAOKIT_NAME` is its variable."),
        ("`--json`", "Logs and errors as JSON lines."),
        ("`--quiet`, `-q`", "Warnings and errors only."),
        ("`--verbose`, `-v`", "Every request as well; `-vv` libraries too, `-vvv` all."),
    ]
    return "\n".join(
        ["## Options of neurons", "", "For `taokit miner`, `taokit validator` and `taokit.run`.", "", *_table(rows)]
    )


def _table(rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    return ["| takes | meaning |", "|---|---|", *(f"| {names} | {_cell(told)} |" for names, told in rows), ""]


def _capital(text: str) -> str:
    """The same with a capital, unless it begins with a value that is typed in small letters."""
    return text if re.match(r"\w+[,:]", text) else text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    """Text for a table: a pipe would end the cell, also within code."""
    return text.replace("|", "/").replace("<", "&lt;").replace("\n", " ").strip()


def _sentence(text: str) -> str:
    return text.replace("<", "&lt;").strip()


def _examples(epilog: str) -> str:
    """`Example(s):  one  ·  two` as a block of lines."""
    head, colon, rest = epilog.partition(":")
    if not head.startswith("Example") or not colon:
        return _sentence(epilog)
    return "\n".join(["```text", *(part.strip() for part in rest.split("·")), "```"])
