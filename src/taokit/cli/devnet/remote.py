"""What the commands that steer a running devnet have in common."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer

from taokit.devnet.remote import ask

DEFAULT: Final = "ws://127.0.0.1:9944"

Url = Annotated[str, typer.Option("--url", envvar="TAOKIT_DEVNET_URL", help="The devnet, as it printed its address.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value, nothing else.")]


def show(value: Any, said: str, *, as_json: bool) -> None:
    """The value as JSON, or a sentence."""
    typer.echo(json.dumps(value) if as_json else said)


__all__ = ["DEFAULT", "Json", "Url", "ask", "show"]
