"""What an axon did, in numbers that Prometheus collects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taokit.axon.house import Arrival
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

LABELS = ("route", "format", "outcome")
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 12.0, 30.0, 60.0, 300.0)


class Metrics:
    """Counts and times requests by route, format and outcome: `ok`, or the name of the error that refused it.

    Labels take names from this program alone, so that strangers cannot add to them. Needs prometheus-client.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter, Histogram
        except ImportError as error:
            raise ConfigurationError("metrics need prometheus-client", hint="pip install 'taokit[metrics]'") from error
        self.registry = registry or CollectorRegistry()
        self._requests = Counter("taokit_axon_requests", "Requests", LABELS, registry=self.registry)
        self._seconds = Histogram(
            "taokit_axon_request_seconds", "From headers to answer", LABELS, buckets=SECONDS, registry=self.registry
        )

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Add a number that is asked for when it is read."""
        from prometheus_client import Gauge

        Gauge(f"taokit_axon_{name}", text, registry=self.registry).set_function(value)

    @contextmanager
    def watching(self, arrival: Arrival) -> Iterator[None]:
        """Count and time what happens to one request meanwhile."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            labels = (arrival.route or "none", arrival.format or "none", arrival.outcome)
            self._requests.labels(*labels).inc()
            self._seconds.labels(*labels).observe(time.perf_counter() - begun)

    def page(self) -> tuple[bytes, str]:
        """All numbers as text, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self.registry), CONTENT_TYPE_LATEST


__all__ = ["Metrics"]
