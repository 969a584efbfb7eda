"""`taokit conformance`: wire vectors against this implementation."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from taokit.testing.conformance import VectorFile, Verdict


def conformance(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of wire vectors.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each vector.")] = False,
) -> None:
    """Judge this implementation by files of wire vectors, also other people's; exits 1 unless every vector passes."""
    from taokit.testing.conformance import read

    logging.getLogger("taokit").addHandler(logging.NullHandler())  # refusals are what most vectors are about
    read_files = [read(path) for path in files]  # all of them first: a bad file is told before anything is printed
    passed = asyncio.run(_told(read_files, as_json=as_json))
    total = sum(len(file.vectors) for file in read_files)
    typer.echo(f"passed {passed} of {total}")
    raise typer.Exit(0 if passed == total else 1)


async def _told(files: list[VectorFile], *, as_json: bool) -> int:
    """How many vectors passed, each one told as it is judged."""
    from taokit.testing.conformance import verdicts

    passed = 0
    for file in files:
        async for verdict in verdicts(file):
            passed += verdict.passed
            typer.echo(json.dumps(verdict.to_json()) if as_json else _line(verdict))
    return passed


def _line(verdict: Verdict) -> str:
    said = f"{'ok  ' if verdict.passed else 'FAIL'} {verdict.kind:22} {verdict.id}"
    return _shown(f"{said}: {verdict.problem}" if verdict.problem else said)


def _shown(text: str) -> str:
    """On one line, and nothing that a terminal would obey: the text may be of a file that somebody else wrote."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


__all__ = ["conformance"]
