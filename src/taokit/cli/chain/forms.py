"""What is typed as what the chain takes, and what it answers as what is printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def argument(text: str) -> Any:
    """A number, a flag, null or JSON where it is one; else the text itself: an address, a name, or 0x and hex."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def plain(value: Any) -> Any:
    """A decoded value as JSON has it: bytes in hex, tuples as lists."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Mapping):
        return {str(key): plain(inside) for key, inside in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inside) for inside in value]
    return value


def line(value: Any) -> str:
    """A value on one line: text as it is, everything else as JSON."""
    made = plain(value)
    return made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)


__all__ = ["argument", "line", "plain"]
