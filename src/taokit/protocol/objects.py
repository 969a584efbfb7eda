"""Bodies as JSON: bounded and finite on the way in, bytes as base64 on the way out."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic_core import from_json, to_json, to_jsonable_python

from taokit.errors import LocalError
from taokit.protocol.base64 import write_base64

MAX_DEPTH = 64
SHORT = 4096  # bytes of a body that is searched through faster than it is read
STRINGS = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)  # never steps back, whatever it is given
UP_AND_DOWN = bytes.maketrans(b"[{]}", bytes([1, 1, 255, 255]))  # 255 is -1 in eight bits
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
QUOTE = ord('"')


class NotAnObject(ValueError):
    """A body that is not one bounded JSON object of finite numbers."""


def read_object(body: bytes, *, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The JSON object that a body holds, else `NotAnObject`. Nothing nests deeper than `depth`."""
    if too_deep(body, depth):
        raise NotAnObject(f"nested deeper than {depth} levels")
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise NotAnObject(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise NotAnObject(f"a JSON {type(value).__name__}, not an object")
    inside = [item for item in value.values() if not isinstance(item, str)]  # a long text costs nothing here
    if inside and b"Infinity" in to_json(inside) and (names := list(non_finite(value))):  # 1e999 reads as an infinity
        raise NotAnObject(f"`{names[0]}` is not a finite number")
    return value


def too_deep(body: bytes, depth: int) -> bool:
    """Whether arrays and objects nest deeper than `depth`. Counting brackets settles nearly every body."""
    if brackets(body, depth) <= depth:
        return False
    if b"\\" in body:  # a quote need not end its text
        steps = np.frombuffer(STRINGS.sub(b"", body).translate(UP_AND_DOWN, NO_BRACKETS), dtype=np.int8)
    else:
        marks = np.frombuffer(body.translate(UP_AND_DOWN, NO_MARKS), dtype=np.int8)
        inside = np.cumsum(marks == QUOTE, dtype=np.int64) & 1
        steps = np.where((marks == QUOTE) | (inside == 1), 0, marks)
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0)) > depth


def brackets(body: bytes, most: int) -> int:
    """How many brackets open in a body; in a long one no more than `most` + 1, by leaping from one to the next."""
    if len(body) <= SHORT:
        return body.count(b"[") + body.count(b"{")
    count = 0
    for mark in (b"[", b"{"):
        at = body.find(mark)
        while at >= 0 and count <= most:
            count += 1
            at = body.find(mark, at + 1)
    return count


def non_finite(value: object, path: str = "") -> Iterator[str]:
    """The paths of all floats in a value that are infinite or not a number, such as `points.0.x`."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from non_finite(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for index, item in enumerate(value):
            yield from non_finite(item, f"{path}.{index}")


def _wire_value(value: object) -> Any:
    """What JSON has no word for: bytes as base64, everything else as pydantic writes it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return write_base64(value)
    if isinstance(value, set | frozenset | deque):  # whose bytes are to come here too
        return [*value]
    return to_jsonable_python(value)


SPACED = json.JSONEncoder(allow_nan=False, default=_wire_value)
"""As the synapse protocol's clients write: blanks after separators, ASCII only."""
COMPACT = json.JSONEncoder(allow_nan=False, default=_wire_value, separators=(",", ":"), ensure_ascii=False)


def write_object(values: Mapping[str, Any], encoder: json.JSONEncoder = COMPACT) -> bytes:
    """The JSON of an object; `LocalError` names a field whose number is not finite."""
    try:
        text = encoder.encode(values)
        if "\\ud" in text:  # an escape hides half a character from us, and no peer would take it
            COMPACT.encode(values).encode()
        return text.encode()
    except UnicodeEncodeError:
        raise LocalError("a text holds half a character (a lone surrogate), which does not travel") from None
    except (ValueError, TypeError) as error:
        names = list(non_finite(values))
        raise LocalError(f"`{names[0]}` is not a finite number" if names else f"not JSON: {error}") from None


__all__ = ["COMPACT", "MAX_DEPTH", "SHORT", "SPACED", "NotAnObject", "read_object", "too_deep", "write_object"]
