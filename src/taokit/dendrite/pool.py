"""The connections of a dendrite: one request out, one bounded answer back, and what the clock said on the way."""

from __future__ import annotations

import asyncio
import io
import zlib
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from multidict import CIMultiDict
from yarl import URL

from taokit._version import __version__
from taokit.errors import BadAnswer, Disconnected, NetworkError, TaokitError, Unreachable
from taokit.protocol import Response, SignedRequest
from taokit.protocol.answers import shown

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

WHOLE = 1 << 20
"""Bytes of a body that are written in one piece; a longer one goes out in chunks, so that the loop stays responsive."""
DEFAULT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"taokit/{__version__}",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a dendrite takes from a neuron before it gives up on the answer."""

    answer_bytes: int = 2 << 20  # of a body, both on the wire and unpacked; each MiB can hold the loop for 0.1 s
    header_bytes: int = 16 << 10  # of one line of the head
    idle_seconds: float = 4.0  # a connection is kept; axons of the older SDKs close theirs after 5


@dataclass(frozen=True, slots=True)
class Post:
    """One request, ready to be written."""

    host: str  # literal address
    port: int
    request: SignedRequest


@dataclass(slots=True)
class Attempt:
    """One exchange as it happens. The times are the loop's, in seconds."""

    began: float
    connected: float | None = None
    answered: float | None = None
    reused: bool = False  # the connection had served before
    fresh: bool = False  # take no connection that has
    size: int = 0  # bytes of the body, on the wire
    wire: Wire | None = None

    @property
    def silent(self) -> bool:
        """Whether not a single byte has come back."""
        return self.wire is None or self.wire.received == 0


current: ContextVar[Attempt] = ContextVar("taokit_dendrite_attempt")


class Wire(ResponseHandler):
    """The library's protocol, counting the bytes that arrive: how a silent connection is told from a broken answer."""

    used = False  # by an earlier request
    received = 0  # bytes since the request now under way began
    expected = 0  # bytes when the last answer was complete; more by the next request came unasked

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        super().data_received(data)


class Connector(aiohttp.TCPConnector):
    """The library's pool, telling each attempt which connection it got."""

    def __init__(self, *, idle_seconds: float) -> None:
        super().__init__(limit=0, keepalive_timeout=idle_seconds, resolver=NoNames(), use_dns_cache=False)
        self._factory = cast("partial[ResponseHandler]", partial(Wire, loop=asyncio.get_running_loop()))

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  the library's signature
    ) -> Connection:
        attempt = current.get()
        while True:
            connection = await super().connect(req, traces, timeout)
            wire = connection.protocol
            assert isinstance(wire, Wire)
            if not wire.used or (wire.received == wire.expected and not attempt.fresh):
                break
            connection.close()  # not wanted, or it spoke unasked and the next answer on it would not be ours
        attempt.wire, attempt.reused = wire, wire.used
        attempt.connected = attempt.began if wire.used else asyncio.get_running_loop().time()
        wire.used, wire.received = True, 0
        return connection


class NoNames(AbstractResolver):
    """Resolves nothing: neurons are contacted by address."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError(f"{host!r} is a name, and names are not resolved")

    async def close(self) -> None:
        """Nothing to close."""


class Pool:
    """Connections that are reused, without redirects, cookies, proxies or a history. Close it."""

    def __init__(self, limits: Limits) -> None:
        """A pool for the running loop."""
        self._limits = limits
        self._session = aiohttp.ClientSession(
            connector=Connector(idle_seconds=limits.idle_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            headers=DEFAULT_HEADERS,
            auto_decompress=False,  # the library would unpack without a bound
            trust_env=False,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
        )

    async def post(self, post: Post, attempt: Attempt) -> Response:
        """Send a request and return its answer, of whatever status.

        Raises `Unreachable`, `Disconnected` or `BadAnswer`. Has no deadline of its own: cancel it.
        """
        token = current.set(attempt)
        try:
            status, headers, packed = await self._exchange(post, attempt)
        except (aiohttp.ClientError, OSError) as error:  # the library's errors become ours here and nowhere else
            raise _error_of(error, f"{post.host}:{post.port}{post.request.target}", attempt) from error
        finally:
            current.reset(token)
        plain = unpacked(packed, headers.get("content-encoding", ""), limit=self._limits.answer_bytes)
        return Response(status=status, headers=headers, body=plain)

    async def _exchange(self, post: Post, attempt: Attempt) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name (the first of each) and body of the answer, as they travel."""
        body = post.request.body
        async with self._session.post(
            url_of(post.host, post.port, post.request.target),
            data=body if len(body) <= WHOLE else io.BytesIO(body),
            headers=CIMultiDict(post.request.headers),
            allow_redirects=False,
        ) as response:
            attempt.answered = asyncio.get_running_loop().time()
            packed = await self._bounded(response, attempt)
            if attempt.wire is not None:
                attempt.wire.expected = attempt.wire.received
        headers = {name.lower(): value for name, value in reversed([*response.headers.items()])}
        return response.status, headers, packed

    async def _bounded(self, response: aiohttp.ClientResponse, attempt: Attempt) -> bytes:
        """The body as it travels, else `BadAnswer` as soon as it is known to be too large."""
        limit = self._limits.answer_bytes
        if (response.content_length or 0) > limit:
            raise BadAnswer(f"an answer of {response.content_length} bytes, at most {limit} are read")
        parts = []
        while part := await response.content.readany():
            attempt.size += len(part)
            if attempt.size > limit:
                raise BadAnswer(f"an answer of more than {limit} bytes")
            parts.append(part)
        return b"".join(parts)

    async def close(self) -> None:
        """End every connection."""
        await self._session.close()


@lru_cache(maxsize=4096)
def url_of(host: str, port: int, path: str) -> URL:
    """The URL that leads to exactly this address and path."""
    return URL(f"http://{f'[{host}]' if ':' in host else host}:{port}{path}", encoded=True)


def unpacked(body: bytes, encoding: str, *, limit: int) -> bytes:
    """The body without its content encoding, else `BadAnswer`; never holds more than `limit` bytes plus one."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, zlib.MAX_WBITS | 16, limit)
        case "deflate":  # zlib's wrapping by the standard, none at all from some servers
            wrapped = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
            return _inflated(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit)
        case other:
            raise BadAnswer(f"content encoding {other!r} was not asked for")


def _inflated(body: bytes, wbits: int, limit: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadAnswer(f"the answer does not unpack: {error}") from error
    if len(plain) > limit:
        raise BadAnswer(f"an answer that unpacks to more than {limit} bytes")
    if not inflater.eof or inflater.unused_data:
        raise BadAnswer("the packed answer ends too early or goes on too long")
    return plain


def _error_of(error: Exception, where: str, attempt: Attempt) -> TaokitError:
    if attempt.connected is None:
        return Unreachable(f"no connection to {where}: {_reason(error)}")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL):
        return BadAnswer(f"{where} does not answer in HTTP: {_reason(error)}")
    return Disconnected(f"{where} ended the connection: {_reason(error)}")


def _reason(error: Exception) -> str:
    return shown(str(error)) or type(error).__name__


def resendable(error: NetworkError, attempt: Attempt) -> bool:
    """Whether the request may go out once more: the axon closed an idle connection just as we wrote into it."""
    return isinstance(error, Disconnected) and attempt.reused and attempt.silent


__all__ = ["Attempt", "Limits", "Pool", "Post", "resendable", "unpacked"]
