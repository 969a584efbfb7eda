"""MevShield: extrinsics that are opened when they are in a block. No key is announced here, so nobody seals any."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_shield::pallet::PendingExtrinsic(who: AccountId, encrypted_call: Vec<u8>, submitted_at: u32)
"""),
)

MEV_SHIELD = Pallet(
    "MevShield",
    30,
    storage=(
        option("CurrentKey", "Vec<u8>"),
        option("PendingKey", "Vec<u8>"),
        option("NextKey", "Vec<u8>"),
        option("AuthorKeys", "Vec<u8>", key("[u8; 32]")),
        option("PendingKeyExpiresAt", "u32"),
        option("NextKeyExpiresAt", "u32"),
        item("HasMigrationRun", "bool", key("Vec<u8>", "Identity")),
        item("MaxPendingExtrinsicsLimit", "u32", default=100),
        item("ExtrinsicLifetime", "u32", default=10),
        item("OnInitializeWeight", "u64", default=500_000_000_000),
        item("MaxExtrinsicWeight", "u64", default=50_000_000_000),
        option("PendingExtrinsics", "PendingExtrinsic", key("u32", "Identity")),
        item("CounterForPendingExtrinsics", "u32"),
        item("NextPendingExtrinsicIndex", "u32"),
    ),
    calls=calls("""
0 announce_next_key(enc_key: Option<Vec<u8>>)
1 submit_encrypted(ciphertext: Vec<u8>)
2 store_encrypted(encrypted_call: Vec<u8>)
3 set_max_pending_extrinsics_number(value: u32)
4 set_on_initialize_weight(value: u64)
5 set_stored_extrinsic_lifetime(value: u32)
6 set_max_extrinsic_weight(value: u64)
"""),
    events=events("""
0 EncryptedSubmitted(id: H256, who: AccountId)
1 ExtrinsicStored(index: u32, who: AccountId)
2 ExtrinsicDecodeFailed(index: u32)
3 ExtrinsicDispatchFailed(index: u32, error: DispatchError)
4 ExtrinsicDispatched(index: u32)
5 ExtrinsicExpired(index: u32)
6 ExtrinsicPostponed(index: u32)
7 MaxPendingExtrinsicsNumberSet(value: u32)
8 OnInitializeWeightSet(value: u64)
9 ExtrinsicLifetimeSet(value: u32)
10 MaxExtrinsicWeightSet(value: u64)
11 ExtrinsicWeightExceeded(index: u32)
"""),
    errors=errors("""
    BadEncKeyLen Unreachable TooManyPendingExtrinsics WeightExceedsAbsoluteMax
"""),
)

__all__ = ["MEV_SHIELD", "TYPES"]
