"""A node's JSON-RPC errors as errors of taokit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from taokit.backends.rpc import Refusal
from taokit.chain.refusals import custom_number
from taokit.errors import ChainError, PoolRefused, TaokitError, UnknownBlock, UnknownName, Unreachable

_BUSY: Final = frozenset({429, -32005, -32009, -32029})
"""Codes by which servers and the proxies before them ask for fewer requests."""

_LOST_BLOCK: Final = ("unknownblock", "unknown block", "header was not found", "state already discarded", "not pruned")

_POOL_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {1012: "TemporarilyBanned", 1013: "AlreadyImported", 1014: "TooLowPriority", 1016: "ImmediatelyDropped"}
)
_POOL_TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad signature": "BadProof",
        "is outdated": "Stale",
        "valid in the future": "Future",
        "ancient birth block": "AncientBirthBlock",
        "inability to pay": "Payment",
        "exhaust the block limits": "ExhaustsResources",
        "call is not expected": "Call",
        "validate the transaction": "CannotLookup",
    }
)
"""Words of the node's texts for `InvalidTransaction` and `UnknownTransaction`, and the runtime's names of these."""


def error_of(method: str, refusal: Refusal) -> TaokitError:
    """The error that a node's refusal of a request is here."""
    if refusal.code in _BUSY:
        return Unreachable(f"the node takes no more requests for now: {refusal.message}", hint="ask less often")
    if method.startswith("author_submit"):
        return _pool(refusal)
    said = " ".join(filter(None, (refusal.message, refusal.data)))
    if any(words in said.lower() for words in _LOST_BLOCK):
        return UnknownBlock(f"the node does not know this block, or no longer holds its state: {said}")
    if refusal.code == -32601 or ("Exported method" in said and "not found" in said):
        return UnknownName(f"the node knows no such method: {said}")
    return ChainError(f"the node refused {method}: {said} ({refusal.code})")


def _pool(refusal: Refusal) -> PoolRefused:
    said = ": ".join(filter(None, (refusal.message, refusal.data)))
    name = _POOL_CODES.get(refusal.code) or next(
        (name for words, name in _POOL_TEXTS.items() if words in said.lower()), ""
    )
    return PoolRefused(said, name=name, code=refusal.code, custom=custom_number(said))


__all__ = ["error_of"]
