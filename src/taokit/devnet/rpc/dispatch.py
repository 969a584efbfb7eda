"""From a message to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from inspect import isawaitable
from typing import Any, Final, Protocol

from taokit.devnet.natives import Misfit
from taokit.devnet.rpc.controls import CONTROLS
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import METHODS, Handler
from taokit.devnet.rpc.params import Params, invalid
from taokit.devnet.rpc.protocol import (
    BLOCK_UNKNOWN,
    INTERNAL_ERROR,
    METHOD_NOT_FOUND,
    OVERSIZED_RESPONSE,
    SERVER_ERROR,
    Entry,
    Fault,
    Request,
    Unreadable,
    answer,
    pool_fault,
    read,
    refusal,
    written,
)
from taokit.devnet.rpc.subscriptions import ENDINGS, FEEDS, Feed
from taokit.errors import PoolRefused, TaokitError, UnknownBlock

log = logging.getLogger("taokit.devnet")

LARGEST_ANSWER: Final = 64 << 20
"""Characters of one answer, a batch included."""

_STRIDE: Final = 16  # calls of a batch before everybody else gets a turn


class Caller(Protocol):
    """Whoever sent a message."""

    def subscribe(self, feed: Feed, host: Host, params: Params) -> str:
        """The name of a new subscription, told once the answer is out. Raises `Fault` where there can be none."""

    def unsubscribe(self, name: str) -> bool:
        """End a subscription; False where there is none of this name."""


HANDLERS: Final[Mapping[str, Handler]] = {
    **METHODS,
    **CONTROLS,
    "rpc_methods": lambda _, __: {"version": 1, "methods": NAMES},
}
NAMES: Final[list[str]] = sorted([*HANDLERS, *FEEDS, *ENDINGS])
"""Every method."""


async def respond(host: Host, text: str | bytes, caller: Caller) -> str | None:
    """The answer to a message, or None where nobody waits for one. It raises nothing that a client could cause."""
    said = read(text)
    if not isinstance(said, list):
        told = await _one(host, said, caller)
        return None if told is None else _bounded(told, None if isinstance(said, Unreadable) else said.id)
    answers = []
    for position, entry in enumerate(said):
        told = await _one(host, entry, caller)
        if told is not None:
            answers.append(told)
        if position % _STRIDE == _STRIDE - 1:
            await asyncio.sleep(0)
    return _bounded(answers, None) if answers else None


def _bounded(message: Any, id: Any) -> str:
    text = written(message)
    if len(text) <= LARGEST_ANSWER:
        return text
    said = f"Exceeded max limit of {LARGEST_ANSWER}"
    return written(refusal(id, Fault(OVERSIZED_RESPONSE, "Response is too big", said)))


async def _one(host: Host, entry: Entry, caller: Caller) -> dict[str, Any] | None:
    if isinstance(entry, Unreadable):
        return refusal(entry.id, entry.fault)
    try:
        told = answer(entry.id, await _result(host, entry, caller))
    except Exception as error:
        told = refusal(entry.id, _fault(error, entry.method))
    return None if entry.is_notification else told


async def _result(host: Host, request: Request, caller: Caller) -> Any:
    if request.method not in CONTROLS:  # which have to end a stall
        await host.patience()
    params = Params(request.params)
    if (feed := FEEDS.get(request.method)) is not None:
        return caller.subscribe(feed, host, params)
    if request.method in ENDINGS:
        return caller.unsubscribe(params.text(0))
    handler = HANDLERS.get(request.method)
    if handler is None:
        raise Fault(METHOD_NOT_FOUND, "Method not found")
    result = handler(host, params)
    return await result if isawaitable(result) else result


def _fault(error: Exception, method: str) -> Fault:
    match error:
        case Fault():
            return error
        case PoolRefused():
            return pool_fault(error)
        case UnknownBlock():
            return Fault(BLOCK_UNKNOWN, f"Client error: UnknownBlock: {error}")
        case Misfit():
            return invalid(str(error))
        case TaokitError():
            return Fault(SERVER_ERROR, str(error), error.hint)
    log.error("%s failed", method, exc_info=error)
    return Fault(INTERNAL_ERROR, "Internal error")


__all__ = ["HANDLERS", "LARGEST_ANSWER", "NAMES", "Caller", "respond"]
