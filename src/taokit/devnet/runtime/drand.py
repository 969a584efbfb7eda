"""Drand: the beacon that the chain follows and the rounds it has seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

from taokit.chain.drand import QUICKNET, Beacon
from taokit.devnet.runtime.refusal import DispatchError, as_root
from taokit.devnet.runtime.rows import calls, enum, errors, events, item, key, option, structs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

BeaconConfig = tuple[bytes, int, int, bytes, bytes, bytes, tuple[bytes]]
"""Public key, period in seconds, Unix time of the first round, hash, group hash, scheme, and the beacon's name."""

SCHEME: Final = b"bls-unchained-g1-rfc9380"

QUICKNET_CONFIG: Final[BeaconConfig] = (
    QUICKNET.public_key,
    QUICKNET.period_s,
    QUICKNET.genesis_s,
    bytes.fromhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
    bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    SCHEME,
    (b"quicknet",),
)

BEACON_CONFIG = item("BeaconConfig", "BeaconConfiguration", default=QUICKNET_CONFIG)
HAS_MIGRATION_RUN = item("HasMigrationRun", "bool", key("Vec<u8>", "Identity"))
PULSES = option("Pulses", "Pulse", key("u64", "Blake2_128Concat"))
LAST_STORED_ROUND = item("LastStoredRound", "u64")
OLDEST_STORED_ROUND = item("OldestStoredRound", "u64")
NEXT_UNSIGNED_AT = item("NextUnsignedAt", "u32")

TYPES: tuple[Struct | Enum, ...] = (
    *structs("""
pallet_drand::types::Pulse(round: u64, randomness: BoundedVec<u8, 32>, signature: BoundedVec<u8, 144>)

pallet_drand::types::PulsesPayload(block_number: u32, pulses: Vec<Pulse>, public: MultiSigner)

pallet_drand::types::Metadata(beacon_id: BoundedVec<u8, 32>)

pallet_drand::types::BeaconConfiguration(public_key: BoundedVec<u8, 96>, period: u32, genesis_time: u32,
    hash: BoundedVec<u8, 32>, group_hash: BoundedVec<u8, 32>, scheme_id: BoundedVec<u8, 32>, metadata: Metadata)

pallet_drand::types::BeaconConfigurationPayload(block_number: u32, config: BeaconConfiguration, public: MultiSigner)
"""),
    enum("sp_runtime::MultiSigner", "0 Ed25519([u8; 32])\n1 Sr25519([u8; 32])\n2 Ecdsa([u8; 33])"),
    enum("sp_runtime::MultiSignature", "0 Ed25519([u8; 64])\n1 Sr25519([u8; 64])\n2 Ecdsa([u8; 65])"),
)

DRAND = Pallet(
    "Drand",
    26,
    storage=(
        BEACON_CONFIG,
        HAS_MIGRATION_RUN,
        PULSES,
        LAST_STORED_ROUND,
        OLDEST_STORED_ROUND,
        NEXT_UNSIGNED_AT,
    ),
    calls=calls("""
0 write_pulse(pulses_payload: PulsesPayload, signature: Option<MultiSignature>)
1 set_beacon_config(config_payload: BeaconConfigurationPayload, signature: Option<MultiSignature>)
2 set_oldest_stored_round(oldest_round: u64)
"""),
    events=events("""
0 BeaconConfigChanged
1 NewPulse(rounds: Vec<u64>)
2 SetOldestStoredRound(u64)
"""),
    errors=errors(
        "NoneValue StorageOverflow DrandConnectionFailure UnverifiedPulse InvalidRoundNumber PulseVerificationError"
    ),
    constants=(Constant("UnsignedPriority", "u64", 1 << 20), Constant("HttpFetchTimeout", "u64", 1000)),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A block as a beacon sees it."""

    now_ms: int  # the block's time, since 1970
    config: BeaconConfig  # whom the chain believes


class Oracle(Protocol):
    """What the rules need of the world outside: signatures of rounds, and the arithmetic that opens what they lock."""

    @property
    def leads(self) -> bool:
        """Whether `LastStoredRound` goes with the chain's clock."""

    def signature(self, round: int, moment: Moment) -> bytes | None:
        """The 48 bytes of a round, or None when they are not there by this block."""

    def opened(self, sealed: bytes, signature: bytes) -> bytes | None:
        """What was sealed, or None when this signature does not open it."""


class Silent:
    """A world without a beacon: no pulse ever comes."""

    leads = False

    def signature(self, round: int, moment: Moment) -> bytes | None:
        return None

    def opened(self, sealed: bytes, signature: bytes) -> bytes | None:
        return None


SILENT: Final = Silent()


def begin(state: State, config: BeaconConfig, *, now_ms: int) -> None:
    """Follow a beacon from now on: the rounds before are taken as stored."""
    state[BEACON_CONFIG] = config
    _raise_last(state, _round_at(config, now_ms))


def publish(state: State, rounds: Iterable[int], oracle: Oracle, *, now_ms: int) -> None:
    """Store the pulses of those rounds that are out by now; others are asked for again in the next block.

    The real chain stores every round. Here the last stored one stays where the chain began, unless the oracle leads:
    a client takes its rounds from its own clock, and the chain's may be far ahead of it.
    """
    moment = Moment(now_ms, state[BEACON_CONFIG])
    new = []
    for round in sorted(set(rounds)):
        if (PULSES, round) not in state and (signature := oracle.signature(round, moment)) is not None:
            store(state, round, signature)
            new.append(round)
    if new:
        state.deposit("Drand", "NewPulse", tuple(new))
    if oracle.leads:
        _raise_last(state, _round_at(moment.config, now_ms))


def _round_at(config: BeaconConfig, now_ms: int) -> int:
    """The latest round that is out."""
    key, period_s, genesis_s, *_ = config
    return Beacon(key, genesis_s, period_s).round_at(now_ms / 1000)


def store(state: State, round: int, signature: bytes) -> None:
    """Write down the pulse of a round; its randomness is the hash of its signature."""
    state[PULSES, round] = (round, sha256(signature).digest(), signature)


def inject(state: State, round: int, signature: bytes) -> None:
    """Store a pulse that came from outside, as `write_pulse` does: it becomes the last one where it is the latest."""
    store(state, round, signature)
    _raise_last(state, round)


def _raise_last(state: State, round: int) -> None:
    if round > state[LAST_STORED_ROUND]:
        state[LAST_STORED_ROUND] = round
    if not state[OLDEST_STORED_ROUND]:
        state[OLDEST_STORED_ROUND] = round


def opened(state: Reading, sealed: bytes, round: int, oracle: Oracle) -> bytes | None:
    """What was sealed to a round whose pulse is stored; None where that does not open it."""
    _, _, signature = state[PULSES, round]
    return oracle.opened(bytes(sealed), signature)


def write_pulse(state: State, origin: bytes | None, *, pulses_payload: Any, signature: Any) -> None:
    """What the node's own worker sends without a signature; nobody else may."""
    raise DispatchError(None, "BadOrigin")


def set_beacon_config(state: State, origin: bytes | None, *, config_payload: Any, signature: Any) -> None:
    """Follow another beacon. Root only."""
    as_root(origin)
    state[BEACON_CONFIG] = config_payload[1]
    state.deposit("Drand", "BeaconConfigChanged")


def set_oldest_stored_round(state: State, origin: bytes | None, *, oldest_round: int) -> None:
    """Say from which round on pulses are kept. Root only."""
    as_root(origin)
    state[OLDEST_STORED_ROUND] = oldest_round
    state.deposit("Drand", "SetOldestStoredRound", oldest_round)


HANDLERS: Final[dict[str, Any]] = {
    "set_beacon_config": set_beacon_config,
    "set_oldest_stored_round": set_oldest_stored_round,
    "write_pulse": write_pulse,
}

__all__ = [
    "BEACON_CONFIG",
    "DRAND",
    "HANDLERS",
    "LAST_STORED_ROUND",
    "OLDEST_STORED_ROUND",
    "PULSES",
    "QUICKNET_CONFIG",
    "SCHEME",
    "SILENT",
    "TYPES",
    "BeaconConfig",
    "Moment",
    "Oracle",
    "Silent",
    "begin",
    "inject",
    "opened",
    "publish",
    "store",
]
