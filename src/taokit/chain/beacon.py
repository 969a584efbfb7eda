"""The drand beacon that a chain follows, and what is locked until one of its rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from typing import Final

from taokit.chain.decoded import Told, ask, ask_all
from taokit.chain.reads.basics import SUBNETS, storage_index
from taokit.chain.reads.clock import Schedule, schedule
from taokit.chain.requests import Constant, Read, Storage


@dataclass(frozen=True, slots=True)
class Beacon:
    """A drand beacon: it signs the numbers of its rounds, one every `period_s` seconds."""

    public_key: bytes  # 96 bytes, a compressed point of BLS12-381's G2
    genesis_s: int  # Unix time of the first round
    period_s: int  # seconds between rounds

    def round_at(self, unix_s: float) -> int:
        """The latest round that is out at this time; 0 before the first."""
        return max(0, floor((unix_s - self.genesis_s) / self.period_s) + 1)

    def time_of(self, round: int) -> int:
        """When a round comes out, in seconds since 1970."""
        return self.genesis_s + (round - 1) * self.period_s


QUICKNET: Final = Beacon(
    bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    genesis_s=1_692_803_367,
    period_s=3,
)
"""The League of Entropy's beacon of this name (`Drand.BeaconConfig` as every chain has it from the beginning)."""


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
