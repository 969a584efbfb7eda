"""From an admitted request to its answer: parse, call the handler, write."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable

from aiohttp import web

from taokit.axon.answers import answered
from taokit.axon.deadline import by
from taokit.axon.gates import Admitted, House
from taokit.axon.routes import Chunks
from taokit.axon.streaming import streamed
from taokit.errors import HandlerFailed, Refused
from taokit.protocol import Ends, LegacyClaim, Synapse, Terminal, parse_envelope, parse_question
from taokit.protocol.legacy import answer_terminals, check_body

log = logging.getLogger("taokit.axon")


async def handled(admitted: Admitted, house: House, request: web.BaseRequest) -> web.StreamResponse:
    """The answer of the route's handler; a handler that fails is a `HandlerFailed`, its error stays in the log."""
    message = received(admitted, house)
    begun = time.perf_counter()
    ends_at = asyncio.get_running_loop().time() + _allowed_s(admitted)
    try:
        result = await _called(admitted, message, ends_at)
        if not isinstance(result, Synapse):
            return await streamed(result, message, admitted, request, ends_at=ends_at)
        response = answered(result, admitted, seconds=time.perf_counter() - begun)
    except Refused:
        raise
    except Exception as error:
        log.exception("request %s: the handler of %s failed", admitted.caller.request_id, admitted.route.name)
        raise HandlerFailed("the handler failed", request_id=admitted.caller.request_id) from error
    log.debug("request %s: %s for %s", admitted.caller.request_id, admitted.route.name, admitted.caller.hotkey)
    return response


def received(admitted: Admitted, house: House) -> Synapse:
    """The message, parsed, with what was verified of its two ends; `Malformed` when the body does not fit."""
    claim, route, peer = admitted.claim, admitted.route, admitted.peer
    depth = house.limits.json_depth
    if isinstance(claim, LegacyClaim):
        message: Synapse = parse_envelope(route.message, admitted.body, depth=depth)
        check_body(message, claim)
        dendrite, _ = answer_terminals(claim, peer=peer, process_time=0.0)
        timeout = claim.timeout
    else:
        message = parse_question(route.message, admitted.body, depth=depth)
        dendrite = Terminal(ip=peer[0], port=peer[1], nonce=claim.nonce_ns, hotkey=claim.sender)
        timeout = route.deadline_s
    message.between(Ends(timeout, dendrite, Terminal(hotkey=house.hotkey)))
    return message


def _allowed_s(admitted: Admitted) -> float:
    """The route's deadline, or the caller's own when that is nearer."""
    claim, deadline_s = admitted.claim, admitted.route.deadline_s
    return min(deadline_s, claim.timeout) if isinstance(claim, LegacyClaim) else deadline_s


async def _called(admitted: Admitted, message: Synapse, ends_at: float) -> Synapse | Chunks:
    """What the handler answers: a message of the right class, or a stream."""
    called = admitted.route.handler(message, admitted.caller)
    result = await by(ends_at, called) if isinstance(called, Awaitable) else called
    if isinstance(result, admitted.route.message) or isinstance(result, AsyncIterator):  # noqa: SIM101  a union is slower
        return result
    raise TypeError(f"the handler of {admitted.route.name} answered with {type(result).__name__}")


__all__ = ["handled", "received"]
