"""A second port for the operator of an axon: how it is, and its metrics."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from taokit.axon.metrics import Metrics
from taokit.errors import ConfigurationError

CLOSE_S = 0.5


class PrivatePort:
    """Answers `GET /health` with 200 while the axon serves and 503 while it closes, and `GET /metrics`.

    Nothing of it asks who calls, so it is bound to this machine unless told otherwise.
    """

    def __init__(self, health: Callable[[], dict[str, Any]], metrics: Metrics | None) -> None:
        self._health = health
        self._metrics = metrics
        self._begun = time.monotonic()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Begin to serve and return the port; `ConfigurationError` when the address cannot be had."""
        app = web.Application()
        app.router.add_get("/health", self._answer_health)
        if self._metrics is not None:
            app.router.add_get("/metrics", self._answer_metrics)
        self._runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=CLOSE_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            await self.stop()
            raise ConfigurationError(
                f"cannot serve health and metrics on {host} port {port}: {error.strerror or error}",
                hint="choose another --private-port",
            ) from error
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Close the port."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer_health(self, request: web.Request) -> web.Response:
        said = {**self._health(), "uptime_s": round(time.monotonic() - self._begun, 3)}
        return web.json_response(said, status=200 if said["status"] == "ok" else 503)

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        assert self._metrics is not None
        body, kind = self._metrics.page()
        return web.Response(body=body, headers={"Content-Type": kind})


__all__ = ["PrivatePort"]
