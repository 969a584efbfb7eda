"""What a drand beacon is, and the one that real chains follow."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Final


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

__all__ = ["QUICKNET", "Beacon"]
