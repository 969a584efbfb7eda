"""The body of a request: what its headers say of it, then itself, within bounds of size and time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from aiohttp import web

from taokit.axon.connection import Content
from taokit.axon.house import Arrival
from taokit.axon.routes import Route
from taokit.errors import Malformed, Refused, TooLarge, WrongContent
from taokit.protocol import LEGACY

JSON_TYPE = re.compile(r"\s*application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
BINARY_TYPE = re.compile(r"\s*application/octet-stream\s*(?:;.*)?", re.IGNORECASE)
LENGTH = re.compile(r"[0-9]{1,18}")


class BodyTimeout(Refused):
    """The caller was too slow to send the body that it announced."""

    status = 408


def fitting_content(headers: Mapping[str, str], route: Route, *, format: str | None) -> None:
    """Refuse by what the headers say of the body, before a byte of it is read."""
    if "content-encoding" in headers or headers.get("transfer-encoding", "chunked").lower() != "chunked":
        raise WrongContent("the body is encoded")
    kind = headers.get("content-type", "application/json")
    if kind != "application/json" and not _fits(kind, binary=format != LEGACY):
        raise WrongContent(f"content type {kind[:64]!r}")
    length = headers.get("content-length", "0")
    if not LENGTH.fullmatch(length) or int(length) > route.max_body:
        raise TooLarge(f"a body of {length[:20]} bytes, {route.name} takes {route.max_body}")


def _fits(kind: str, *, binary: bool) -> bool:
    return bool(JSON_TYPE.fullmatch(kind) or (binary and BINARY_TYPE.fullmatch(kind)))


async def bounded_body(arrival: Arrival, *, max_body: int, within_s: float) -> bytes:
    """The body, if it is short enough and arrives in time."""
    content, transport = arrival.content, arrival.connection.transport
    if "expect" in arrival.headers and arrival.headers["expect"].lower() == "100-continue" and transport is not None:
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if content.is_eof():  # all there already, as nearly always
        body = content.read_nowait()
        short_enough(len(body), max_body)
        return body
    try:
        async with asyncio.timeout(within_s):
            return await _read(content, max_body)
    except TimeoutError:
        raise BodyTimeout(f"the body did not arrive within {within_s:g} s") from None
    except web.RequestPayloadError as error:
        raise Malformed(f"the body is framed wrongly: {error}") from error


async def _read(content: Content, max_body: int) -> bytes:
    pieces, length = [], 0
    while not content.at_eof():
        pieces.append(await content.readany())
        length += len(pieces[-1])
        short_enough(length, max_body)
    return b"".join(pieces)


def short_enough(length: int, max_body: int) -> None:
    """Refuse a body of more bytes than are taken."""
    if length > max_body:
        raise TooLarge(f"a body of more than {max_body} bytes")


async def whole_body(request: web.BaseRequest, *, within_s: float) -> bytes:
    """The body, which the request keeps for an application too, whose own bound holds."""
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            return await request.read()
    except TimeoutError:
        if limit.expired():
            raise BodyTimeout(f"the body did not arrive within {within_s:g} s") from None
        raise


__all__ = ["BodyTimeout", "bounded_body", "fitting_content", "whole_body"]
