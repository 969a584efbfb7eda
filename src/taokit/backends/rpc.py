"""JSON-RPC as a node speaks it over one connection: text in, events out. No socket and no clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

EARLY: Final = 64
"""Notices that are kept for a subscription whose number the node has not told yet."""


class Garbled(ValueError):
    """What the node sent is no JSON-RPC, or answers what nobody asked. Nothing after it can be believed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request."""

    id: int
    result: Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """The node's error for a request."""

    id: int
    code: int
    message: str
    data: str  # "" where the node sent none


@dataclass(frozen=True, slots=True)
class Notice:
    """One item of a subscription."""

    opener: int  # the id of the request that opened it
    item: Any


@dataclass(frozen=True, slots=True)
class Stray:
    """A subscription that came about after whoever asked for it had gone."""

    text: str  # the request that ends it


Event: TypeAlias = Answer | Refusal | Notice | Stray


@dataclass(frozen=True, slots=True)
class _Item:
    """A notice as it arrives, under the node's own number of the subscription."""

    subscription: str | int
    item: Any


class Ledger:
    """What one connection was asked, what it still owes, and which subscriptions it feeds."""

    def __init__(self) -> None:
        self._last = 0
        self._pending: dict[int, str | None] = {}  # by id: the method that ends what it opens, if it opens something
        self._gone: dict[int, str] = {}  # the same, for openers that nobody waits for any more
        self._open: dict[str | int, int] = {}  # by the node's number: the id of the opener
        self._early: list[_Item] = []

    def ask(self, method: str, params: Sequence[Any], *, ends: str | None = None) -> tuple[int, str]:
        """The id and the text of a request. One that opens a subscription names the method that `ends` it."""
        text = self._text(method, params)
        self._pending[self._last] = ends
        return self._last, text

    def _text(self, method: str, params: Sequence[Any]) -> str:
        self._last += 1
        request = {"jsonrpc": "2.0", "id": self._last, "method": method, "params": list(params)}
        return json.dumps(request, separators=(",", ":"))

    def forget(self, id: int) -> None:
        """Nobody waits for this answer any more; it is let pass when it comes."""
        if (ends := self._pending.pop(id, None)) is not None:
            self._gone[id] = ends

    def end(self, opener: int, ends: str) -> str | None:
        """The text that ends a subscription, or None where it is not open. Its answer is let pass."""
        for subscription, id in self._open.items():
            if id == opener:
                del self._open[subscription]
                return self._text(ends, [subscription])
        return None

    def take(self, text: str) -> list[Event]:
        """What a message of the node means here, in order. Raises `Garbled`."""
        match _parsed(text):
            case _Item() as item:
                return self._noticed(item)
            case Answer(id) | Refusal(id) as answer:
                return self._answered(id, answer)

    def _noticed(self, item: _Item) -> list[Event]:
        if (opener := self._open.get(item.subscription)) is not None:
            return [Notice(opener, item.item)]
        if self._opening() and len(self._early) < EARLY:
            self._early.append(item)
        return []  # else the last words of one that has been ended

    def _opening(self) -> bool:
        return bool(self._gone) or any(ends is not None for ends in self._pending.values())

    def _answered(self, id: int, answer: Answer | Refusal) -> list[Event]:
        if not 0 < id <= self._last:
            raise Garbled(f"an answer to request {id}, of {self._last} asked")
        if id in self._gone:
            return self._late(self._gone.pop(id), answer)
        if id not in self._pending:
            return []
        ends = self._pending.pop(id)
        opened = self._opened(id, answer.result) if ends is not None and isinstance(answer, Answer) else []
        self._tidy()
        return [answer, *opened]

    def _late(self, ends: str, answer: Answer | Refusal) -> list[Event]:
        self._tidy()
        return [Stray(self._text(ends, [answer.result]))] if isinstance(answer, Answer) else []

    def _opened(self, opener: int, subscription: Any) -> list[Event]:
        """The subscription that an answer opens: what came for it before the answer did."""
        if not isinstance(subscription, str | int) or subscription in self._open:
            raise Garbled("a subscription without a number of its own")
        self._open[subscription] = opener
        return [Notice(opener, early.item) for early in self._early if early.subscription == subscription]

    def _tidy(self) -> None:
        if not self._opening():
            self._early.clear()


def _parsed(text: str) -> _Item | Answer | Refusal:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise Garbled("a message that is no JSON") from None
    match told:
        case {"method": str(), "params": {"subscription": str() | int() as subscription, "result": item}}:
            return _Item(subscription, item)
        case {"id": int(id), "error": {"code": int(code), "message": str(message), **more}}:
            return Refusal(id, code, message, str(more.get("data") or ""))
        case {"id": int(id), "result": result}:
            return Answer(id, result)
    raise Garbled("a message that is no JSON-RPC")


__all__ = ["EARLY", "Answer", "Event", "Garbled", "Ledger", "Notice", "Refusal", "Stray"]
