"""Reads of the chain itself, and of anything by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from taokit.chain.decoded import ask
from taokit.chain.requests import Constant, Lookup, PinnedBlock, Read, Request, RuntimeCall, Storage, StorageMap

SUBNETS: Final = "SubtensorModule"
"""The pallet that holds subnets and neurons."""

_MECHANISM: Final = 4096


def storage_index(netuid: int, mechanism: int = 0) -> int:
    """The number under which weights, bonds and commits of one mechanism are stored (`NetUidStorageIndex`)."""
    return mechanism * _MECHANISM + netuid


def value(request: Request) -> Read[Any]:
    """Whatever the chain answers to one request, decoded: a storage entry, a map, a runtime API, a constant, by name.

    Raises `UnknownName` for a name that the chain does not have; its hint names the nearest one.
    """
    return (yield request)


def named(path: str, *args: Any, limit: int | None = None) -> Read[Any]:
    """Whatever has this name on the chain, decoded: `SubtensorModule.Tempo`, `SwapRuntimeApi.current_alpha_price`.

    `args` are the keys of a storage entry or the arguments of a runtime API. With fewer keys than a map has, its
    entries come back as pairs of what is left of the key and the value, at most `limit` of them. Raises `UnknownName`
    with the nearest name, and `ChainError` for arguments that do not fit.
    """
    request = yield Lookup(path, args)
    if isinstance(request, StorageMap):
        request = replace(request, limit=limit)
    return (yield request)


def block_hash() -> Read[bytes]:
    """The hash of the block that the read is answered from."""
    return (yield PinnedBlock())  # type: ignore[no-any-return]


def block_number() -> Read[int]:
    """The number of the block."""
    return (yield from ask(Storage("System", "Number"))).integer()


def timestamp() -> Read[int]:
    """The block's own time, in milliseconds since 1970."""
    return (yield from ask(Storage("Timestamp", "Now"))).integer()


def slot_ms() -> Read[int]:
    """The milliseconds between two blocks: 12000 on the main network (`Aura.SlotDuration`)."""
    return (yield from ask(Constant("Aura", "SlotDuration"))).integer()


def nonce(account: str) -> Read[int]:
    """How many extrinsics of an account are in the chain."""
    return (yield from ask(RuntimeCall("AccountNonceApi", "account_nonce", (account,)))).integer()


__all__ = ["SUBNETS", "block_hash", "block_number", "named", "nonce", "slot_ms", "storage_index", "timestamp", "value"]
