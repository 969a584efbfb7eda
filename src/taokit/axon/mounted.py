"""Serves what is mounted on an axon."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from taokit.axon.admission import Admission
from taokit.axon.asgi import application_of
from taokit.axon.connection import Connection
from taokit.axon.gates import not_too_often, open_doors, pass_mount_gates
from taokit.axon.house import Arrival, House
from taokit.axon.line import busy
from taokit.axon.mounting import Mount
from taokit.axon.rates import Buckets, network_of
from taokit.errors import ConfigurationError, HandlerFailed, HandlerTimeout, Refused, TooLarge

log = logging.getLogger("taokit.axon")

QUIET_S = 5.0  # for an application to clean up


class Mounted:
    """One application while the axon runs."""

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self.queue = Admission(mount.at_once, waiting=0)
        self._buckets = None if mount.address_rate is None else Buckets(mount.address_rate)
        self._root = web.Application(client_max_size=mount.max_body)
        app = mount.app if isinstance(mount.app, web.Application) else application_of(mount.app, mount.path)
        self._root.add_subapp(mount.path, app)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Run the application's own start."""
        self._runner = web.AppRunner(self._root, handle_signals=False, access_log=None)
        await self._runner.setup()

    async def stop(self) -> None:
        """Run the application's own end; its failure is logged and keeps nobody."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        try:
            async with asyncio.timeout(QUIET_S):
                await runner.cleanup()
        except Exception:
            log.exception("the application at %s did not end well", self.mount.path)

    def holds(self, target: str) -> bool:
        """Whether a request target lies at or below its path."""
        return target == self.mount.path or target.startswith((self.mount.path + "/", self.mount.path + "?"))

    def request(self, *parts: Any) -> web.BaseRequest:
        """The request as the application knows it, of message, payload, connection, writer and task."""
        assert self._runner is not None
        assert self._runner.server is not None
        return self._runner.server.request_factory(*parts)

    async def serve(self, arrival: Arrival, house: House) -> web.StreamResponse:
        """What the application answers, within the bounds of its mount."""
        assert self._runner is not None
        assert self._runner.server is not None
        request, mount = arrival.request, self.mount
        connection = request.protocol
        assert isinstance(connection, Connection)
        arrival.route = mount.name
        open_doors(house)
        address = network_of(arrival.peer[0])
        await not_too_often(house.by_address, address)
        await not_too_often(self._buckets, address)
        if (request.content_length or 0) > mount.max_body:
            raise TooLarge(f"a body of {request.content_length} bytes, {mount.name} takes {mount.max_body}")
        if not self.queue.enter_now(address):
            raise busy(f"{mount.name} has {self.queue.running} requests under way")
        try:
            async with asyncio.timeout(mount.deadline_s):
                if mount.gated:
                    connection.caller = await pass_mount_gates(arrival, house)
                return await self._runner.server.request_handler(request)
        except TimeoutError:
            _break_off(request)
            raise HandlerTimeout(f"{mount.name} did not answer within {mount.deadline_s:g} s") from None
        except web.HTTPRequestEntityTooLarge as error:
            raise TooLarge(f"a body of more than {mount.max_body} bytes") from error
        except (web.HTTPException, ConnectionError, Refused):
            raise
        except Exception as error:
            _break_off(request)
            log.exception("request %s: %s failed", arrival.id, mount.name)
            raise HandlerFailed("the application failed", request_id=arrival.id) from error
        finally:
            connection.caller = None
            self.queue.leave(address)


def _break_off(request: web.BaseRequest) -> None:
    """Break the connection of an answer that has begun and will not end: nothing else says that it is not whole."""
    if request.writer.output_size > 0:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the answer was under way")


class Mounts:
    """All applications of an axon."""

    def __init__(self, mounts: Sequence[Mount], routes: Sequence[str]) -> None:
        self._mounted = [Mounted(mount) for mount in mounts]
        paths = [*routes, *(mount.path for mount in mounts)]
        for mount in mounts:
            if sum(path == mount.path or path.startswith(mount.path + "/") for path in paths) > 1:
                raise ConfigurationError(f"{mount.path} is taken", hint="mount every application at a path of its own")

    def __bool__(self) -> bool:
        return bool(self._mounted)

    @property
    def queues(self) -> list[Admission]:
        """What is under way in each."""
        return [one.queue for one in self._mounted]

    async def start(self) -> None:
        """Start every application, or none."""
        try:
            for one in self._mounted:
                await one.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop every application that runs, the last one first."""
        for one in reversed(self._mounted):
            await one.stop()

    def at(self, target: str) -> Mounted | None:
        """The application that a request target is for, or None for one of the axon's own."""
        return next((one for one in self._mounted if one.holds(target)), None)

    def maker(self, other: Callable[..., web.BaseRequest]) -> Callable[..., web.BaseRequest]:
        """What makes a request: by the application that it is for, else by `other`."""

        def make(message: Any, *rest: Any) -> web.BaseRequest:
            one = self.at(message.path)
            return other(message, *rest) if one is None else one.request(message, *rest)

        return make


__all__ = ["Mounted", "Mounts"]
