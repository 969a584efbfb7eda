"""What neurons ask the chain, each as a generator: run it with `chain.read(…)`, blocking or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taokit.chain import subnet
from taokit.chain.published import Certificate, Commitment, certificate, certificates, commitment, commitments
from taokit.chain.requests import PinnedBlock, Read, Request, RuntimeCall, Storage, StorageMap, several
from taokit.errors import NoSuchSubnet
from taokit.metagraph import Endpoint, Hyperparameters, Metagraph, Rows
from taokit.units import Balance, Rao

SUBNETS: Final = "SubtensorModule"
MAX_TEMPO: Final = 50_400
"""Blocks without an epoch after which one runs whatever the schedule says."""

_MECHANISM: Final = 4096


def storage_index(netuid: int, mechanism: int = 0) -> int:
    """The number under which weights, bonds and commits of one mechanism are stored (`NetUidStorageIndex`)."""
    return mechanism * _MECHANISM + netuid


def value(request: Request) -> Read[Any]:
    """Whatever the chain answers to one request, decoded: a storage entry, a map, a runtime API, a constant, by name.

    Raises `UnknownName` for a name that the chain does not have; its hint names the nearest one.
    """
    return (yield request)


def block_hash() -> Read[bytes]:
    """The hash of the block that the read is answered from."""
    return (yield PinnedBlock())  # type: ignore[no-any-return]


def block_number() -> Read[int]:
    """The number of the block."""
    return (yield Storage("System", "Number"))  # type: ignore[no-any-return]


def timestamp() -> Read[int]:
    """The block's own time, in milliseconds since 1970."""
    return (yield Storage("Timestamp", "Now"))  # type: ignore[no-any-return]


def balance(account: str) -> Read[Balance]:
    """The free TAO of an account."""
    info = yield Storage("System", "Account", (account,))
    return Rao(info["data"]["free"])


def nonce(account: str) -> Read[int]:
    """How many extrinsics of an account are in the chain."""
    return (yield RuntimeCall("AccountNonceApi", "account_nonce", (account,)))  # type: ignore[no-any-return]


def subnet_exists(netuid: int) -> Read[bool]:
    """Whether there is a subnet of this number."""
    return (yield Storage(SUBNETS, "NetworksAdded", (netuid,)))  # type: ignore[no-any-return]


def netuids() -> Read[list[int]]:
    """The numbers of all subnets, ascending, root included."""
    entries = yield StorageMap(SUBNETS, "NetworksAdded")
    return sorted(netuid for netuid, exists in entries if exists)


def uid_of(netuid: int, hotkey: str) -> Read[int | None]:
    """The uid of a hotkey, or None when it is not registered."""
    return (yield Storage(SUBNETS, "Uids", (netuid, hotkey)))  # type: ignore[no-any-return]


def registered(netuid: int, hotkey: str) -> Read[bool]:
    """Whether a hotkey has a uid on the subnet."""
    return (yield from uid_of(netuid, hotkey)) is not None


def owner_of(hotkey: str) -> Read[str]:
    """The coldkey that owns a hotkey; the address of 32 zero bytes when nobody does."""
    return (yield Storage(SUBNETS, "Owner", (hotkey,)))  # type: ignore[no-any-return]


def burn(netuid: int) -> Read[Balance]:
    """What a registration costs now."""
    return Rao((yield Storage(SUBNETS, "Burn", (netuid,))))


def stake_threshold() -> Read[int]:
    """The stake weight, in rao, below which a hotkey can set no weights and does not count in consensus."""
    return (yield Storage(SUBNETS, "StakeThreshold"))  # type: ignore[no-any-return]


def registrations(netuid: int) -> Read[dict[int, int]]:
    """The block at which each uid was last registered, by uid."""
    return dict((yield StorageMap(SUBNETS, "BlockAtRegistration", (netuid,))))


def last_update(netuid: int, uid: int, mechanism: int = 0) -> Read[int]:
    """The block of a neuron's last weights, commit or registration; 0 for a uid that is not there."""
    blocks = yield Storage(SUBNETS, "LastUpdate", (storage_index(netuid, mechanism),))
    return int(blocks[uid]) if uid < len(blocks) else 0


def validator_permit(netuid: int, uid: int) -> Read[bool]:
    """Whether a neuron holds a validator permit since the last epoch."""
    permits = yield Storage(SUBNETS, "ValidatorPermit", (netuid,))
    return uid < len(permits) and bool(permits[uid])


@dataclass(frozen=True, slots=True)
class Schedule:
    """The epoch clock of a subnet, as of one block."""

    netuid: int
    block: int
    tempo: int  # blocks; 0 never runs an epoch
    last_epoch_block: int
    pending_epoch_at: int  # 0: none
    epoch_index: int  # counts the epochs run; commits are filed under it
    blocks_since_last_step: int
    reveal_period: int  # epochs between a commit and its reveal

    @property
    def next_epoch(self) -> int | None:
        """The first block after this one that runs an epoch as things stand, or None with a tempo of 0."""
        if not self.tempo:
            return None
        due = [self.last_epoch_block + self.tempo, self.block + MAX_TEMPO + 1 - self.blocks_since_last_step]
        if self.pending_epoch_at:
            due.append(self.pending_epoch_at)
        return max(min(due), self.block + 1)

    @property
    def blocks_left(self) -> int | None:
        """Blocks until the next epoch, at least 1, or None with a tempo of 0."""
        return None if self.next_epoch is None else self.next_epoch - self.block


def schedule(netuid: int) -> Read[Schedule]:
    """The epoch clock of a subnet, all of it from one block."""
    clock = ("Tempo", "LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex", "BlocksSinceLastStep")
    items = (*clock, "RevealPeriodEpochs")
    answers = yield several(Storage("System", "Number"), *(Storage(SUBNETS, item, (netuid,)) for item in items))
    return Schedule(netuid, *answers)


@dataclass(frozen=True, slots=True)
class WeightCommit:
    """Weights committed by their hash, not revealed yet."""

    hash: bytes  # 32 bytes
    epoch: int  # the epoch it was made in
    block: int


def weight_commits(netuid: int, hotkey: str, mechanism: int = 0) -> Read[tuple[WeightCommit, ...]]:
    """The hash commits of a hotkey that are stored, oldest first; expired ones among them until the next commit."""
    stored = yield Storage(SUBNETS, "WeightCommits", (storage_index(netuid, mechanism), hotkey))
    return tuple(WeightCommit(_bytes(digest), epoch, block) for digest, epoch, block, _ in stored or ())


def weights(netuid: int, uid: int, mechanism: int = 0) -> Read[np.ndarray[Any, Any]]:
    """One neuron's weights as stored: `[entries, 2]` pairs of (uid, value), uint16."""
    return subnet.row((yield Storage(SUBNETS, "Weights", (storage_index(netuid, mechanism), uid))))


def weight_rows(netuid: int, mechanism: int = 0) -> Read[Rows]:
    """The stored weights of every neuron that has any, by uid."""
    return subnet.rows((yield StorageMap(SUBNETS, "Weights", (storage_index(netuid, mechanism),))))


def bond_rows(netuid: int, mechanism: int = 0) -> Read[Rows]:
    """The stored bonds of every neuron that has any, by uid."""
    return subnet.rows((yield StorageMap(SUBNETS, "Bonds", (storage_index(netuid, mechanism),))))


def axon(netuid: int, hotkey: str) -> Read[Endpoint | None]:
    """Where a hotkey says it serves, or None when it never said."""
    record = yield Storage(SUBNETS, "Axons", (netuid, hotkey))
    return None if record is None else subnet.endpoint(record)


def hyperparameters(netuid: int) -> Read[Hyperparameters]:
    """The settings of a subnet that a neuron acts on."""
    names = (
        *("Tempo", "ImmunityPeriod", "MinAllowedWeights", "MaxWeightsLimit", "WeightsVersionKey"),
        *("WeightsSetRateLimit", "ActivityCutoffFactorMilli", "MaxAllowedValidators", "MaxAllowedUids", "Kappa"),
        *("ServingRateLimit", "CommitRevealWeightsEnabled", "RevealPeriodEpochs", "LiquidAlphaOn", "Burn"),
        "NetworkRegistrationAllowed",
    )
    values = yield several(*(Storage(SUBNETS, name, (netuid,)) for name in names))
    tempo, factor = values[0], values[6]
    values[6] = max(1, factor * tempo // 1000)  # the chain keeps the cutoff as thousandths of a tempo
    return Hyperparameters(*values)


def metagraph(netuid: int, *, weights: bool = False, bonds: bool = False) -> Read[Metagraph]:
    """The subnet as the chain shows it; rows of weights and bonds (of mechanism 0) on demand. Raises `NoSuchSubnet`."""
    block_hash, told, validator_trust = yield several(
        PinnedBlock(),
        RuntimeCall("SubnetInfoRuntimeApi", "get_metagraph", (netuid,)),
        Storage(SUBNETS, "ValidatorTrust", (netuid,)),
    )
    if told is None:
        raise NoSuchSubnet(
            f"there is no subnet {netuid} on this chain", hint="btcli subnets list names those there are"
        )
    return subnet.metagraph_of(
        told,
        block_hash=block_hash,
        validator_trust=validator_trust,
        weights=(yield from weight_rows(netuid)) if weights else {},
        bonds=(yield from bond_rows(netuid)) if bonds else {},
    )


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else bytes.fromhex(value.removeprefix("0x"))


__all__ = [
    "Certificate",
    "Commitment",
    "Schedule",
    "WeightCommit",
    "axon",
    "balance",
    "block_hash",
    "block_number",
    "bond_rows",
    "burn",
    "certificate",
    "certificates",
    "commitment",
    "commitments",
    "hyperparameters",
    "last_update",
    "metagraph",
    "netuids",
    "nonce",
    "owner_of",
    "registered",
    "registrations",
    "schedule",
    "stake_threshold",
    "storage_index",
    "subnet_exists",
    "timestamp",
    "uid_of",
    "validator_permit",
    "value",
    "weight_commits",
    "weight_rows",
    "weights",
]
