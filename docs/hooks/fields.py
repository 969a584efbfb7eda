"""What a record's fields mean stands in comments behind them: the reference shows it as a list of the class."""

from __future__ import annotations

import textwrap
import tokenize
from collections.abc import Iterator
from typing import Any

import griffe

SILENT = ("noqa", "type:", "fmt:", "pragma")
"""How comments begin that speak to a tool."""


class Fields(griffe.Extension):
    """Adds a list of the fields with a comment to the docstring of their class."""

    def on_class_members(self, *, cls: griffe.Class, agent: griffe.Visitor | griffe.Inspector, **_: Any) -> None:
        told = list(_told(cls))
        if cls.docstring is None or not told:
            return
        listed = "\n".join(f"    {name}: {text}" for name, text in told)
        text = f"{cls.docstring.value.rstrip()}\n\nAttributes:\n{listed}"
        cls.docstring = griffe.Docstring(
            text, parent=cls, parser=agent.docstring_parser, parser_options=agent.docstring_options
        )


def _told(cls: griffe.Class) -> Iterator[tuple[str, str]]:
    for name, member in cls.members.items():
        if not member.is_attribute or name.startswith("_") or member.docstring is not None or not member.lineno:
            continue
        if text := _comment(cls.lines_collection[cls.filepath][member.lineno - 1 : member.endlineno]):
            yield name, text


def _comment(lines: list[str]) -> str:
    """What the comments of a statement say."""
    source = iter(textwrap.dedent("\n".join(lines)).splitlines(keepends=True))
    tokens = tokenize.generate_tokens(lambda: next(source, ""))
    found = [token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT]
    return " ".join(text for text in found if not text.startswith(SILENT))
