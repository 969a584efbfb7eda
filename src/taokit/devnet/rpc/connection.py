"""One client on a websocket."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from taokit.devnet.rpc.dispatch import respond
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.limits import Limits
from taokit.devnet.rpc.params import Params
from taokit.devnet.rpc.protocol import OVERSIZED_REQUEST, TOO_MANY_SUBSCRIPTIONS, Fault, notification, refusal, written
from taokit.devnet.rpc.subscriptions import Feed

log = logging.getLogger("taokit.devnet")

_LAST_WORDS_S = 1.0  # for answers under way when the connection is to be dropped


@dataclass(eq=False, slots=True)
class _Subscription:
    name: str
    method: str
    values: AsyncIterator[Any]
    task: asyncio.Task[None] | None = None  # from when its name has been sent


class _Visit:
    """One message's sender. What it subscribes to begins once the answer is out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.opened: list[_Subscription] = []

    def subscribe(self, feed: Feed, host: Host, params: Params) -> str:
        opened = self._connection.open(feed, host, params)
        self.opened.append(opened)
        return opened.name

    def unsubscribe(self, name: str) -> bool:
        return self._connection.end(name)


class Connection:
    """A client: its calls, several at once, and its subscriptions.

    A client that reads slowly is read slowly: once `in_flight` of its calls wait to be answered, nothing more is taken
    from it. One that reads nothing for `send_s` seconds is cut off.
    """

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.WriteTransport | None, host: Host, limits: Limits
    ) -> None:
        self._socket, self._transport, self._host, self._limits = socket, transport, host, limits
        self._room = asyncio.Semaphore(limits.in_flight)
        self._calls: set[asyncio.Task[None]] = set()
        self._subscriptions: dict[str, _Subscription] = {}
        self._leaving = False

    async def serve(self) -> None:
        """Answer until the client goes or is dropped."""
        try:
            async for message in self._socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY) or self._leaving:
                    continue
                await self._room.acquire()
                self._begin(self._call(message.data))
        finally:
            await self._cancel()

    def _begin(self, call: Any) -> None:
        task = asyncio.get_running_loop().create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call failed", exc_info=error)

    async def _call(self, data: str | bytes) -> None:
        visit = _Visit(self)
        if len(data) > self._limits.request:
            said = f"Exceeded max limit of {self._limits.request}"
            text: str | None = written(refusal(None, Fault(OVERSIZED_REQUEST, "Request is too big", said)))
        else:
            text = await respond(self._host, data, visit)
        if text is None or await self._send(text):
            for opened in visit.opened:
                self._start(opened)

    async def _send(self, text: str) -> bool:
        """Whether it went out."""
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._socket.send_str(text)
        except TimeoutError:
            log.info("a client that reads nothing is cut off")
            if self._transport is not None:
                self._transport.abort()
            return False
        except ConnectionError:
            return False
        return True

    def open(self, feed: Feed, host: Host, params: Params) -> _Subscription:
        """A new subscription, not yet begun. Raises `Fault` where there are too many."""
        if len(self._subscriptions) >= self._limits.subscriptions:
            said = f"Exceeded max limit of {self._limits.subscriptions}"
            raise Fault(TOO_MANY_SUBSCRIPTIONS, "Too many subscriptions on the connection", said)
        made = _Subscription(secrets.token_hex(8), feed.notification, feed.open(host, params))
        self._subscriptions[made.name] = made
        return made

    def _start(self, opened: _Subscription) -> None:
        if opened.name in self._subscriptions:
            opened.task = asyncio.get_running_loop().create_task(self._tell(opened))

    async def _tell(self, opened: _Subscription) -> None:
        try:
            async for value in opened.values:
                await self._host.patience()
                if not await self._send(notification(opened.method, opened.name, value)):
                    return
                await asyncio.sleep(0)  # sending does not wait while the client keeps up
        except Exception:
            log.exception("a subscription to %s failed", opened.method)
        finally:
            self._subscriptions.pop(opened.name, None)

    def end(self, name: str) -> bool:
        """End a subscription; False where there is none of this name."""
        ended = self._subscriptions.pop(name, None)
        if ended is not None and ended.task is not None:
            ended.task.cancel()
        return ended is not None

    async def drop(self, code: int | None, why: str) -> None:
        """Close the connection, once the calls under way are answered or a second has passed; None just cuts it."""
        self._leaving = True
        if self._calls:
            await asyncio.wait(self._calls, timeout=_LAST_WORDS_S)
        if code is None:
            if self._transport is not None:
                self._transport.abort()
            return
        with suppress(ConnectionError):
            await self._socket.close(code=code, message=why.encode())

    async def _cancel(self) -> None:
        tasks = [*self._calls, *(one.task for one in self._subscriptions.values() if one.task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["Connection"]
