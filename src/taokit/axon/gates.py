"""The security policy of an axon, top to bottom: what a request must pass before its body is even parsed.

Cheap checks come first. Nothing of the body is read before its headers hold; no signature is verified for a
request that breaks the syntax; no nonce is used up by a request that is not signed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from aiohttp import web

from taokit.axon.caller import Caller
from taokit.axon.limits import Limits
from taokit.axon.line import busy
from taokit.axon.policy import Admit
from taokit.axon.rates import RateTable, network_of
from taokit.axon.routes import Route, Routes
from taokit.axon.sealed import Sealing, opened
from taokit.errors import (
    Forbidden,
    Malformed,
    Refused,
    TooLarge,
    Unauthenticated,
    WrongContent,
    WrongMethod,
)
from taokit.protocol import (
    BTAUTH,
    EPISTULA,
    LEGACY,
    BtauthClaim,
    Claim,
    EpistulaClaim,
    LegacyClaim,
    Replay,
    ReplayStore,
    Verify,
    Windows,
    check_headers,
    check_signature,
    check_unique,
    detect,
    headers_by_name,
    verify,
)
from taokit.protocol.sealing import AnswerSeal
from taokit.signer import Signer

log = logging.getLogger("taokit.axon")

JSON_TYPE = re.compile(r"\s*application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
BINARY_TYPE = re.compile(r"\s*application/octet-stream\s*(?:;.*)?", re.IGNORECASE)
LENGTH = re.compile(r"[0-9]{1,18}")

B = TypeVar("B", bytes, bytearray)

NowNs = Callable[[], int]
"""Nanoseconds since 1970."""


class BodyTimeout(Refused):
    """The caller was too slow to send the body that it announced."""

    status = 408


@dataclass(slots=True)
class House:
    """What the gates know of the axon they guard."""

    hotkey: str  # its own, ss58
    routes: Routes
    admit: Admit
    formats: Collection[str]
    windows: Windows = field(default_factory=Windows)
    limits: Limits = field(default_factory=Limits)
    unbound_receiver: bool = False
    now_ns: NowNs = time.time_ns
    verify: Verify = verify
    replay: ReplayStore = field(default_factory=Replay)
    started_ns: int = 0  # when the replay memory began
    closing: bool = False
    by_address: RateTable | None = None
    by_hotkey: RateTable | None = None
    sealing: Sealing | None = None
    sign_answers: Signer | None = None


@dataclass(slots=True)
class Arrival:
    """One request on its way through the gates; each gate adds what it learnt."""

    request: web.BaseRequest
    id: str  # as in the log
    headers: dict[str, str] = field(default_factory=dict)  # by lower-case name
    format: str | None = None
    route: str | None = None  # the name of its route, once it is found
    outcome: str = "ok"  # else the name of the error that it came to
    believed: Claim | None = None  # once it is verified and no replay; only then is its answer signed

    @property
    def peer(self) -> tuple[str, int]:
        """Address and port of the connection's other end."""
        transport = self.request.transport
        name = None if transport is None else transport.get_extra_info("peername")
        return (name[0], name[1]) if isinstance(name, tuple) else ("", 0)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that passed every gate."""

    route: Route
    claim: Claim
    caller: Caller
    peer: tuple[str, int]  # address and port of the connection's other end
    body: bytes  # in the clear
    seal: AnswerSeal | None = None  # for the answer to a body that was sealed


async def pass_gates(arrival: Arrival, house: House) -> Admitted:
    """The request with its proven caller, or the `Refused` that says which gate held it."""
    request = arrival.request
    open_doors(house)
    if house.by_address is not None:
        await not_too_often(house.by_address, network_of(arrival.peer[0]))
    repeated = bounded_headers(arrival, house.limits)
    arrival.format = detect(arrival.headers, house.formats)
    route = house.routes.find(request.raw_path, arrival.format)
    arrival.route = route.name
    posted(request.method)
    fitting_content(arrival, route)
    check_unique(repeated)
    claim = claimed(arrival, house)
    fresh_and_for_us(claim, house)
    body = await bounded_body(request, max_body=route.max_body, within_s=house.limits.body_s)
    check_signature(claim, body, verify=house.verify)
    await first_time(claim, house)
    arrival.believed = claim
    body, seal = opened(claim, body, me=house.hotkey, sealing=house.sealing)
    peer = arrival.peer
    caller = Caller(claim.sender, claim.format, peer[0], claim.nonce_ns, arrival.id, route.name)
    await admitted(caller, house.admit)
    if house.by_hotkey is not None:
        await not_too_often(house.by_hotkey, caller.hotkey)
    return Admitted(route, claim, caller, peer, body, seal)


async def pass_mount_gates(arrival: Arrival, house: House) -> Caller:
    """The proven caller of a request for an application that is mounted behind the gates.

    Only btauth/1 will do, which binds method, path and body of any request. How long the body may be is the
    application's own bound.
    """
    request = arrival.request
    repeated = bounded_headers(arrival, house.limits)
    arrival.format = detect(arrival.headers, house.formats)
    check_unique(repeated)
    if arrival.format != BTAUTH:
        raise Unauthenticated("no format that binds method and path")
    claim = claimed(arrival, house)
    fresh_and_for_us(claim, house)
    check_signature(claim, await whole_body(request, house.limits.body_s), verify=house.verify)
    await first_time(claim, house)
    caller = Caller(claim.sender, claim.format, arrival.peer[0], claim.nonce_ns, arrival.id, arrival.route or "")
    await admitted(caller, house.admit)
    await not_too_often(house.by_hotkey, caller.hotkey)
    return caller


async def whole_body(request: web.BaseRequest, within_s: float) -> bytes:
    """The body, which the request keeps for the application too."""
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            return await request.read()
    except TimeoutError:
        if limit.expired():
            raise BodyTimeout(f"the body did not arrive within {within_s:g} s") from None
        raise


def open_doors(house: House) -> None:
    """Turn everybody away while the axon is shutting down."""
    if house.closing:
        raise busy("shutting down")


async def not_too_often(buckets: RateTable | None, key: str) -> None:
    """Refuse who comes more often than its rate allows."""
    if buckets is not None and (elsewhere := buckets.take(key, time.monotonic())) is not None:
        await elsewhere


def bounded_headers(arrival: Arrival, limits: Limits) -> list[str]:
    """Note the headers by name, and return those that came twice."""
    raw = arrival.request.raw_headers
    if len(raw) > limits.header_count or sum(map(len, chain.from_iterable(raw))) > limits.header_bytes:
        refusal = TooLarge(f"{len(raw)} headers, or more than {limits.header_bytes} bytes of them")
        refusal.status = 431
        raise refusal
    arrival.headers, repeated = headers_by_name(arrival.request.headers.items())
    return repeated


def posted(method: str) -> None:
    """Serve POST alone."""
    if method != "POST":
        raise WrongMethod(f"{method[:16]} on a route")


def fitting_content(arrival: Arrival, route: Route) -> None:
    """Refuse by what the headers say of the body, before a byte of it is read."""
    headers = arrival.headers
    if "content-encoding" in headers or headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise WrongContent("the body is encoded")
    kind = headers.get("content-type", "application/json")
    if not JSON_TYPE.fullmatch(kind) and (arrival.format == LEGACY or not BINARY_TYPE.fullmatch(kind)):
        raise WrongContent(f"content type {kind[:64]!r}")
    length = headers.get("content-length", "0")
    if not LENGTH.fullmatch(length) or int(length) > route.max_body:
        raise TooLarge(f"a body of {length[:20]} bytes, {route.name} takes {route.max_body}")


def claimed(arrival: Arrival, house: House) -> Claim:
    """What the headers say of the sender, well-formed."""
    request = arrival.request
    if arrival.format == LEGACY:
        return LegacyClaim.from_request(arrival.headers, me=house.hotkey, max_timeout=house.limits.max_timeout)
    if arrival.format == BTAUTH:
        return BtauthClaim.from_request(request.method, request.raw_path, arrival.headers)
    if arrival.format == EPISTULA:
        return EpistulaClaim.from_request(arrival.headers)
    raise Unauthenticated("no marks of any format")


def fresh_and_for_us(claim: Claim, house: House) -> None:
    """Refuse what is meant for another axon or lies outside the window."""
    check_headers(
        claim,
        me=house.hotkey,
        now_ns=house.now_ns(),
        window=house.windows.of(claim.format),
        started_ns=house.started_ns,
        unbound_receiver=house.unbound_receiver,
    )


async def bounded_body(request: web.BaseRequest, *, max_body: int, within_s: float) -> bytes:
    """The body, if it is short enough and arrives in time."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    if not request.body_exists:
        return b""
    if request.content.is_eof():  # all there already, as nearly always
        return short_enough(request.content.read_nowait(), max_body)
    try:
        async with asyncio.timeout(within_s):
            return await _read(request, max_body)
    except TimeoutError:
        raise BodyTimeout(f"the body did not arrive within {within_s:g} s") from None
    except web.RequestPayloadError as error:
        raise Malformed(f"the body is framed wrongly: {error}") from error


async def _read(request: web.BaseRequest, max_body: int) -> bytes:
    body = bytearray()
    while not request.content.at_eof():
        body += await request.content.readany()
        short_enough(body, max_body)
    return bytes(body)


def short_enough(body: B, max_body: int) -> B:
    """The body, if it has at most so many bytes."""
    if len(body) > max_body:
        raise TooLarge(f"a body of more than {max_body} bytes")
    return body


async def first_time(claim: Claim, house: House) -> None:
    """Remember the request, and refuse one that was accepted before. Comes last: strangers use up no nonce."""
    window = house.windows.of(claim.format)
    until_ns = window.last_fresh_ns(claim)
    elsewhere = house.replay.accept(
        claim.replay_key, signed_ns=claim.nonce_ns, now_ns=house.now_ns(), until_ns=until_ns
    )
    if elsewhere is not None:
        await elsewhere


async def admitted(caller: Caller, admit: Admit) -> None:
    """Ask the policy; one that fails refuses, and its error stays in the log."""
    try:
        await admit(caller)
    except Refused:
        raise
    except Exception as error:
        log.exception("request %s: the policy failed", caller.request_id)
        raise Forbidden("the policy failed") from error


__all__ = [
    "Admitted",
    "Arrival",
    "BodyTimeout",
    "House",
    "NowNs",
    "not_too_often",
    "open_doors",
    "pass_gates",
    "pass_mount_gates",
]
