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
from taokit.axon.policy import Admit
from taokit.axon.routes import Route, Routes
from taokit.errors import (
    Busy,
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
    LEGACY,
    BtauthClaim,
    Claim,
    LegacyClaim,
    Replay,
    Verify,
    Windows,
    check_headers,
    check_signature,
    check_unique,
    detect,
    headers_by_name,
    verify,
)

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
    replay: Replay = field(default_factory=Replay)
    started_ns: int = 0  # when the replay memory began
    closing: bool = False


@dataclass(slots=True)
class Arrival:
    """One request on its way through the gates; each gate adds what it learnt."""

    request: web.BaseRequest
    id: str  # as in the log
    headers: dict[str, str] = field(default_factory=dict)  # by lower-case name
    format: str | None = None

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
    body: bytes


async def pass_gates(arrival: Arrival, house: House) -> Admitted:
    """The request with its proven caller, or the `Refused` that says which gate held it."""
    request = arrival.request
    open_doors(house)
    repeated = bounded_headers(arrival, house.limits)
    arrival.format = detect(arrival.headers, house.formats)
    route = house.routes.find(request.raw_path, arrival.format)
    posted(request.method)
    fitting_content(arrival, route)
    check_unique(repeated)
    claim = claimed(arrival, house)
    fresh_and_for_us(claim, house)
    body = await bounded_body(request, max_body=route.max_body, within_s=house.limits.body_s)
    check_signature(claim, body, verify=house.verify)
    first_time(claim, house)
    peer = arrival.peer
    caller = Caller(claim.sender, claim.format, peer[0], claim.nonce_ns, arrival.id, route.name)
    await admitted(caller, house.admit)
    return Admitted(route, claim, caller, peer, body)


def open_doors(house: House) -> None:
    """Turn everybody away while the axon is shutting down."""
    if house.closing:
        raise shut("shutting down")


def shut(why: str) -> Busy:
    """The refusal that asks a caller to come back in a second."""
    busy = Busy(why)
    busy.retry_after = 1.0
    return busy


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


def first_time(claim: Claim, house: House) -> None:
    """Remember the request, and refuse one that was accepted before. Comes last: strangers use up no nonce."""
    window = house.windows.of(claim.format)
    house.replay.accept(claim.replay_key, now_ns=house.now_ns(), until_ns=window.last_fresh_ns(claim))


async def admitted(caller: Caller, admit: Admit) -> None:
    """Ask the policy; one that fails refuses, and its error stays in the log."""
    try:
        await admit(caller)
    except Refused:
        raise
    except Exception as error:
        log.exception("request %s: the policy failed", caller.request_id)
        raise Forbidden("the policy failed") from error


__all__ = ["Admitted", "Arrival", "BodyTimeout", "House", "NowNs", "pass_gates", "shut"]
