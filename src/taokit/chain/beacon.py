"""The drand beacon that a chain follows, and what is locked until one of its rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taokit.chain.decoded import Told, ask, ask_all
from taokit.chain.drand import QUICKNET, Beacon
from taokit.chain.reads.basics import SUBNETS, storage_index
from taokit.chain.reads.clock import Schedule, schedule
from taokit.chain.requests import Constant, Read, Storage


@dataclass(frozen=True, slots=True)
class Terms:
    """What a timelocked commit has to go by, all of it from one block."""

    version: int  # what the chain calls the form of commits that it takes
    beacon: Beacon
    now_ms: int  # the block's own time, since 1970
    slot_ms: int  # between two blocks
    schedule: Schedule


def terms(netuid: int) -> Read[Terms]:
    """What a timelocked commit on a subnet has to go by."""
    version, config, now_ms, slot_ms = yield from ask_all(
        Storage(SUBNETS, "CommitRevealWeightsVersion"),
        Storage("Drand", "BeaconConfig"),
        Storage("Timestamp", "Now"),
        Constant("Aura", "SlotDuration"),
    )
    numbers = (version.integer(), _beacon(config), now_ms.integer(), slot_ms.integer())
    return Terms(*numbers, (yield from schedule(netuid)))


def beacon() -> Read[Beacon]:
    """The beacon that the chain follows."""
    return _beacon((yield from ask(Storage("Drand", "BeaconConfig"))))


def pulse(round: int) -> Read[bytes | None]:
    """The signature of a round (48 bytes), or None while the chain does not have it."""
    told = yield from ask(Storage("Drand", "Pulses", (round,)))
    return None if told.absent else told["signature"].octets()


def stored_rounds() -> Read[tuple[int, int]]:
    """The oldest and the latest round whose signatures the chain has."""
    oldest, last = yield from ask_all(Storage("Drand", "OldestStoredRound"), Storage("Drand", "LastStoredRound"))
    return oldest.integer(), last.integer()


@dataclass(frozen=True, slots=True)
class TimelockedCommit:
    """Weights committed under a timelock, not revealed yet."""

    sealed: bytes  # at most 5000
    round: int  # of the beacon, which opens it
    epoch: int  # the epoch it was made in
    block: int


def timelocked_commits(
    netuid: int, hotkey: str, epochs: Iterable[int], mechanism: int = 0
) -> Read[tuple[TimelockedCommit, ...]]:
    """The timelocked commits of a hotkey that are stored under these epochs, the oldest first."""
    index, wanted = storage_index(netuid, mechanism), list(epochs)
    answers = yield from ask_all(*(Storage(SUBNETS, "TimelockedWeightCommits", (index, epoch)) for epoch in wanted))
    return tuple(
        commit
        for epoch, stored in zip(wanted, answers, strict=True)
        for who, commit in (_commit(entry, epoch) for entry in stored)
        if who == hotkey
    )


def _commit(told: Told, epoch: int) -> tuple[str, TimelockedCommit]:
    """Who made it, and the commit."""
    who, block, sealed, round = told.parts(4)
    return who.address(), TimelockedCommit(sealed.octets(), round.integer(), epoch, block.integer())


def _beacon(told: Told) -> Beacon:
    return Beacon(told["public_key"].octets(), told["genesis_time"].integer(), told["period"].integer())


__all__ = [
    "QUICKNET",
    "Beacon",
    "Terms",
    "TimelockedCommit",
    "beacon",
    "pulse",
    "stored_rounds",
    "terms",
    "timelocked_commits",
]
