"""Allocation: share a sum out over lending pools, so that it earns as much as it can.

A pool pays less the more is put into it. The validator draws pools, sends the same ones to everybody, and works out
what each answer would earn: arithmetic, the same for every validator that is given the same pools and answers.

    python examples/allocation.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: a score that is computed and not measured, checks of an answer before it is worth anything, and a
baseline (the even split) that an answer must beat to be paid at all.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence

from pydantic import BaseModel

import taokit
from taokit.cli.main import main

POOLS = 6
SLACK = 1e-6  # the share of the sum by which amounts may exceed it, for rounding


class Pool(BaseModel):
    """A lending pool: what it pays rises with the share of its money that is lent out."""

    base: float  # yearly rate of an idle pool
    slope: float  # added to it when all is lent
    lent: float
    supplied: float

    def rate(self, amount: float) -> float:
        """The yearly rate after so much more is supplied."""
        return self.base + self.slope * self.lent / (self.supplied + amount)

    def marginal(self, amount: float) -> float:
        """What the next unit adds to the yearly income, after so much more is supplied."""
        return self.base + self.slope * self.lent * self.supplied / (self.supplied + amount) ** 2

    def amount_at(self, marginal: float) -> float:
        """How much brings the marginal income down to this, which is above `base`."""
        root = math.sqrt(self.slope * self.lent * self.supplied / (marginal - self.base))
        return max(0.0, root - self.supplied)


class Allocate(taokit.Synapse):
    """Share this sum out over these pools."""

    required_hash_fields = ("total",)

    total: float
    pools: list[Pool]
    amounts: list[float] | None = None  # one for each pool, none below 0, not more than `total` together


class Balancer(taokit.Miner):
    """Fills the pools until the next unit earns the same in each that got any: no other division earns more."""

    def forward(self, synapse: Allocate) -> Allocate:
        """The best division, by halving the range of the common marginal income; a plain `def` runs in a thread."""
        low = max(pool.base for pool in synapse.pools)
        high = max(pool.marginal(0) for pool in synapse.pools)
        for _ in range(100):
            middle = (low + high) / 2
            too_much = middle <= low or sum(pool.amount_at(middle) for pool in synapse.pools) > synapse.total
            low, high = (middle, high) if too_much else (low, middle)
        synapse.amounts = [pool.amount_at(high) for pool in synapse.pools]
        return synapse


class Chaser(taokit.Miner):
    """Puts half into the pool that shows the highest rate, and the rest evenly into all."""

    async def forward(self, synapse: Allocate) -> Allocate:
        """What an eager beginner does."""
        rates = [pool.rate(0) for pool in synapse.pools]
        best, even = rates.index(max(rates)), synapse.total / 2 / len(rates)
        synapse.amounts = [even + synapse.total / 2 * (place == best) for place in range(len(rates))]
        return synapse


class Boundless(taokit.Miner):
    """Spends the sum on every pool at once."""

    async def forward(self, synapse: Allocate) -> Allocate:
        """Money that is not there."""
        synapse.amounts = [synapse.total] * len(synapse.pools)
        return synapse


class AllocationValidator(taokit.Validator):
    """Draws pools, and pays by what an answer earns above the even split."""

    rounds_per_epoch = 4

    async def query(self, round: taokit.Round) -> Allocate:
        """The pools of this round, the same for everybody."""
        return Allocate(total=1000.0, pools=[drawn(round.random) for _ in range(POOLS)])

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Allocate]]) -> dict[int, float]:
        """What each answer earns above the even split, as a share of what that earns."""
        return {reply.uid: gain(reply.synapse) for reply in replies if reply.synapse is not None}


def drawn(draw: random.Random) -> Pool:
    """A pool between half and nearly wholly lent."""
    supplied = draw.uniform(100, 2000)
    return Pool(
        base=draw.uniform(0, 0.02),
        slope=draw.uniform(0.02, 0.2),
        lent=supplied * draw.uniform(0.5, 0.95),
        supplied=supplied,
    )


def gain(answer: Allocate) -> float:
    """The income above the even split's, as a share of it; 0 for less, and for amounts that are not allowed."""
    amounts = answer.amounts
    if amounts is None or len(amounts) != len(answer.pools) or not all(0 <= amount < math.inf for amount in amounts):
        return 0.0
    if sum(amounts) > answer.total * (1 + SLACK):
        return 0.0
    even = income(answer.pools, [answer.total / len(amounts)] * len(amounts))
    return max(0.0, income(answer.pools, amounts) / even - 1)


def income(pools: Sequence[Pool], amounts: Sequence[float]) -> float:
    """What these amounts earn in a year."""
    return math.fsum(amount * pool.rate(amount) for pool, amount in zip(pools, amounts, strict=True))


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
