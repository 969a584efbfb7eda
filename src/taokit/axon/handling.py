"""From an admitted request to its answer: parse, call the handler, write."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from typing import Any

from taokit.axon.answer import Answer
from taokit.axon.answers import answered, log_answer
from taokit.axon.deadline import by
from taokit.axon.house import Admitted, Arrival, House
from taokit.axon.routes import Chunks
from taokit.axon.sealed import sealed
from taokit.axon.streaming import streamed
from taokit.errors import ConfigurationError, HandlerFailed, Refused
from taokit.errors.failures import log_failure
from taokit.protocol import Ends, LegacyClaim, Synapse, Terminal, parse_envelope, parse_question
from taokit.protocol.legacy import check_body
from taokit.protocol.legacy_answers import sender_terminal
from taokit.protocol.uncollected import uncollected

log = logging.getLogger("taokit.axon")

LIGHT = 8 << 10
"""Bytes of a body that can hold too few values for the collector to matter."""


async def handled(admitted: Admitted, house: House, arrival: Arrival, *, ends_at: float) -> Answer | None:
    """The answer of the route's handler, or None when it was streamed.

    A handler that fails is a `HandlerFailed`, its error stays in the log.
    """
    message = received(admitted, house)
    begun = time.perf_counter()
    try:
        result = await _called(admitted, message, ends_at)
        if result is not message:
            if not isinstance(result, Synapse):
                await streamed(result, message, admitted, arrival, ends_at=ends_at)
                return None
            result.ends.torch = message.in_torch
        answer = answered(result, admitted, seconds=time.perf_counter() - begun)
        if admitted.seal is not None:
            answer = sealed(answer, admitted.seal)
    except Refused:
        raise
    except Exception as error:
        log_failure(log, error, "request %s: the handler of %s failed", admitted.caller.request_id, admitted.route.name)
        raise HandlerFailed("the handler failed", request_id=admitted.caller.request_id) from error
    log_answer(admitted, since=begun)
    return answer


def received(admitted: Admitted, house: House) -> Synapse:
    """The message, parsed, with what was verified of its two ends; `Malformed` when the body does not fit."""
    if len(admitted.body) <= LIGHT:
        return _read(admitted, house)
    with uncollected():
        return _read(admitted, house)


def _read(admitted: Admitted, house: House) -> Synapse:
    claim, route, peer = admitted.claim, admitted.route, admitted.peer
    depth = house.limits.json_depth
    if isinstance(claim, LegacyClaim):
        message: Synapse = parse_envelope(route.message, admitted.body, depth=depth)
        check_body(message, claim)
        dendrite = sender_terminal(claim, peer=peer)
        timeout = claim.timeout
    else:
        message = parse_question(route.message, admitted.body, depth=depth)
        dendrite = Terminal(ip=peer[0], port=peer[1], nonce=claim.nonce_ns, hotkey=claim.sender)
        timeout = route.deadline_s
    message.between(Ends(timeout, dendrite, Terminal(hotkey=house.hotkey), message.in_torch))
    return message


def deadline_of(admitted: Admitted, now: float) -> float:
    """When the answer must be there, by the loop's clock: in the route's time, or the caller's own if that is less."""
    claim, allowed_s = admitted.claim, admitted.route.deadline_s
    if isinstance(claim, LegacyClaim):
        allowed_s = min(allowed_s, claim.timeout)
    return now + allowed_s


async def _called(admitted: Admitted, message: Synapse, ends_at: float) -> Synapse | Chunks:
    """What the handler answers: a message of the right class, or a stream."""
    handler: Any = admitted.route.handler  # a batch has its `Batcher` by now
    kind, called = admitted.route.message, handler(message, admitted.caller)
    result: Synapse | Chunks = await by(ends_at, called) if hasattr(called, "__await__") else called
    if type(result) is kind or isinstance(result, kind | AsyncIterator):  # the first is nearly always so, and quicker
        return result
    raise ConfigurationError(
        f"it answered with {type(result).__name__}",
        hint=f"return the {admitted.route.name} that it was given, with the answer filled in",
    )


__all__ = ["deadline_of", "handled", "received"]
