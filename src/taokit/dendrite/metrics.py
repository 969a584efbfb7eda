"""Prometheus counters of a dendrite: how many questions, how they ended, how long, how large. Never what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taokit.dendrite.reply import Reply
from taokit.dendrite.summary import Summary
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

LABELS = ("route", "format", "outcome")
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 12.0, 30.0, 60.0)


class Metrics:
    """What a dendrite counts, `taokit_dendrite_…`, by route, format and outcome. Several dendrites may share one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Counters in a registry, by default the process's own.

        Raises `ConfigurationError` without prometheus-client, and for a second one in the same registry.
        """
        try:
            import prometheus_client as prometheus
        except ImportError:
            raise ConfigurationError(
                "metrics need prometheus-client", hint="pip install 'taokit[metrics]', or leave metrics off"
            ) from None
        where = prometheus.REGISTRY if registry is None else registry
        try:
            self._requests = prometheus.Counter(
                "taokit_dendrite_requests", "Questions asked.", LABELS, registry=where
            )  # `_total` is added
            self._seconds = prometheus.Histogram(
                "taokit_dendrite_request_seconds", "From call to outcome.", LABELS, registry=where, buckets=BUCKETS
            )
            self._tries = prometheus.Counter("taokit_dendrite_tries", "Requests sent.", LABELS[:2], registry=where)
            self._received = prometheus.Counter(
                "taokit_dendrite_received_bytes", "Bodies of answers.", LABELS[:2], registry=where
            )
            self._sent = prometheus.Counter(
                "taokit_dendrite_sent_bytes", "Bodies of questions.", LABELS[:2], registry=where
            )
            self._rounds = prometheus.Histogram(
                "taokit_dendrite_round_seconds", "From the start of a round to its last reply.", registry=where,
                buckets=BUCKETS,
            )  # fmt: skip
        except ValueError:
            raise ConfigurationError(
                "this registry has the metrics of a dendrite already", hint="share one Metrics among the dendrites"
            ) from None

    def replied(self, reply: Reply[Any]) -> None:
        """Count one reply."""
        route, format = type(reply.message).__name__, reply.format
        self._requests.labels(route, format, reply.outcome).inc()
        self._seconds.labels(route, format, reply.outcome).observe(reply.timings.total)
        self._tries.labels(route, format).inc(reply.tries)
        self._received.labels(route, format).inc(reply.size)
        self._sent.labels(route, format).inc(reply.sent)

    def round_ended(self, summary: Summary) -> None:
        """Count one round."""
        self._rounds.observe(summary.seconds)


__all__ = ["Metrics"]
