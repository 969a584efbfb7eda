"""The security policy of an axon, top to bottom: what a request must pass before its body is even parsed.

Cheap checks come first. Nothing of the body is read before its headers hold; no signature is verified for a
request that breaks the syntax; no nonce is used up by a request that is not signed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable

from aiohttp import web

from taokit.axon.body import bounded_body, fitting_content, whole_body
from taokit.axon.caller import Caller
from taokit.axon.house import Admitted, Arrival, House
from taokit.axon.limits import Limits
from taokit.axon.line import busy
from taokit.axon.policy import Admit, decide
from taokit.axon.rates import RateTable
from taokit.axon.sealed import opened
from taokit.errors import Forbidden, Refused, Stale, TooLarge, Unauthenticated, WrongMethod
from taokit.errors.failures import log_failure
from taokit.protocol import (
    BTAUTH,
    EPISTULA,
    LEGACY,
    BtauthClaim,
    Claim,
    EpistulaClaim,
    HeaderNames,
    LegacyClaim,
    check_headers,
    check_signature,
    header_names,
)

log = logging.getLogger("taokit.axon")


async def pass_gates(arrival: Arrival, house: House) -> Admitted:
    """The request with its proven caller, or the `Refused` that says which gate held it."""
    message, peer = arrival.message, arrival.connection.peer
    open_doors(house)
    if house.by_address is not None:
        await not_too_often(house.by_address, arrival.connection.address)
    names = bounded_headers(arrival, house.limits)
    arrival.format = names.format(house.formats)
    route = house.routes.find(message.path, arrival.format)
    arrival.route = route.name
    posted(message.method)
    fitting_content(arrival.headers, route, format=arrival.format)
    names.check_unique()
    claim = claimed(arrival, house)
    fresh_until_ns = fresh_and_for_us(claim, house)
    body = await bounded_body(arrival, max_body=route.max_body, within_s=house.limits.body_s)
    check_signature(claim, body, verify=house.verify)
    if (elsewhere := first_time(claim, house, fresh_until_ns)) is not None:
        await elsewhere
    arrival.believed = claim
    body, seal = opened(claim, body, me=house.hotkey, sealing=house.sealing)
    caller = Caller(claim.sender, claim.format, peer[0], claim.nonce_ns, arrival.id, route.name)
    await admitted(caller, house.admit)
    if house.by_hotkey is not None:
        await not_too_often(house.by_hotkey, caller.hotkey)
    return Admitted(route, claim, caller, peer, body, seal)


async def pass_mount_gates(arrival: Arrival, request: web.BaseRequest, house: House) -> Caller:
    """The proven caller of a request for an application that is mounted behind the gates.

    Only btauth/1 will do, which binds method, path and body of any request. How long the body may be is the
    application's own bound.
    """
    names = bounded_headers(arrival, house.limits)
    arrival.format = names.format(house.formats)
    names.check_unique()
    if arrival.format != BTAUTH:
        raise Unauthenticated("no format that binds method and path")
    claim = claimed(arrival, house)
    fresh_until_ns = fresh_and_for_us(claim, house)
    check_signature(claim, await whole_body(request, within_s=house.limits.body_s), verify=house.verify)
    if (elsewhere := first_time(claim, house, fresh_until_ns)) is not None:
        await elsewhere
    address = arrival.connection.peer[0]
    caller = Caller(claim.sender, claim.format, address, claim.nonce_ns, arrival.id, arrival.route or "")
    await admitted(caller, house.admit)
    await not_too_often(house.by_hotkey, caller.hotkey)
    return caller


def open_doors(house: House) -> None:
    """Turn everybody away while the axon is shutting down."""
    if house.closing:
        raise busy("shutting down")


async def not_too_often(buckets: RateTable | None, key: str) -> None:
    """Refuse who comes more often than its rate allows."""
    if buckets is not None and (elsewhere := buckets.take(key, time.monotonic())) is not None:
        await elsewhere


def bounded_headers(arrival: Arrival, limits: Limits) -> HeaderNames:
    """Note the headers by name, and return what the names tell."""
    headers = arrival.message.headers
    spelled = tuple([name for name, _ in headers.items()])  # among the keys, what comes again stands once
    values = tuple(headers.values())
    size = len("".join(spelled + values).encode("utf-8", "surrogateescape"))
    if len(spelled) > limits.header_count or size > limits.header_bytes:
        refusal = TooLarge(f"{len(spelled)} headers of {size} bytes")
        refusal.status = 431
        raise refusal
    names = header_names(spelled)
    arrival.headers = dict(zip(names.lower, values, strict=True))
    return names


def posted(method: str) -> None:
    """Serve POST alone."""
    if method != "POST":
        raise WrongMethod(f"{method[:16]} on a route")


def claimed(arrival: Arrival, house: House) -> Claim:
    """What the headers say of the sender, well-formed."""
    if arrival.format == LEGACY:
        return LegacyClaim.from_request(arrival.headers, me=house.hotkey, max_timeout=house.limits.max_timeout)
    if arrival.format == BTAUTH:
        return BtauthClaim.from_request(arrival.message.method, arrival.message.path, arrival.headers)
    if arrival.format == EPISTULA:
        return EpistulaClaim.from_request(arrival.headers)
    raise Unauthenticated("no marks of any format")


def fresh_and_for_us(claim: Claim, house: House) -> int:
    """Refuse what is meant for another axon or lies outside the window; until when the rest stays inside."""
    return check_headers(
        claim,
        me=house.hotkey,
        now_ns=house.now_ns(),
        window=house.windows.of(claim.format),
        started_ns=house.started_ns,
        unbound_receiver=house.unbound_receiver,
    )


def first_time(claim: Claim, house: House, fresh_until_ns: int) -> Awaitable[None] | None:
    """Remember the request, and refuse one that was accepted before, or whose body came after its window.

    Comes last: strangers use up no nonce. None when that is done; a memory elsewhere answers with what to await.
    """
    now_ns = house.now_ns()
    if now_ns > fresh_until_ns:
        raise Stale(f"{claim.sender}: its body came after its window")
    until_ns = house.windows.of(claim.format).last_replay_ns(claim)
    return house.replay.accept(claim.replay_key, signed_ns=claim.nonce_ns, now_ns=now_ns, until_ns=until_ns)


async def admitted(caller: Caller, admit: Admit) -> None:
    """Ask the policy; one that fails refuses, and its error stays in the log."""
    try:
        await decide(admit, caller)
    except Refused:
        raise
    except Exception as error:
        log_failure(log, error, "request %s: the policy failed", caller.request_id)
        raise Forbidden("the policy failed") from error


__all__ = ["not_too_often", "open_doors", "pass_gates", "pass_mount_gates"]
