"""OpenTelemetry spans of a dendrite: one for a round, one for each question in it. Never what a body holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taokit.dendrite.reply import Reply, Target
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider


class Tracing:
    """Where the spans of a dendrite go. An axon that traces too continues them, by the header `traceparent`."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Spans of a provider, by default the process's own. `ConfigurationError` without opentelemetry-api."""
        try:
            from opentelemetry import trace
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
        except ImportError:
            raise ConfigurationError(
                "tracing needs opentelemetry", hint="pip install 'taokit[otel]', or leave tracing off"
            ) from None
        self._trace = trace
        self._tracer = trace.get_tracer("taokit.dendrite", tracer_provider=provider)
        self._propagator = TraceContextTextMapPropagator()  # this alone: baggage is nobody else's business

    @contextmanager
    def round(self, asked: int) -> Iterator[None]:
        """A span around a round, to which those of its questions belong."""
        with self._tracer.start_as_current_span("taokit.dendrite.round", attributes={"taokit.asked": asked}):
            yield

    def begin(self, target: Target, route: str, format: str) -> QuestionSpan:
        """The span of one question, and the header that tells its axon."""
        attributes: dict[str, Any] = {
            "taokit.route": route,
            "taokit.format": format,
            "taokit.uid": target.uid,
            "server.address": target.ip,
            "server.port": target.port,
        }
        span = self._tracer.start_span("taokit.dendrite.ask", kind=self._trace.SpanKind.CLIENT, attributes=attributes)
        headers: dict[str, str] = {}
        self._propagator.inject(headers, context=self._trace.set_span_in_context(span))
        return QuestionSpan(span, (*headers.items(),), self._trace.StatusCode.ERROR)


@dataclass(frozen=True, slots=True)
class QuestionSpan:
    """The span of one question, under way."""

    span: Span
    headers: tuple[tuple[str, str], ...]
    _error: Any

    def end(self, reply: Reply[Any] | None) -> None:
        """End the span with what came of the question; None: it was given up."""
        if reply is not None:
            self.span.set_attributes(
                {
                    "taokit.outcome": reply.outcome,
                    "taokit.status": reply.status,
                    "taokit.tries": reply.tries,
                    "taokit.received_bytes": reply.size,
                    "taokit.sent_bytes": reply.sent,
                }
            )
        if reply is None or not reply.ok:
            self.span.set_status(self._error, "given up" if reply is None else reply.outcome)
        self.span.end()


__all__ = ["QuestionSpan", "Tracing"]
