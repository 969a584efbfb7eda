"""`taokit new`: a subnet of your own from a template."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from taokit.errors import ConfigurationError
from taokit.run import pairs
from taokit.scaffold import Answers, Changes, answered, create, templates, update

DEFAULT = "my-subnet"


def new(
    name: Annotated[str | None, typer.Argument(help="Its name or its path; without it, my-subnet.")] = None,
    template: Annotated[
        str | None, typer.Option("--template", "-t", help="request-response, artefact or relay.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take the defaults.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="task=…, answers=…, store=… or package=….")
    ] = None,
    update_path: Annotated[
        Path | None, typer.Option("--update", metavar="PATH", help="Take over what is new in the templates.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and ask nothing.")] = False,
) -> None:
    """Write a tested subnet to a folder of its own: miner, validator, tests, container, service and CI."""
    signal.signal(signal.SIGTERM, _terminated)
    if update_path is not None:
        if name or template or settings:
            raise ConfigurationError("--update takes what was answered then", hint="leave the other arguments out")
        typer.echo(_told(update(update_path), as_json=as_json))
        return
    asks = sys.stdin.isatty() and not yes and not as_json
    path = Path(_asked("Name", DEFAULT) if name is None and asks else DEFAULT if name is None else name)
    if path.name in ("", ".."):
        raise ConfigurationError(f"{name!r} names no new folder", hint="name it as in: taokit new my-subnet")
    answers = _answers(path, template, pairs(settings or ()), asks=asks)
    typer.echo(_made(create(answers, path.parent), answers, as_json=as_json))


def _answers(path: Path, template: str | None, given: dict[str, str], *, asks: bool) -> Answers:
    known = templates()
    if template is None:
        about = {name: kind.about for name, kind in known.items()}
        template = _chosen("Template", about) if asks else next(iter(known))
    package = given.pop("package", None)
    if asks and template in known:
        for name, option in known[template].options.items():
            given[name] = given.get(name) or _chosen(name.capitalize(), option.choices, about=option.question)
    return answered(path.name, template=template, choices=given, package=package)


def _chosen(name: str, meanings: Mapping[str, str], *, about: str = "What is it?") -> str:
    typer.echo(about)
    for choice, meaning in meanings.items():
        typer.echo(f"  {choice:<18}{meaning}")
    return _asked(name, next(iter(meanings)), list(meanings))


def _asked(question: str, default: str, choices: list[str] | None = None) -> str:
    from rich.prompt import Prompt

    try:
        return str(Prompt.ask(question, choices=choices, default=default, show_choices=False))
    except EOFError:
        raise typer.Abort from None


def _made(folder: Path, answers: Answers, *, as_json: bool) -> str:
    steps = [f"cd {folder}", "pip install -e '.[dev]'", "pytest", "taokit dev ."]
    if as_json:
        return json.dumps({"folder": str(folder), **asdict(answers), "next": steps})
    return "\n".join([f"{answers.name} is in {folder}. Next:", *(f"  {step}" for step in steps)])


def _told(changes: Changes, *, as_json: bool) -> str:
    done = asdict(changes)
    if as_json:
        return json.dumps(done)
    lines = [f"{kind}: {', '.join(names)}" for kind, names in done.items() if names]
    if changes.conflicts:
        lines.append("where both you and the template changed a file, the template's is beside yours, as .new")
    return "\n".join(lines) or "nothing is new in the templates"


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt  # so that nothing half finished is left


__all__ = ["new"]
