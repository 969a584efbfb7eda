"""What an explanation says, as records. Shares are fractions of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Dropped: TypeAlias = Literal[
    "no validator permit", "own weight", "unknown uid", "registered after the report", "registered after the commit"
]
"""Why an epoch leaves an entry of a row out."""

Verdict: TypeAlias = Literal["over", "under", "agrees"]
"""How a validator rates a miner against consensus."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored weight, and what the epoch made of it."""

    uid: int  # of the miner
    stored: int  # 0 to 65535
    share: float  # of what counts in the row; 0 where it was dropped
    dropped: Dropped | None  # None: it counts


@dataclass(frozen=True, slots=True)
class Earned:
    """What an epoch gives a validator."""

    trust: float
    dividends: float  # share of all
    emission: int  # rao


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What one validator would earn in this epoch with other weights, everybody else's staying as they are."""

    uid: int
    now: Earned
    then: Earned

    @property
    def gain(self) -> float:
        """Share of all dividends won, negative where lost."""
        return self.then.dividends - self.now.dividends


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsExplained:
    """Why a validator's weights count as they do."""

    uid: int
    block: int
    last_update: int  # block of the report, of its commit where it was sealed
    permit: bool
    active: bool
    stake: float  # share of the stake that votes
    entries: tuple[Entry, ...]  # in stored order
    earned: Earned
    as_consensus: WhatIf | None  # with the consensus of this epoch as its weights; None where there is none


@dataclass(frozen=True, slots=True)
class Rating:
    """One validator's weight on one miner, beside everybody's."""

    uid: int  # of the miner
    weight: float  # share of the validator's weights
    consensus: float  # the most that counts
    cut: float  # what the clipping took

    @property
    def verdict(self) -> Verdict:
        """Above consensus, below it, or the same."""
        return "agrees" if self.weight == self.consensus else "over" if self.weight > self.consensus else "under"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustExplained:
    """Why a validator's trust is what it is."""

    uid: int
    block: int
    permit: bool
    active: bool
    stake: float  # share of the stake that votes
    trust: float  # what is left of its weights after clipping
    cut: float  # share of its weights that was clipped
    dividends: float  # share of all
    dividends_uncut: float  # had clipping spared its row where bonds are bought in this epoch
    ratings: tuple[Rating, ...]  # of miners it or consensus gives anything; most clipped first

    @property
    def cost(self) -> float:
        """Share of all dividends that the clipping cost in this epoch; bonds carry it on into later ones."""
        return self.dividends_uncut - self.dividends


@dataclass(frozen=True, slots=True)
class Support:
    """What one validator does for a miner."""

    uid: int  # of the validator
    stake: float  # share of the stake that votes
    weight: float  # share of its weights
    counted: float  # of that, what is left after clipping
    part: float  # of the miner's rank


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentiveExplained:
    """Why a miner's incentive is what it is."""

    uid: int
    block: int
    incentive: float  # share of all
    incentive_uncut: float  # had nobody's weights been clipped
    consensus: float  # the most of anybody's weights that counts for it
    backing: float  # share of the voting stake that gives it at least that; where that is 0, anything at all
    needed: float  # share of the voting stake that a report needs behind it: kappa
    emission: int  # rao
    owner: bool  # the subnet owner's uid: its emission is burned or recycled
    supports: tuple[Support, ...]  # of validators that vote and weight it, the largest part first


@dataclass(frozen=True, slots=True, kw_only=True)
class Burning:
    """What burning a share of miner emission does to a subnet's share of the TAO of a block."""

    netuid: int
    burned: float  # share of miner emission that goes to owner keys now
    would_burn: float
    share: float  # of all subnets' TAO now
    would_share: float

    @property
    def change(self) -> float:
        """The share won, negative where lost."""
        return self.would_share - self.share


__all__ = [
    "Burning",
    "Dropped",
    "Earned",
    "Entry",
    "IncentiveExplained",
    "Rating",
    "Support",
    "TrustExplained",
    "Verdict",
    "WeightsExplained",
    "WhatIf",
]
