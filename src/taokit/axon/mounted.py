"""Serves what is mounted on an axon."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from aiohttp import web

from taokit.axon.admission import Admission
from taokit.axon.asgi import application_of
from taokit.axon.gates import not_too_often, open_doors, pass_mount_gates
from taokit.axon.guest import Guest
from taokit.axon.house import Arrival, House
from taokit.axon.line import busy
from taokit.axon.mounting import Mount
from taokit.axon.rates import Buckets
from taokit.axon.sockets import wants_socket
from taokit.errors import ConfigurationError, HandlerFailed, HandlerTimeout, Refused, TooLarge

log = logging.getLogger("taokit.axon")

QUIET_S = 5.0  # for an application to clean up


class Runner(web.AppRunner):
    """Runs an application, which hears of its end once: when the drain begins, while its callers are still there."""

    _told = False

    async def shutdown(self) -> None:
        """Tell it, unless that is done."""
        if not self._told:
            self._told = True
            await super().shutdown()


class Mounted:
    """One application while the axon runs."""

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self.queue = Admission(mount.at_once, waiting=0)
        self.sockets = Admission(mount.sockets.at_once, waiting=0)
        self._sockets_of: Counter[str] = Counter()  # by address
        self._buckets = None if mount.address_rate is None else Buckets(mount.address_rate)
        self._root = web.Application(client_max_size=mount.max_body)
        app = mount.app if isinstance(mount.app, web.Application) else application_of(mount.app, mount)
        self._root.add_subapp(mount.path, app)
        self._runner: Runner | None = None

    async def start(self) -> None:
        """Run the application's own start."""
        self._runner = Runner(self._root, handle_signals=False, access_log=None)
        await self._runner.setup()

    async def leave(self) -> None:
        """Tell the application that no more will come; its websockets are closed."""
        if self._runner is not None:
            await self._runner.shutdown()

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

    async def serve(self, arrival: Arrival, house: House) -> None:
        """Let the application answer, within the bounds of its mount."""
        assert self._runner is not None
        assert self._runner.server is not None
        connection, mount = arrival.connection, self.mount
        arrival.route = mount.name
        open_doors(house)
        address = connection.address
        await not_too_often(house.by_address, address)
        await not_too_often(self._buckets, address)
        connection.guest = guest = Guest(self._runner.server, connection)
        request = guest.request(arrival.message, arrival.content)
        try:
            await self._answer(request, guest, arrival, house)
        finally:
            connection.guest = None

    async def _answer(self, request: web.BaseRequest, guest: Guest, arrival: Arrival, house: House) -> None:
        """Write what the application answers, within the bounds of its mount."""
        mount, address = self.mount, arrival.connection.address
        if (request.content_length or 0) > mount.max_body:
            raise TooLarge(f"a body of {request.content_length} bytes, {mount.name} takes {mount.max_body}")
        queue, limit_s = self.queue, mount.deadline_s
        if wants_socket(request):
            queue, limit_s = self.sockets, mount.deadline_s + mount.sockets.seconds + QUIET_S
            if self._sockets_of[address] >= mount.sockets.per_address:
                raise busy(f"{address} has {self._sockets_of[address]} websockets at {mount.name}")
        if not queue.enter_now(address):
            raise busy(f"{mount.name} has {queue.running} requests under way")
        if queue is self.sockets:
            self._sockets_of[address] += 1
        try:
            async with asyncio.timeout(limit_s):
                if mount.gated:
                    guest.caller = await pass_mount_gates(arrival, request, house)
                await guest.answer(request, await self._response(request))
        except TimeoutError:
            _break_off(request)
            raise HandlerTimeout(f"{mount.name} did not answer within {mount.deadline_s:g} s") from None
        except web.HTTPRequestEntityTooLarge as error:
            raise TooLarge(f"a body of more than {mount.max_body} bytes") from error
        except (ConnectionError, Refused):
            raise
        except Exception as error:
            log.exception("request %s: %s failed", arrival.id, mount.name)  # also what comes after an answer
            _break_off(request)
            raise HandlerFailed("the application failed", request_id=arrival.id) from error
        finally:
            queue.leave(address)
            if queue is self.sockets:
                self._sockets_of -= Counter((address,))  # which keeps no zeros

    async def _response(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._runner is not None
        assert self._runner.server is not None
        try:
            return await self._runner.server.request_handler(request)
        except web.HTTPRequestEntityTooLarge:
            raise
        except web.HTTPException as answer:
            answer.__traceback__ = None  # which would hold the request, which holds the answer
            return answer


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
        return [queue for one in self._mounted for queue in (one.queue, one.sockets)]

    async def start(self) -> None:
        """Start every application, or none."""
        try:
            for one in self._mounted:
                await one.start()
        except BaseException:
            await self.stop()
            raise

    async def leave(self) -> None:
        """Tell every application that the axon takes no more; what fails there is logged."""
        for error in await asyncio.gather(*(one.leave() for one in self._mounted), return_exceptions=True):
            if isinstance(error, Exception):
                log.error("an application did not take leave well", exc_info=error)

    async def stop(self) -> None:
        """Stop every application that runs, the last one first."""
        for one in reversed(self._mounted):
            await one.stop()

    def at(self, target: str) -> Mounted | None:
        """The application that a request target is for, or None for one of the axon's own."""
        return next((one for one in self._mounted if one.holds(target)), None)


__all__ = ["Mounted", "Mounts"]
