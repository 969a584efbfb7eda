"""The axon: serves messages over HTTP to callers who prove who they are."""

from __future__ import annotations

from taokit.axon.caller import Caller
from taokit.axon.limits import Limits
from taokit.axon.policy import Admit, allow, deny, everyone, registered_only
from taokit.axon.routes import Handler, Route
from taokit.axon.server import Axon

__all__ = ["Admit", "Axon", "Caller", "Handler", "Limits", "Route", "allow", "deny", "everyone", "registered_only"]
