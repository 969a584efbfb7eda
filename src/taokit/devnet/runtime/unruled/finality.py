"""Grandpa and RandomnessCollectiveFlip: how a real chain finalizes and draws. A devnet does neither."""

from __future__ import annotations

from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_grandpa::StoredPendingChange(scheduled_at: u32, delay: u32, next_authorities: Vec<([u8; 32], u64)>, forced:
    Option<u32>)

sp_consensus_grandpa::EquivocationProof(set_id: u64, equivocation: Equivocation)

FinalityGrandpaEquivocation = finality_grandpa::Equivocation(round_number: u64, identity: [u8; 32], first:
    (Precommit, [u8; 64]), second: (Precommit, [u8; 64]))

finality_grandpa::Precommit(target_hash: H256, target_number: u32)
"""),
    enum(
        "pallet_grandpa::StoredState",
        """
0 Live
1 PendingPause(scheduled_at: u32, delay: u32)
2 Paused
3 PendingResume(scheduled_at: u32, delay: u32)
""",
    ),
    enum(
        "sp_consensus_grandpa::Equivocation",
        """
0 Prevote(FinalityGrandpaEquivocation)
1 Precommit(FinalityGrandpaEquivocation)
""",
    ),
    enum(
        "sp_core::Void",
        """

""",
    ),
)

RANDOMNESS = Pallet(
    "RandomnessCollectiveFlip",
    1,
    storage=(item("RandomMaterial", "Vec<H256>"),),
)

GRANDPA = Pallet(
    "Grandpa",
    4,
    storage=(
        item("State", "StoredState", default="Live"),
        option("PendingChange", "StoredPendingChange"),
        option("NextForced", "u32"),
        option("Stalled", "(u32, u32)"),
        item("CurrentSetId", "u64"),
        option("SetIdSession", "u32", key("u64")),
        item("Authorities", "Vec<([u8; 32], u64)>"),
    ),
    calls=calls("""
0 report_equivocation(equivocation_proof: EquivocationProof, key_owner_proof: Void)
1 report_equivocation_unsigned(equivocation_proof: EquivocationProof, key_owner_proof: Void)
2 note_stalled(delay: u32, best_finalized_block_number: u32)
"""),
    events=events("""
0 NewAuthorities(authority_set: Vec<([u8; 32], u64)>)
1 Paused
2 Resumed
"""),
    errors=errors("""
    PauseFailed ResumeFailed ChangePending TooSoon InvalidKeyOwnershipProof InvalidEquivocationProof
    DuplicateOffenceReport
"""),
    constants=(
        Constant("MaxAuthorities", "u32", 32),
        Constant("MaxNominators", "u32", 20),
        Constant("MaxSetIdSessionEntries", "u64", 0),
    ),
)

__all__ = ["GRANDPA", "RANDOMNESS", "TYPES"]
