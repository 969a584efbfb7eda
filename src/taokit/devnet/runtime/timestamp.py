"""Timestamp and Aura: when a block is, and how long a slot."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import as_root
from taokit.devnet.runtime.rows import calls, item
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.table import Constant, Pallet

SLOT_MS: Final = 12_000

NOW = item("Now", "u64")
AUTHORITIES = item("Authorities", "Vec<[u8; 32]>")
CURRENT_SLOT = item("CurrentSlot", "u64")

TIMESTAMP = Pallet(
    "Timestamp",
    2,
    storage=(NOW, item("DidUpdate", "bool")),
    calls=calls("0 set(now: Compact<u64>)"),
    constants=(Constant("MinimumPeriod", "u64", SLOT_MS // 2),),
)
AURA = Pallet("Aura", 3, storage=(AUTHORITIES, CURRENT_SLOT), constants=(Constant("SlotDuration", "u64", SLOT_MS),))


def set_time(state: State, now_ms: int) -> None:
    """The block's time, in milliseconds since 1970, and the slot that follows from it."""
    state[NOW] = now_ms
    state[CURRENT_SLOT] = now_ms // SLOT_MS


def set_now(state: State, origin: bytes | None, *, now: int) -> None:
    """The inherent that carries the block's time."""
    as_root(origin)
    state[NOW] = now


HANDLERS: Final[dict[str, Any]] = {"set": set_now}

__all__ = ["AURA", "HANDLERS", "NOW", "SLOT_MS", "TIMESTAMP", "set_time"]
