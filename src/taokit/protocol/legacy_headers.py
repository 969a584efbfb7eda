"""The headers of the synapse protocol: their names, and how their values are read and written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Container, Mapping
from functools import cache, lru_cache
from typing import Any

from taokit.errors import Malformed
from taokit.protocol.base64 import write_base64
from taokit.protocol.forms import INTEGER, Form
from taokit.protocol.stubs import stub_values
from taokit.protocol.synapse import Synapse
from taokit.protocol.terminal import INTEGERS, TERMINAL_FIELDS, Terminal, Value, values_of

AXON = "bt_header_axon_"
DENDRITE = "bt_header_dendrite_"
STUB = "bt_header_input_obj_"
BODY_HASH = "computed_body_hash"
MARKS = (DENDRITE + "hotkey", AXON + "hotkey")

NAMES = {prefix: tuple(prefix + name for name in TERMINAL_FIELDS) for prefix in (AXON, DENDRITE)}
"""What each end's values are called in headers."""

NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")
TEXT = Form("at most 512 printable ASCII characters", re.compile(r"[ -~]{0,512}"))
"""All of it is repeated in the answer's headers."""


def said_in(headers: Mapping[str, str], names: Container[str] | None = None) -> dict[str, Any]:
    """What headers with lower-case names say of both ends and the timeout: numbers and texts by header.

    Others are not looked at, nor those outside `names`. `Malformed` when one does not parse.
    """
    names = READERS if names is None else names
    return {header: _said(header, text) for header, text in headers.items() if header in names}


@lru_cache(maxsize=256)  # a caller says the same of itself and of this axon in every request
def _said(header: str, text: str) -> Value:
    return READERS[header](header, text)


def _integer(name: str, text: str) -> int:
    return int(INTEGER.check(name, text))


def _number(name: str, text: str) -> float:
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise Malformed(f"{name} is not a finite number from 0")
    return float(text)


READERS: dict[str, Callable[[str, str], Value]] = {"timeout": _number} | {
    header: _integer if name in INTEGERS else _number if name == "process_time" else TEXT.check
    for headers in NAMES.values()
    for name, header in zip(TERMINAL_FIELDS, headers, strict=True)
}
"""How the value of a header is read."""


def terminal_headers(prefix: str, terminal: Terminal) -> list[tuple[str, str]]:
    """A header for everything that is known of one end."""
    said = zip(NAMES[prefix], values_of(terminal), strict=True)
    return [(header, str(value)) for header, value in said if value is not None]


@cache
def stub_headers(kind: type[Synapse]) -> tuple[tuple[str, str], ...]:
    """A header for every field without a default, holding its type's empty value."""
    return tuple((STUB + name, write_base64(json.dumps(value).encode())) for name, value in stub_values(kind).items())


__all__ = [
    "AXON",
    "BODY_HASH",
    "DENDRITE",
    "MARKS",
    "NUMBER",
    "READERS",
    "STUB",
    "said_in",
    "stub_headers",
    "terminal_headers",
]
