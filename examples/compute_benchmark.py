"""Compute benchmark: multiply two large matrices, and be paid by how fast.

The validator sends a seed, from which both make the same matrices. It checks the product without multiplying: for a
random vector r, A(Br) must equal Cr (Freivalds). That is three products with a vector, in exact integers, and a wrong
C passes with a chance below one in a million.

    python examples/compute_benchmark.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: work that is expensive to do and cheap to check, a check that draws its randomness after the answer
came, and a score from measured time. It measures the way over the network too, so ask for work that takes much longer.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

import taokit
from taokit import Tensor
from taokit.cli.main import main

Integers = npt.NDArray[np.int64]
BELOW = 256  # the numbers in the matrices
CHANCE = 1 << 20  # a wrong product passes once in so many checks, at most
LARGEST = 4096  # rows; what a miner multiplies at most


class Multiply(taokit.Synapse):
    """Multiply the matrices that this seed makes."""

    required_hash_fields = ("seed", "rows")

    seed: int
    rows: int
    product: Tensor | None = None  # [rows, rows], int32


class Worker(taokit.Miner):
    """Does the work."""

    @taokit.route(at_once=1)
    def forward(self, synapse: Multiply) -> Multiply:
        """The product; a plain `def` runs in a thread."""
        rows = min(synapse.rows, LARGEST)
        synapse.product = self.multiplied(*matrices(synapse.seed, rows)).astype(np.int32)
        return synapse

    def multiplied(self, left: Integers, right: Integers) -> npt.NDArray[Any]:
        """In floating point, which has the fast routines: exact, since every sum stays far below 2**53."""
        product: npt.NDArray[Any] = left.astype(np.float64) @ right.astype(np.float64)
        return product


class Cheat(Worker):
    """Computes all but the last row, and hopes that nobody looks."""

    def multiplied(self, left: Integers, right: Integers) -> npt.NDArray[Any]:
        """One row is made up."""
        product = super().multiplied(left[:-1], right)
        return np.vstack([product, product[-1:]])


class BenchmarkValidator(taokit.Validator):
    """Asks for a product that nobody can have ready, checks it, and pays by speed."""

    class Settings(BaseModel):
        """How much work a round is."""

        rows: int = 256

    settings: Settings
    rounds_per_epoch = 2

    async def query(self, round: taokit.Round) -> dict[int, Multiply]:
        """A seed for each miner, so that none can copy another's answer."""
        return {uid: Multiply(seed=round.random.getrandbits(62), rows=self.settings.rows) for uid in round.uids}

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Multiply]]) -> dict[int, float]:
        """Billions of multiplications in a second, for each product that is right."""
        return {
            reply.uid: reply.synapse.rows**3 / reply.timings.total / 1e9
            if is_right(reply.synapse, vector(round, reply.synapse.rows))
            else 0.0
            for reply in replies
            if reply.synapse is not None
        }


def vector(round: taokit.Round, rows: int) -> Integers:
    """Random numbers below `CHANCE`, drawn when the answers are here."""
    return np.array([round.random.randrange(CHANCE) for _ in range(rows)], dtype=np.int64)


def is_right(answer: Multiply, by: Integers) -> bool:
    """Whether the answer is the product, but for a chance of one in `CHANCE`. Nothing here reaches 2**63."""
    product = answer.product
    if product is None or product.shape != (answer.rows, answer.rows) or product.dtype != np.int32:
        return False
    left, right = matrices(answer.seed, answer.rows)
    return bool(np.array_equal(left @ (right @ by), product.astype(np.int64) @ by))


def matrices(seed: int, rows: int) -> tuple[Integers, Integers]:
    """The two matrices of a seed, the same on every machine."""
    left, right = np.random.Generator(np.random.PCG64(seed)).integers(0, BELOW, (2, rows, rows), dtype=np.int64)
    return left, right


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
