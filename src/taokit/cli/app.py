"""The whole command line, for whoever walks it."""

from __future__ import annotations

from taokit.cli.tree import tree

app = tree()

__all__ = ["app"]
