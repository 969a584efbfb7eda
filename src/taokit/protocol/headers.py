"""Headers as they travel."""

from __future__ import annotations

from collections.abc import Collection


def header_lines(headers: Collection[tuple[str, str]]) -> str:
    """Headers in a line each; `ValueError` for one that goes beyond it."""
    text = "".join([f"{name}: {value}\r\n" for name, value in headers])
    if text.count("\n") != len(headers) or text.count("\r") != len(headers):
        raise ValueError("a header of the answer holds a line break")
    return text


__all__ = ["header_lines"]
