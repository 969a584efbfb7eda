"""Weights in a file: CSV lines or a JSON object of uid or hotkey and weight."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.metagraph import Metagraph

MOST = 1 << 20
"""Characters of a file that are read at most."""
FORM = 'write lines such as `7,0.25` or `5F…,0.25`, or a JSON object such as {"7": 0.25}'


def read(file: Path) -> dict[str, float]:
    """Weight by uid or hotkey, as written; `-` is standard input. Raises `ConfigurationError` naming the line."""
    try:
        text = sys.stdin.read(MOST + 1) if str(file) == "-" else _text(file)
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text", hint=FORM) from None
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}", hint="check its name") from None
    if len(text) > MOST:
        raise ConfigurationError(f"{file} is longer than {MOST} characters", hint=FORM)
    pairs = _object(file, text) if text.lstrip().startswith(("{", "[")) else _lines(file, text)
    return _once(file, pairs)


def _text(file: Path) -> str:
    with file.open(encoding="utf-8-sig") as opened:
        return opened.read(MOST + 1)


def _lines(file: Path, text: str) -> list[tuple[str, float]]:
    pairs = []
    for number, line in enumerate(csv.reader(text.splitlines()), 1):
        cells = [cell.strip() for cell in line]
        if not any(cells) or cells[0].startswith("#") or (number == 1 and _heading(cells)):
            continue
        if len(cells) != 2:
            raise ConfigurationError(f"{file}, line {number}: {len(cells)} values, not 2", hint=FORM)
        pairs.append((cells[0], _weight(cells[1], f"{file}, line {number}")))
    return pairs


def _heading(cells: list[str]) -> bool:
    return cells[0].lower() in ("uid", "hotkey")


def _object(file: Path, text: str) -> list[tuple[str, float]]:
    try:
        found = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file} is no JSON: {error}", hint=FORM) from None
    if not all(isinstance(pair, tuple) for pair in found):
        raise ConfigurationError(f"{file} holds no JSON object", hint=FORM)
    return [(who, _weight(value, f"{file}, {who!r}")) for who, value in found]


def _weight(value: Any, where: str) -> float:
    try:
        weight = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else inf
    except (ValueError, OverflowError):
        weight = inf
    if not 0 <= weight < inf:
        raise ConfigurationError(f"{where}: {value!r} is no weight", hint="give a finite number, at least 0")
    return weight


def _once(file: Path, pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for who, weight in pairs:
        if who in weights:
            raise ConfigurationError(f"{file} names {who} twice", hint="give each neuron one weight")
        weights[who] = weight
    return weights


def by_uid(weights: Mapping[str, float], graph: Metagraph) -> dict[int, float]:
    """The weights by uid of a subnet as it is. Raises `ConfigurationError` for who is not there, or named twice."""
    found: dict[int, float] = {}
    for who, weight in weights.items():
        uid = int(who) if who.isascii() and who.isdecimal() else graph.uid_of(who)
        if uid is None or uid >= graph.n:
            named = f"hotkey {who} has no uid" if uid is None else f"there is no uid {uid}"
            said = f"{named} on subnet {graph.netuid}, which has {graph.n} uids"
            raise ConfigurationError(said, hint="leave it out, or correct it")
        if uid in found:
            raise ConfigurationError(f"uid {uid} has two weights, by uid and by hotkey", hint="give it one")
        found[uid] = weight
    return found


__all__ = ["MOST", "by_uid", "read"]
