"""Commitments: a few bytes that a hotkey publishes on a subnet."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import DispatchError, signed
from taokit.devnet.runtime.rows import ACCOUNT_TWOX, NETUID, calls, errors, events, item, option, structs
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import neurons, storage
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

MAX_FIELDS: Final = 3
LEAST_SPACE: Final = 100
"""Bytes that a commitment counts as, at least."""

COMMITMENT_OF = option("CommitmentOf", "Registration", NETUID, ACCOUNT_TWOX)
LAST_COMMITMENT = option("LastCommitment", "u32", NETUID, ACCOUNT_TWOX)
LAST_BONDS_RESET = option("LastBondsReset", "u32", NETUID, ACCOUNT_TWOX)
REVEALED_COMMITMENTS = option("RevealedCommitments", "Vec<(Vec<u8>, u64)>", NETUID, ACCOUNT_TWOX)
USED_SPACE_OF = option("UsedSpaceOf", "UsageTracker", NETUID, ACCOUNT_TWOX)
TIMELOCKED_INDEX = item("TimelockedIndex", "Vec<(u16, AccountId)>")
MAX_SPACE = item("MaxSpace", "u32", default=3100)

_HASHES: Final = ("BlakeTwo256", "Sha256", "Keccak256", "ShaThree256")

DATA = Enum(
    "Data",
    ("pallet_commitments", "types", "Data"),
    (
        ("None", 0, ()),
        *((f"Raw{size}", size + 1, ((None, f"[u8; {size}]"),)) for size in range(129)),
        *((name, 130 + at, ((None, "[u8; 32]"),)) for at, name in enumerate(_HASHES)),
        ("TimelockEncrypted", 134, (("encrypted", "BoundedVec<u8, 1024>"), ("reveal_round", "u64"))),
        ("ResetBondsFlag", 135, ()),
        ("BigRaw", 136, ((None, "BoundedVec<u8, 512>"),)),
    ),
)
TYPES: tuple[Struct | Enum, ...] = (
    DATA,
    *structs("""
pallet_commitments::types::CommitmentInfo(fields: Vec<Data>)

pallet_commitments::types::Registration(deposit: u64, block: u32, info: CommitmentInfo)

pallet_commitments::types::UsageTracker(last_epoch: u64, used_space: u64)
"""),
)

PALLET = Pallet(
    "Commitments",
    18,
    storage=(
        TIMELOCKED_INDEX,
        COMMITMENT_OF,
        LAST_COMMITMENT,
        LAST_BONDS_RESET,
        REVEALED_COMMITMENTS,
        USED_SPACE_OF,
        MAX_SPACE,
    ),
    calls=calls("0 set_commitment(netuid: u16, info: CommitmentInfo)"),
    events=events("""
0 Commitment(netuid: u16, who: AccountId)
1 TimelockCommitment(netuid: u16, who: AccountId, reveal_round: u64)
2 CommitmentRevealed(netuid: u16, who: AccountId)
"""),
    errors=errors(
        "TooManyFieldsInCommitmentInfo AccountNotAllowedCommit SpaceLimitExceeded UnexpectedUnreserveLeftover"
    ),
    constants=(
        Constant("MaxFields", "u32", MAX_FIELDS),
        Constant("InitialDeposit", "u64", 0),
        Constant("FieldDeposit", "u64", 0),
    ),
)


def set_commitment(state: State, origin: bytes | None, *, netuid: int, info: tuple[tuple[Any, ...]]) -> None:
    """Publish up to three fields in the place of the ones before, within the epoch's allowance of bytes."""
    hotkey = signed(origin)
    if (storage.UIDS, netuid, hotkey) not in state:
        raise DispatchError("Commitments", "AccountNotAllowedCommit")
    if len(info[0]) > MAX_FIELDS:
        raise DispatchError("Commitments", "TooManyFieldsInCommitmentInfo")
    if "ResetBondsFlag" in info[0]:
        state[LAST_BONDS_RESET, netuid, hotkey] = state.number
        neurons.reset_bonds(state, netuid, hotkey)
    _use_space(state, hotkey, netuid=netuid, wanted=max(LEAST_SPACE, sum(map(_size, info[0]))))
    state[COMMITMENT_OF, netuid, hotkey] = (0, state.number, info)
    state[LAST_COMMITMENT, netuid, hotkey] = state.number
    state.deposit("Commitments", "Commitment", netuid, hotkey)


def _use_space(state: State, hotkey: bytes, *, netuid: int, wanted: int) -> None:
    epoch = state[storage.SUBNET_EPOCH_INDEX, netuid]
    last_epoch, used = state[USED_SPACE_OF, netuid, hotkey] or (epoch, 0)
    used = wanted + (used if last_epoch == epoch else 0)
    if used > state[MAX_SPACE]:
        raise DispatchError("Commitments", "SpaceLimitExceeded")
    state[USED_SPACE_OF, netuid, hotkey] = (epoch, used)


def _size(data: str | tuple[Any, ...]) -> int:
    """Bytes that one field carries."""
    return 0 if isinstance(data, str) else len(data[1])


HANDLERS: Final[dict[str, Any]] = {"set_commitment": set_commitment}

__all__ = ["COMMITMENT_OF", "HANDLERS", "PALLET", "TYPES"]
