"""A metagraph as bytes and back: JSON that other programs read as well, or gzip of it. Adapters open the files."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, Final, cast

import numpy as np

from taokit.errors import ConfigurationError
from taokit.metagraph.snapshot import Endpoint, Hyperparameters, Metagraph, Rows

FORMAT: Final = "taokit.metagraph/1"
LARGEST: Final = 1 << 28
"""Bytes that a packed file may unpack to; a subnet of 4,096 uids with full rows takes less."""

_GZIP: Final = b"\x1f\x8b"

COLUMNS: Final[Mapping[str, type[np.generic]]] = {
    "active": np.bool_,
    "validator_permit": np.bool_,
    "last_update": np.uint64,
    "block_at_registration": np.uint64,
    "alpha_stake": np.uint64,
    "tao_stake": np.uint64,
    "stake": np.uint64,
    "incentive": np.uint16,
    "consensus": np.uint16,
    "dividends": np.uint16,
    "validator_trust": np.uint16,
    "emission": np.uint64,
}
"""What the file holds once for every uid."""

MAY_BE_EMPTY: Final = frozenset({"validator_trust"})


def to_bytes(metagraph: Metagraph, *, packed: bool = False) -> bytes:
    """The metagraph as UTF-8 JSON, `packed` with gzip or not; the same one always gives the same bytes.

    Numbers above 2**53 are exact, which not every reader of JSON keeps.
    """
    plain = {item.name: _written(getattr(metagraph, item.name)) for item in fields(metagraph)}
    text = json.dumps({"format": FORMAT, **plain}, separators=(",", ":")).encode()
    return gzip.compress(text, compresslevel=6, mtime=0) if packed else text


def _written(value: Any) -> Any:
    match value:
        case bytes():
            return value.hex()
        case Hyperparameters():
            return asdict(value)
        case np.ndarray():
            return value.tolist()
        case tuple():
            return [asdict(one) if isinstance(one, Endpoint) else one for one in value]
        case dict():
            return {str(uid): row.tolist() for uid, row in value.items()}
    return value


def from_bytes(stored: bytes) -> Metagraph:
    """The metagraph that these bytes hold, packed or not.

    Raises `ConfigurationError`, by the name of the element, for bytes that are no such file, for columns of different
    lengths, numbers out of range and rows that name an unknown uid.
    """
    found = _parsed(_unpacked(stored) if stored[:2] == _GZIP else stored)
    n = len(_element(found, "hotkeys", tuple))
    if n == 0:
        raise ConfigurationError("the metagraph has no uid")
    readers: dict[str, Callable[[Any], Any]] = {
        "block_hash": bytes.fromhex,
        "parameters": lambda value: Hyperparameters(**value),
        "hotkeys": tuple,
        "coldkeys": tuple,
        "endpoints": lambda value: tuple(Endpoint(**one) for one in value),
        **{name: _column(name, dtype, n) for name, dtype in COLUMNS.items()},
        "weights": _rows("weights", n),
        "bonds": _rows("bonds", n),
    }
    return Metagraph(
        **{
            item.name: _element(found, item.name, readers.get(item.name, lambda value: value))
            for item in fields(Metagraph)
        }
    )


def _unpacked(stored: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)  # 31: a gzip file
    try:
        plain = unpacking.decompress(stored, LARGEST)
    except zlib.error as error:
        raise ConfigurationError(f"this is no gzip file, or damaged: {error}") from error
    if unpacking.unconsumed_tail:
        raise ConfigurationError(f"this unpacks to more than {LARGEST} bytes, which no metagraph does")
    if not unpacking.eof:
        raise ConfigurationError("this gzip file is cut short")
    return plain


def _parsed(plain: bytes) -> dict[str, Any]:
    try:
        found = json.loads(plain)
    except ValueError as error:
        raise ConfigurationError(f"this is no JSON, or cut short: {error}") from error
    made = found.get("format") if isinstance(found, dict) else None
    if made == FORMAT:
        return cast("dict[str, Any]", found)
    if isinstance(made, str) and made.startswith(FORMAT.partition("/")[0] + "/"):
        raise ConfigurationError(
            f"this is a metagraph of the format {made}, and {FORMAT} is understood: another taokit wrote it",
            hint="read it with that version, or take the metagraph from the chain again",
        )
    raise ConfigurationError(f"this is no metagraph: its format is not {FORMAT}")


def _element(found: Mapping[str, Any], name: str, read: Callable[[Any], Any]) -> Any:
    if name not in found:
        raise ConfigurationError(f"the metagraph has no {name}")
    try:
        return read(found[name])
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise ConfigurationError(f"{name} of the metagraph does not read: {error}") from error


def _column(name: str, dtype: type[np.generic], n: int) -> Callable[[Any], Any]:
    def read(values: Any) -> Any:
        if len(values) != n and not (name in MAY_BE_EMPTY and not values):
            raise ConfigurationError(f"{name} of the metagraph has {len(values)} entries for {n} uids")
        return _unsigned(name, values, dtype)

    return read


def _unsigned(what: str, values: Any, dtype: type[np.generic]) -> Any:
    """The numbers as an array; one that does not fit is named by its place."""
    largest = 1 if dtype is np.bool_ else int(np.iinfo(dtype).max)  # type: ignore[type-var]
    for place, value in enumerate(values):
        if not isinstance(value, int) or not 0 <= value <= largest:
            raise ConfigurationError(f"{what} of the metagraph is {value} for uid {place}, outside 0 to {largest}")
    return np.array(values, dtype=dtype)


def _rows(what: str, n: int) -> Callable[[Any], Rows]:
    def read(rows: Any) -> Rows:
        return {_uid(what, int(owner), n): _row(f"{what} of uid {owner}", row, n) for owner, row in rows.items()}

    return read


def _uid(what: str, uid: int, n: int) -> int:
    if not 0 <= uid < n:
        raise ConfigurationError(f"{what} of the metagraph name uid {uid}, but it has only {n} uids")
    return uid


def _row(what: str, row: Any, n: int) -> Any:
    for entry in row:
        if not isinstance(entry, list) or len(entry) != 2:
            raise ConfigurationError(f"the {what} hold {entry}, which is no pair of uid and value")
        _uid(f"the {what}", entry[0], n)
        if not isinstance(entry[1], int) or not 0 <= entry[1] <= 65535:
            raise ConfigurationError(f"the {what} give uid {entry[0]} {entry[1]}, outside 0 to 65535")
    made = np.array(row, dtype=np.uint16).reshape(-1, 2)
    made.setflags(write=False)
    return made


__all__ = ["FORMAT", "from_bytes", "to_bytes"]
