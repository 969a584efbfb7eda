"""Commitments: a few bytes that a hotkey publishes on a subnet, at once or when a beacon's round is out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from taokit.consensus.commit import compact
from taokit.devnet.runtime import drand
from taokit.devnet.runtime.refusal import DispatchError, as_root, signed
from taokit.devnet.runtime.rows import ACCOUNT_TWOX, NETUID, calls, errors, events, item, option, structs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, storage
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

MAX_FIELDS: Final = 3
LEAST_SPACE: Final = 100
"""Bytes that a commitment counts as, at least."""

MAX_REVEALS: Final = 10
"""Revealed texts that are kept of a hotkey."""

Field = str | tuple[Any, ...]

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
pallet_commitments::types::CommitmentInfo(fields: BoundedVec<Data, 3>)

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
    calls=calls("0 set_commitment(netuid: u16, info: CommitmentInfo)\n2 set_max_space(new_limit: u32)"),
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
    locked = _locked(info[0])
    _index(state, (netuid, hotkey), bool(locked))
    if locked:
        state.deposit("Commitments", "TimelockCommitment", netuid, hotkey, locked[0][2])
    else:
        state.deposit("Commitments", "Commitment", netuid, hotkey)


def encoded(registration: tuple[Any, ...]) -> bytes:
    """A registration as the chain encodes it, which selective metagraphs carry as plain bytes."""
    deposit, block, (info,) = registration
    body = b"".join(map(_encoded, info))
    head = int(deposit).to_bytes(8, "little") + int(block).to_bytes(4, "little")
    return head + compact(len(info)) + body


def _encoded(data: str | tuple[Any, ...]) -> bytes:
    name, *values = (data,) if isinstance(data, str) else data
    index = next(number for variant, number, _ in DATA.variants if variant == name)
    if name == "TimelockEncrypted":
        values = [compact(len(values[0])) + values[0], values[1].to_bytes(8, "little")]
    elif name == "BigRaw":
        values = [compact(len(values[0])) + values[0]]
    return bytes((index,)) + b"".join(values)


def purge(state: State, netuid: int) -> None:
    """Nothing that was committed on the subnet is left (`purge_netuid`)."""
    for entry in (COMMITMENT_OF, LAST_COMMITMENT, LAST_BONDS_RESET, REVEALED_COMMITMENTS, USED_SPACE_OF):
        for keys in state.keys(entry, netuid):
            del state[entry, *keys]
    waiting = state[TIMELOCKED_INDEX]
    kept = tuple(place for place in waiting if place[0] != netuid)
    if kept != waiting:
        state[TIMELOCKED_INDEX] = kept


def _use_space(state: State, hotkey: bytes, *, netuid: int, wanted: int) -> None:
    epoch = state[storage.SUBNET_EPOCH_INDEX, netuid]
    last_epoch, used = state[USED_SPACE_OF, netuid, hotkey] or (epoch, 0)
    used = wanted + (used if last_epoch == epoch else 0)
    if used > state[MAX_SPACE]:
        raise DispatchError("Commitments", "SpaceLimitExceeded")
    state[USED_SPACE_OF, netuid, hotkey] = (epoch, used)


def _size(data: Field) -> int:
    """Bytes that one field carries."""
    return 0 if isinstance(data, str) else len(data[1])


def _locked(fields: Iterable[Field]) -> list[tuple[Any, ...]]:
    """The fields that a beacon's round opens: each its name, its bytes and the round."""
    return [field for field in fields if isinstance(field, tuple) and field[0] == "TimelockEncrypted"]


def _index(state: State, place: tuple[int, bytes], locked: bool) -> None:
    """Note whether anything under a timelock is there; the notes are in the order of a set of the chain's."""
    noted = set(state[TIMELOCKED_INDEX])
    if (place in noted) != locked:
        state[TIMELOCKED_INDEX] = tuple(sorted(noted ^ {place}))


def rounds(state: Reading) -> list[int]:
    """The rounds that stored commitments wait for."""
    found = (state[COMMITMENT_OF, *place] for place in state[TIMELOCKED_INDEX])
    return [field[2] for stored in found if stored is not None for field in _locked(stored[2][0])]


def reveal(state: State, oracle: drand.Oracle) -> None:
    """Open every commitment whose round is out (`reveal_timelocked_commitments`); one that does not open is dropped.

    The texts go to `RevealedCommitments`, the other fields stay; an emptied commitment goes.
    """
    for netuid, hotkey in state[TIMELOCKED_INDEX]:
        stored = state[COMMITMENT_OF, netuid, hotkey]
        if stored is None:
            _index(state, (netuid, hotkey), locked=False)
        else:
            _reveal(state, netuid, hotkey, stored, oracle)


def _reveal(state: State, netuid: int, hotkey: bytes, stored: tuple[Any, ...], oracle: drand.Oracle) -> None:
    deposit, block, (fields,) = stored
    out = [field for field in _locked(fields) if (drand.PULSES, field[2]) in state]
    if not out:
        return
    texts = [text for _, sealed, round in out if (text := drand.opened(state, sealed, round, oracle))]
    if texts:
        shown = [*(state[REVEALED_COMMITMENTS, netuid, hotkey] or ()), *((text, state.number) for text in texts)]
        state[REVEALED_COMMITMENTS, netuid, hotkey] = tuple(shown[-MAX_REVEALS:])
    for _ in texts:
        state.deposit("Commitments", "CommitmentRevealed", netuid, hotkey)
    left = tuple(field for field in fields if field not in out)
    if left:
        state[COMMITMENT_OF, netuid, hotkey] = (deposit, block, (left,))
    else:
        del state[COMMITMENT_OF, netuid, hotkey]
    _index(state, (netuid, hotkey), bool(_locked(left)))


def set_max_space(state: State, origin: bytes | None, *, new_limit: int) -> None:
    """Root says how many bytes a hotkey may commit in an epoch."""
    as_root(origin)
    state[MAX_SPACE] = new_limit


HANDLERS: Final[dict[str, Any]] = {"set_commitment": set_commitment, "set_max_space": set_max_space}

__all__ = [
    "COMMITMENT_OF",
    "HANDLERS",
    "PALLET",
    "REVEALED_COMMITMENTS",
    "TIMELOCKED_INDEX",
    "TYPES",
    "encoded",
    "purge",
    "reveal",
    "rounds",
]
