"""The axon: serves messages over HTTP to callers who prove who they are."""

from __future__ import annotations

from taokit.axon.admission import Priority
from taokit.axon.batching import Batch, BatchHandler
from taokit.axon.caller import Caller
from taokit.axon.guest import caller_of
from taokit.axon.limits import Limits
from taokit.axon.metrics import Metrics
from taokit.axon.mounting import AsgiApp, Mount, Sockets
from taokit.axon.policy import (
    Admit,
    all_of,
    allow,
    any_of,
    deny,
    everyone,
    minimum_stake,
    registered_only,
    validators_only,
)
from taokit.axon.rates import Rate
from taokit.axon.reach import Knock, Reach, knock
from taokit.axon.routes import Handler, Route
from taokit.axon.sealed import Sealing, sealing_of
from taokit.axon.server import Axon
from taokit.axon.shared import Shared, SharedStore, shared_store
from taokit.axon.tls import Tls, tls_of
from taokit.axon.tracing import Tracing, tracing_if_set_up
from taokit.axon.watch import Watch

__all__ = [
    "Admit",
    "AsgiApp",
    "Axon",
    "Batch",
    "BatchHandler",
    "Caller",
    "Handler",
    "Knock",
    "Limits",
    "Metrics",
    "Mount",
    "Priority",
    "Rate",
    "Reach",
    "Route",
    "Sealing",
    "Shared",
    "SharedStore",
    "Sockets",
    "Tls",
    "Tracing",
    "Watch",
    "all_of",
    "allow",
    "any_of",
    "caller_of",
    "deny",
    "everyone",
    "knock",
    "minimum_stake",
    "registered_only",
    "sealing_of",
    "shared_store",
    "tls_of",
    "tracing_if_set_up",
    "validators_only",
]
