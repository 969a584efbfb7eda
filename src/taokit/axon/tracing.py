"""Spans of OpenTelemetry for the requests that an axon serves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taokit.axon.house import Admitted, Arrival
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider


class Tracing:
    """A span for each admitted request, below the one that its caller names in `traceparent` (W3C Trace Context).

    Strangers get none: they could fill the store with them. Needs opentelemetry-api.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        try:
            from opentelemetry import propagate, trace
        except ImportError as error:
            raise ConfigurationError("tracing needs opentelemetry", hint="pip install 'taokit[otel]'") from error
        self._extract = propagate.extract
        self._trace = trace
        self._tracer = trace.get_tracer("taokit.axon", tracer_provider=provider)

    @contextmanager
    def watching(self, arrival: Arrival, admitted: Admitted) -> Iterator[None]:
        """The current span is that of the request meanwhile."""
        attributes = {
            "http.request.method": "POST",
            "http.route": f"/{admitted.route.name}",
            "taokit.format": admitted.caller.format,
            "taokit.request_id": arrival.id,
        }
        with self._tracer.start_as_current_span(
            f"axon {admitted.route.name}",
            context=self._extract(arrival.headers),
            kind=self._trace.SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,  # its text may hold what a caller sent
            set_status_on_exception=False,
        ) as span:
            outcome = "ok"
            try:
                yield
            except BaseException as error:
                outcome = type(error).__name__
                span.set_status(self._trace.StatusCode.ERROR, outcome)
                raise
            finally:
                span.set_attribute("taokit.outcome", outcome)


def tracing_if_set_up() -> Tracing | None:
    """Tracing, when this process has set up a provider of OpenTelemetry's SDK; it costs nothing where none is."""
    sdk = sys.modules.get("opentelemetry.sdk.trace")
    if sdk is None:
        return None
    from opentelemetry import trace

    return Tracing() if isinstance(trace.get_tracer_provider(), sdk.TracerProvider) else None


__all__ = ["Tracing", "tracing_if_set_up"]
