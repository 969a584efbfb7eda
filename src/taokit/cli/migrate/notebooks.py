"""Notebooks: the same look at each code cell. They are never rewritten, as their outputs belong to the old code."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from taokit.cli.migrate.commands import of_commands
from taokit.cli.migrate.findings import MOVING, Finding


def of_notebook(text: str) -> list[Finding]:
    """What was found, with the number of each cell. Raises `ValueError` for what is no notebook."""
    told = json.loads(text)
    cells = told.get("cells") if isinstance(told, dict) else None
    if not isinstance(cells, list):
        raise ValueError("no notebook")
    return [one for number, cell in enumerate(cells, 1) for one in _of_cell(cell, number)]


def _of_cell(cell: Any, number: int) -> list[Finding]:
    import libcst

    from taokit.cli.migrate.rewriting import rewritten

    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return []
    source = cell.get("source", "")
    lines = ("".join(source) if isinstance(source, list) else str(source)).splitlines()
    magic = [line.lstrip().startswith(("!", "%")) for line in lines]
    shell = "\n".join(line.lstrip(" !%") if is_magic else "" for line, is_magic in zip(lines, magic, strict=True))
    plain = "\n".join("" if is_magic else line for line, is_magic in zip(lines, magic, strict=True))
    found = of_commands(shell)
    try:
        found += rewritten(plain.encode())[1]
    except (SyntaxError, libcst.ParserSyntaxError) as error:
        line = error.lineno or 1 if isinstance(error, SyntaxError) else error.raw_line
        found.append(Finding(line, "decide", "does not parse as Python", MOVING))
    return [_placed(one, number) for one in found]


def _placed(one: Finding, cell: int) -> Finding:
    by_hand = one.kind == "rewritten"
    said = f"by hand: {one.said}" if by_hand else one.said
    return replace(one, kind="decide" if by_hand else one.kind, said=f"cell {cell}: {said}")


__all__ = ["of_notebook"]
