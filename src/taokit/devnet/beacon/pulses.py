"""What a devnet's rules are told about the beacon: signatures of rounds, when they are out, and what they open."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import bittensor_core

from taokit.chain.drand import Beacon as Clock
from taokit.chain.timelock import sign
from taokit.devnet.beacon.key import public_key, secret_of
from taokit.devnet.runtime.drand import BeaconConfig, Moment
from taokit.devnet.scale import compact
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.devnet")

MOST_SKIPPED: Final = 4096
"""Rounds that may be skipped at once."""
_ROUND_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the beacon's own pulses."""

    skipped: frozenset[int] = frozenset()  # rounds that never come
    late: int = 0  # rounds by which every pulse comes later than its time
    leads: bool = False  # whether LastStoredRound goes with the chain's clock

    def skipping(self, round: int) -> Plan:
        """The plan with one more round that never comes."""
        if len(self.skipped) >= MOST_SKIPPED:
            raise ConfigurationError(f"more than {MOST_SKIPPED} rounds cannot be skipped", hint="heal the beacon first")
        return replace(self, skipped=self.skipped | {round})

    def later(self, rounds: int) -> Plan:
        """The plan with every pulse so many rounds late."""
        if rounds < 0:
            raise ConfigurationError(f"pulses cannot be {rounds} rounds late", hint="name 0 or more rounds")
        return replace(self, late=rounds)


class Beacon:
    """The world outside as a devnet's rules see it (`Oracle`).

    It signs where the chain believes a devnet beacon, whose secret it works out, and only what is asked for: a round
    takes some 15 ms, and an epoch has more than a thousand. Of any other beacon it knows no signature.
    """

    def __init__(self) -> None:
        self.plan = Plan()
        """What becomes of the pulses from now on; replace it."""
        self._said = False

    @property
    def leads(self) -> bool:
        """Whether `LastStoredRound` goes with the chain's clock."""
        return self.plan.leads

    def signature(self, round: int, moment: Moment) -> bytes | None:
        """The 48 bytes of a round, or None when they are not out by the chain's clock, never will be, or not known."""
        due_ms = clock_of(moment.config).time_of(round + self.plan.late) * 1000
        if round in self.plan.skipped or due_ms > moment.now_ms or not own(moment.config):
            return None
        try:
            return _signed(moment.config[3], round)
        except ConfigurationError as error:
            if not self._said:
                self._said = True
                log.warning(
                    "this devnet's beacon is silent, nothing timelocked is revealed: %s (%s)", error, error.hint
                )
            return None

    def opened(self, sealed: bytes, signature: bytes) -> bytes | None:
        """What was sealed, or None when this signature does not open it."""
        envelope = compact(len(sealed)) + sealed + bytes(_ROUND_BYTES)
        try:
            return bytes(bittensor_core.decrypt_with_signature(envelope, signature.hex()))
        except ValueError:
            return None


def own(config: BeaconConfig) -> bool:
    """Whether a chain believes a devnet beacon, whose secret follows from what the chain says of it."""
    return config[0] == public_key(secret_of(config[3]))


def clock_of(config: BeaconConfig) -> Clock:
    """The beacon of a configuration, with its rounds and times."""
    key, period_s, genesis_s, *_ = config
    return Clock(key, genesis_s, period_s)


@lru_cache(maxsize=1024)
def _signed(chain_hash: bytes, round: int) -> bytes:
    return sign(secret_of(chain_hash), round)


__all__ = ["MOST_SKIPPED", "Beacon", "Plan", "clock_of", "own"]
