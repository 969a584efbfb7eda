"""What the operator of an axon sees of it; nothing of it is on unless set, and then it costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from taokit.axon.metrics import Metrics
from taokit.axon.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Watch:
    """How an axon is watched. No body, key or signature enters any of it."""

    metrics: Metrics | None = None
    tracing: Tracing | None = None
    private_port: int | None = None  # for health and metrics; 0: any free one; None: there is none
    private_host: str = "127.0.0.1"


NOBODY = Watch()

__all__ = ["NOBODY", "Watch"]
