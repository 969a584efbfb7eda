"""MevShield: extrinsics that travel sealed for a block author's key, who opens them right before they are carried out.

A key is announced one block before it is shown as `NextKey`, and three before its turn comes as `CurrentKey`
(`announce_next_key`). The extrinsic with the announcement, and what is stored to be opened later, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime.refusal import signed
from taokit.devnet.runtime.rows import calls, errors, events, item, key, option, structs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.table import DecodedCall, Enum, Item, Pallet, Struct
from taokit.devnet.runtime.xxhash import twox128
from taokit.errors import PoolRefused

MAX_ERA: Final = 8
"""Blocks that a sealed extrinsic's era may have at most (`MAX_SHIELD_ERA_PERIOD`)."""

LEAD: Final = 2
"""Blocks on top of the one that shows a key as `NextKey`, until its turn has come."""

AUTHOR: Final = bytes(32)
"""The one author of every block, who has no name."""

UNPARSED: Final = ("FailedShieldedTxParsing", 23)
WRONG_KEY: Final = ("InvalidShieldedTxPubKeyHash", 24)

KEY_HASH, LENGTH, NONCE = 16, 2, 24

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_shield::pallet::PendingExtrinsic(who: AccountId, encrypted_call: Vec<u8>, submitted_at: u32)
"""),
)

CURRENT_KEY = option("CurrentKey", "Vec<u8>")
PENDING_KEY = option("PendingKey", "Vec<u8>")
NEXT_KEY = option("NextKey", "Vec<u8>")
AUTHOR_KEYS = option("AuthorKeys", "Vec<u8>", key("[u8; 32]"))
PENDING_KEY_EXPIRES_AT = option("PendingKeyExpiresAt", "u32")
NEXT_KEY_EXPIRES_AT = option("NextKeyExpiresAt", "u32")
KEYS: Final = (CURRENT_KEY, PENDING_KEY, NEXT_KEY, AUTHOR_KEYS, PENDING_KEY_EXPIRES_AT, NEXT_KEY_EXPIRES_AT)
"""What `announce` writes."""

PALLET = Pallet(
    "MevShield",
    30,
    storage=(
        *KEYS,
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
1 submit_encrypted(ciphertext: BoundedVec<u8, 8192>)
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

key_hash = lru_cache(maxsize=64)(twox128)
"""The 16 bytes that name a key in what is sealed for it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed extrinsic, taken apart (`ShieldedTransaction`)."""

    key_hash: bytes  # 16 bytes
    encapsulated: bytes  # the shared secret, as ML-KEM hides it: 1,088 bytes where it is made right
    nonce: bytes  # 24 bytes
    ciphertext: bytes  # XChaCha20-Poly1305 under the shared secret


def parse(data: bytes) -> Sealed | None:
    """The parts of `key hash | length of the next | encapsulated secret | nonce | ciphertext`; None when it is cut."""
    start = KEY_HASH + LENGTH
    nonce = start + int.from_bytes(data[KEY_HASH:start], "little")
    end = nonce + NONCE
    if len(data) < max(start, end):
        return None
    return Sealed(data[:KEY_HASH], data[start:nonce], data[nonce:end], data[end:])


def carries(call: DecodedCall) -> bool:
    """Whether this very call, not one inside it, brings a sealed extrinsic."""
    return call.pallet == "MevShield" and call.name == "submit_encrypted"


def sealed_in(call: DecodedCall) -> Sealed | None:
    """What a call brings. Raises `PoolRefused` where that cannot be read (`CheckShieldedTxValidity`)."""
    if not carries(call):
        return None
    sealed = parse(call.args["ciphertext"])
    if sealed is None:
        raise _refused(UNPARSED)
    return sealed


def refuse_late(state: Reading, call: DecodedCall) -> None:
    """Raise `PoolRefused` for what is sealed for a key whose turn is not to come any more, by the blocks after this.

    A node's pool takes it in and forgets it within three blocks; its blocks refuse it with the same number.
    """
    sealed = sealed_in(call)
    if sealed is not None and sealed.key_hash not in _hashes(state, PENDING_KEY, NEXT_KEY):
        raise _refused(WRONG_KEY)


def due(state: Reading, call: DecodedCall) -> bool | None:
    """Whether the block in the making may hold a call, by the key it is sealed for: yes, later (False), never (None).

    A call that brings nothing sealed is due. Raises `PoolRefused` as `sealed_in` does.
    """
    sealed = sealed_in(call)
    if sealed is None or sealed.key_hash in _hashes(state, CURRENT_KEY):
        return True
    return False if sealed.key_hash in _hashes(state, PENDING_KEY, NEXT_KEY) else None


def is_turn(state: Reading, key_hash: bytes) -> bool:
    """Whether the next block opens what is sealed for this key (`is_shielded_using_current_key`)."""
    return key_hash in _hashes(state, PENDING_KEY)


def _hashes(state: Reading, *items: Item) -> set[bytes]:
    return {key_hash(found) for one in items if (found := state[one]) is not None}


def _refused(error: tuple[str, int]) -> PoolRefused:
    name, code = error
    return PoolRefused(f"Invalid Transaction: Custom error: {code} ({name})", name=name, custom=code)


def announce(state: State, announced: bytes | None) -> None:
    """Every key moves on by a block, and the author announces one of 1,184 bytes, or none (`announce_next_key`)."""
    number = state.number
    _put(state, (CURRENT_KEY,), state[PENDING_KEY])
    _put(state, (PENDING_KEY,), state[NEXT_KEY])
    _put(state, (NEXT_KEY,), state[AUTHOR_KEYS, AUTHOR])
    _put(state, (AUTHOR_KEYS, AUTHOR), announced)
    _put(state, (PENDING_KEY_EXPIRES_AT,), None if state[PENDING_KEY] is None else number + LEAD)
    _put(state, (NEXT_KEY_EXPIRES_AT,), None if state[NEXT_KEY] is None else number + LEAD + 1)


def _put(state: State, place: tuple[Any, ...], value: bytes | int | None) -> None:
    if state[place] == value:
        return
    if value is None:
        del state[place]
    else:
        state[place] = value


def submit_encrypted(state: State, origin: bytes | None, *, ciphertext: bytes) -> None:
    """Something sealed goes into the block; whoever makes the block puts what was in it right behind."""
    who, count = signed(origin), len(ciphertext)
    length = bytes((count << 2,)) if count < 64 else (count << 2 | 1).to_bytes(2, "little")
    named = blake2b(who + length + ciphertext, digest_size=32).digest()
    state.deposit("MevShield", "EncryptedSubmitted", named, who)


HANDLERS: Final[dict[str, Any]] = {"submit_encrypted": submit_encrypted}

__all__ = [
    "AUTHOR",
    "HANDLERS",
    "KEYS",
    "LEAD",
    "MAX_ERA",
    "NEXT_KEY",
    "PALLET",
    "TYPES",
    "Sealed",
    "announce",
    "carries",
    "due",
    "is_turn",
    "key_hash",
    "parse",
    "refuse_late",
    "sealed_in",
]
