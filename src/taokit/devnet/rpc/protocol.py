"""JSON-RPC 2.0 as values: what came, and what goes back. Error codes and their words are those of a Substrate node."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from taokit.errors import PoolRefused, TaokitError

Id: TypeAlias = int | str | None

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
SERVER_ERROR: Final = -32000
TOO_MANY_SUBSCRIPTIONS: Final = -32006
OVERSIZED_REQUEST: Final = -32007
OVERSIZED_RESPONSE: Final = -32008
BLOCK_UNKNOWN: Final = 4003

_DEEPEST: Final = 127  # as serde_json
_MARKS: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_LARGEST_ID: Final = (1 << 64) - 1
_INVALID_TRANSACTION: Final = 1010


class Hex(str):
    """Bytes as they are written in JSON, where nothing needs to be escaped: long ones are not searched for it."""

    __slots__ = ()


class Fault(TaokitError):
    """An error as it goes back to the client."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data

    def to_json(self) -> dict[str, Any]:
        """The error object."""
        told = {"code": self.code, "message": str(self)}
        return told if self.data is None else {**told, "data": self.data}


@dataclass(frozen=True, slots=True)
class Request:
    """One call."""

    method: str
    params: tuple[Any, ...]
    id: Id
    is_notification: bool  # nobody waits for an answer


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in the place of a call."""

    id: Id  # None where none could be made out
    fault: Fault


Entry: TypeAlias = Request | Unreadable


def read(text: str | bytes) -> Entry | list[Entry]:
    """What one message says: a call, or a list of them for a batch. It never raises."""
    try:
        said = _parsed(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return Unreadable(None, Fault(PARSE_ERROR, "Parse error"))
    if not isinstance(said, list):
        return _entry(said)
    return list(map(_entry, said)) if said else Unreadable(None, Fault(INVALID_REQUEST, "Invalid request"))


def _parsed(text: str) -> Any:
    if _too_deep(text):
        raise ValueError("too many lists and objects inside each other")
    return json.loads(text, parse_constant=_no_constant)


def _too_deep(text: str) -> bool:
    """Whether lists and objects lie deeper in each other than a node reads them.

    Python's own guard is no help: it crashes where a library has raised the recursion limit, as py_ecc does.
    """
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    depth = 0
    for found in _MARKS.finditer(text):
        mark = text[found.start()]
        depth += (mark in "[{") - (mark in "]}")
        if depth > _DEEPEST:
            return True
    return False


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _entry(said: Any) -> Entry:
    if not isinstance(said, dict):
        return Unreadable(None, Fault(INVALID_REQUEST, "Invalid request"))
    given = said.get("id")
    id = given if _is_id(given) else None
    method, params = said.get("method"), said.get("params")
    if said.get("jsonrpc") != "2.0" or not isinstance(method, str) or not _is_id(given):
        return Unreadable(id, Fault(INVALID_REQUEST, "Invalid request"))
    if not isinstance(params, list | None):
        return Unreadable(id, Fault(INVALID_PARAMS, "Invalid params", "parameters are taken by position, in a list"))
    return Request(method, tuple(params or ()), id, "id" not in said)


def _is_id(given: Any) -> bool:
    if isinstance(given, int) and not isinstance(given, bool):
        return 0 <= given <= _LARGEST_ID
    return given is None or isinstance(given, str)


def answer(id: Id, result: Any) -> dict[str, Any]:
    """The answer to a call."""
    return {"jsonrpc": "2.0", "id": id, "result": result}


def refusal(id: Id, fault: Fault) -> dict[str, Any]:
    """The answer to a call that failed."""
    return {"jsonrpc": "2.0", "id": id, "error": fault.to_json()}


def notification(method: str, subscription: str, result: Any) -> str:
    """One message of a subscription."""
    return written({"jsonrpc": "2.0", "method": method, "params": {"subscription": subscription, "result": result}})


def written(message: Any) -> str:
    """A message as text."""
    result = message.get("result") if isinstance(message, dict) else None
    if isinstance(result, Hex):
        return _dumped({**message, "result": ""})[:-2] + result + '"}'  # an answer's result stands last
    return _dumped(message)


def _dumped(message: Any) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def pool_fault(error: PoolRefused) -> Fault:
    """A refusal of the transaction pool, in a node's words."""
    if error.code != _INVALID_TRANSACTION:
        return Fault(error.code, str(error))
    said = str(error) if error.custom is None else f"Custom error: {error.custom}"
    return Fault(error.code, "Invalid Transaction", said)


__all__ = [
    "BLOCK_UNKNOWN",
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "METHOD_NOT_FOUND",
    "OVERSIZED_REQUEST",
    "OVERSIZED_RESPONSE",
    "PARSE_ERROR",
    "SERVER_ERROR",
    "TOO_MANY_SUBSCRIPTIONS",
    "Entry",
    "Fault",
    "Id",
    "Request",
    "Unreadable",
    "answer",
    "notification",
    "pool_fault",
    "read",
    "refusal",
    "written",
]
