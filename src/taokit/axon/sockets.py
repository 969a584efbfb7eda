"""Websockets of a mounted ASGI application, as https://asgi.readthedocs.io/en/latest/specs/www.html has them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from aiohttp import WSMsgType, web
from multidict import CIMultiDict

from taokit.axon.mounting import Sockets
from taokit.errors import Forbidden

log = logging.getLogger("taokit.axon")

Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

GOING_AWAY: Final = 1001
NOTHING_SAID: Final = 1005
LOST: Final = 1006
FAILED: Final = 1011
"""Codes of RFC 6455, section 7.4.1."""
CLOSE_S: Final = 1.0  # for the caller to close its side too
KEY_BYTES: Final = 16
REASON_BYTES: Final = 123


def wants_socket(request: web.BaseRequest) -> bool:
    """Whether a request asks to become a websocket (RFC 6455, section 4.1)."""
    said = request.headers
    switches = "upgrade" in [word.strip().lower() for word in said.get("Connection", "").split(",")]
    return request.method == "GET" and switches and said.get("Upgrade", "").strip().lower() == "websocket"


def well_asked(request: web.BaseRequest) -> bool:
    """Whether what a websocket is asked for with is what it must be: the version and the key."""
    try:
        key = base64.b64decode(request.headers.get("Sec-WebSocket-Key", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) == KEY_BYTES and request.headers.get("Sec-WebSocket-Version") == "13"


def offered(request: web.BaseRequest) -> list[str]:
    """The subprotocols that the caller speaks, the one it likes best first."""
    said = ",".join(request.headers.getall("Sec-WebSocket-Protocol", []))
    return [name for name in map(str.strip, said.split(",")) if name]


class Socket:
    """One websocket, event by event."""

    def __init__(self, request: web.Request, bounds: Sockets, *, accept_s: float) -> None:
        self._request, self._bounds, self._accept_s = request, bounds, accept_s
        self._decided = asyncio.Event()  # whether there will be a websocket
        self._announced = False
        self._response: web.WebSocketResponse | None = None
        self._end: Event | None = None
        self._code: int | None = None  # with which this side closes
        self._limit: asyncio.Timeout | None = None
        self._outlasting: asyncio.Task[None] | None = None

    async def serve(self, app: Callable[[Receive, Send], Awaitable[None]]) -> web.StreamResponse:
        """What came of it, when it has ended. `Forbidden` where the application did not accept it.

        `TimeoutError` where it did not decide in time.
        """
        try:
            async with asyncio.timeout(self._accept_s) as self._limit:
                await app(self.receive, self.send)
        except Over:
            log.debug("a websocket at %s was over before its application knew", self._request.path)
        except Exception:
            if self._response is None:
                raise
            log.exception("a websocket at %s failed", self._request.path)
            await self.close(FAILED)
        finally:
            if self._outlasting is not None:
                self._outlasting.cancel()
        if self._response is None:
            raise self._unanswered()
        await self.close(1000)
        return self._response

    def _unanswered(self) -> Exception:
        if self._code is not None:
            return Forbidden("the application refused the websocket")
        if self._end is not None:
            return gone()
        return RuntimeError("the application neither accepted the websocket nor refused it")

    async def receive(self) -> Event:
        """The next event; the last one, again and again, once it is over."""
        if not self._announced:
            self._announced = True
            return {"type": "websocket.connect"}
        await self._decided.wait()
        if self._end is None:
            assert self._response is not None
            event = self._heard(await self._response.receive())
            if event["type"] != "websocket.disconnect":
                return event
            self._end = event
        return self._end

    def _heard(self, message: Any) -> Event:
        match message.type:
            case WSMsgType.TEXT:
                return {"type": "websocket.receive", "text": message.data}
            case WSMsgType.BINARY:
                return {"type": "websocket.receive", "bytes": message.data}
            case WSMsgType.CLOSE:
                return _gone(self._code or message.data or NOTHING_SAID, message.extra or "")
            case WSMsgType.ERROR:  # the limit on a message, or something that is no websocket's
                return _gone(self._code or int(getattr(message.data, "code", LOST)))
        return _gone(self._code or LOST)

    async def send(self, event: Event) -> None:
        """Take one event of the application's. `Over`, an `OSError`, when it is over: nobody goes on for ever."""
        match event["type"]:
            case "websocket.accept" if not self._decided.is_set():
                await self._accept(event)
            case "websocket.send" if self._response is not None:
                await self._send(event)
            case "websocket.close":
                await self.close(event.get("code", 1000), event.get("reason") or "")
            case kind:
                raise gone() if self._end is not None else RuntimeError(f"{kind} has no place here")

    async def _accept(self, event: Event) -> None:
        chosen = event.get("subprotocol")
        if chosen is not None and chosen not in offered(self._request):
            raise RuntimeError(f"the subprotocol {chosen!r} was not offered")
        response = web.WebSocketResponse(
            protocols=() if chosen is None else (chosen,),
            max_msg_size=self._bounds.message_bytes,
            heartbeat=self._bounds.ping_s,
            timeout=CLOSE_S,
            compress=False,
        )
        response.headers.extend(_headers(event.get("headers", ())))
        try:
            await response.prepare(self._request)
        except ConnectionError:
            self.lost()
            return
        self._response = response
        self._decided.set()
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._bounds.seconds + 2 * CLOSE_S)
        self._outlasting = asyncio.create_task(self._outlasted())

    async def _outlasted(self) -> None:
        """Close it when its time is over. An application that goes on all the same is cancelled a little later."""
        await asyncio.sleep(self._bounds.seconds)
        await self.close(GOING_AWAY)

    async def _send(self, event: Event) -> None:
        """Returns when the message was taken: a slow reader slows the application down."""
        assert self._response is not None
        text, data = event.get("text"), event.get("bytes")
        if (text is None) == (data is None):
            raise RuntimeError("a message is text or bytes, one of them")
        try:
            if text is not None:
                await self._response.send_str(text)
            elif data is not None:
                await self._response.send_bytes(data)
        except ConnectionError as error:
            raise gone() from error

    async def close(self, code: int, reason: str = "") -> None:
        """End it, or refuse it where it has not begun. Does nothing the second time."""
        if self._code is not None or self._end is not None:
            return
        self._code = code
        if self._response is None:
            self._end = _gone(LOST)
            self._decided.set()
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._response.close(code=code, message=_shortened(reason))
        except TimeoutError:  # the caller does not even read
            if self._request.transport is not None:
                self._request.transport.abort()

    def lost(self) -> None:
        """Note that the caller hung up."""
        if not self._decided.is_set():
            self._end = _gone(LOST)
            self._decided.set()


class Over(ConnectionResetError):
    """Somebody writes what nobody will read: an `OSError`, as ASGI 2.4 has it."""


def gone() -> Over:
    """What an application gets that writes to a caller who has gone."""
    return Over("the caller hung up")


def _gone(code: int, reason: str = "") -> Event:
    return {"type": "websocket.disconnect", "code": code, "reason": reason}


def _shortened(reason: str) -> bytes:
    """As much of a reason as a close frame holds, in whole characters (RFC 6455, section 5.5.1)."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore").encode()


def _headers(pairs: Any) -> CIMultiDict[str]:
    """The application's own headers; what makes the connection a websocket is this server's."""
    headers = ((bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in pairs)
    fixed = ("connection", "upgrade", "transfer-encoding", "content-length")
    return CIMultiDict(
        (name, value)
        for name, value in headers
        if name.lower() not in fixed and not name.lower().startswith("sec-websocket-")
    )


__all__ = ["GOING_AWAY", "Socket", "gone", "offered", "wants_socket", "well_asked"]
