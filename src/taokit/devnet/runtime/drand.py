"""Drand and MevShield: what clients read of them. No beacon is followed yet, and nothing is shielded."""

from __future__ import annotations

from taokit.devnet.runtime.rows import errors, item, key, option, structs
from taokit.devnet.runtime.table import Pallet

LAST_STORED_ROUND = item("LastStoredRound", "u64")
OLDEST_STORED_ROUND = item("OldestStoredRound", "u64")
PULSES = option("Pulses", "Pulse", key("u64", "Blake2_128Concat"))

TYPES = structs(
    "pallet_drand::types::Pulse(round: u64, randomness: BoundedVec<u8, 32>, signature: BoundedVec<u8, 144>)"
)

DRAND = Pallet(
    "Drand",
    26,
    storage=(PULSES, LAST_STORED_ROUND, OLDEST_STORED_ROUND),
    errors=errors(
        "NoneValue StorageOverflow DrandConnectionFailure UnverifiedPulse InvalidRoundNumber PulseVerificationError"
    ),
)
MEV_SHIELD = Pallet(
    "MevShield",
    30,
    storage=(option("CurrentKey", "Vec<u8>"), option("PendingKey", "Vec<u8>"), option("NextKey", "Vec<u8>")),
    errors=errors("BadEncKeyLen Unreachable TooManyPendingExtrinsics WeightExceedsAbsoluteMax"),
)

__all__ = ["DRAND", "LAST_STORED_ROUND", "MEV_SHIELD", "PULSES", "TYPES"]
