"""Whether source code parses at all, asked before libcst is: its parser ends the process on what nests too deeply."""

from __future__ import annotations

import ast
import warnings
from typing import Final

DEEPEST: Final = 400
"""Levels of syntax."""


def check(source: bytes) -> None:
    """Return for what Python itself parses, no deeper than `DEEPEST`. Raises `SyntaxError` and `ValueError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the code that is looked at
        level: list[ast.AST] = [ast.parse(source)]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise ValueError(f"nested deeper than {DEEPEST} levels")


__all__ = ["DEEPEST", "check"]
