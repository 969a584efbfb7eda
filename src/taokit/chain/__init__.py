"""The chain: reads and calls as values, and the two clients that carry them out over any backend."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taokit.chain import calls, reads
    from taokit.chain.backend import AsyncBackend, Backend, Block, BlockHash, Head, Runtime, Status
    from taokit.chain.calls import Call
    from taokit.chain.client import AsyncChain, Chain
    from taokit.chain.codec import Codec
    from taokit.chain.desk import Receipt
    from taokit.chain.drive import arun, run
    from taokit.chain.events import Event
    from taokit.chain.preview import Preview
    from taokit.chain.reads import Schedule, WeightCommit
    from taokit.chain.requests import (
        Constant,
        Lookup,
        PinnedBlock,
        Read,
        Request,
        RuntimeCall,
        Several,
        Storage,
        StorageMap,
        several,
    )

_HOMES = {
    "AsyncBackend": "backend",
    "AsyncChain": "client",
    "Backend": "backend",
    "Block": "backend",
    "BlockHash": "backend",
    "Call": "calls",
    "Chain": "client",
    "Codec": "codec",
    "Constant": "requests",
    "Event": "events",
    "Head": "backend",
    "Lookup": "requests",
    "PinnedBlock": "requests",
    "Preview": "preview",
    "Read": "requests",
    "Receipt": "desk",
    "Request": "requests",
    "Runtime": "backend",
    "RuntimeCall": "requests",
    "Schedule": "reads",
    "Several": "requests",
    "Status": "backend",
    "Storage": "requests",
    "StorageMap": "requests",
    "WeightCommit": "reads",
    "arun": "drive",
    "run": "drive",
    "several": "requests",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: whoever needs a hash or a head loads no reads and no codec."""
    if name in ("calls", "reads"):
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AsyncBackend",
    "AsyncChain",
    "Backend",
    "Block",
    "BlockHash",
    "Call",
    "Chain",
    "Codec",
    "Constant",
    "Event",
    "Head",
    "Lookup",
    "PinnedBlock",
    "Preview",
    "Read",
    "Receipt",
    "Request",
    "Runtime",
    "RuntimeCall",
    "Schedule",
    "Several",
    "Status",
    "Storage",
    "StorageMap",
    "WeightCommit",
    "arun",
    "calls",
    "reads",
    "run",
    "several",
]
