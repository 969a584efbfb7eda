"""The chain: reads and calls as values, and the two clients that carry them out over any backend."""

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
