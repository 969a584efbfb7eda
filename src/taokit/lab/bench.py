"""How long an epoch of a full subnet takes on an engine: 256 uids, 64 validators, about 230 weights each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import UInt64

from taokit.consensus import Hyperparameters, Row, Stored
from taokit.consensus.subnet import load
from taokit.lab.batch import together
from taokit.lab.engines import Engine

UIDS: Final = 256
VALIDATORS: Final = 64
ENTRIES: Final = 230

KINDS: Final[Mapping[str, Hyperparameters]] = {
    "Yuma 2": Hyperparameters(),
    "Yuma 3": Hyperparameters(yuma3=True),
    "liquid alpha": Hyperparameters(yuma3=True, liquid_alpha=True),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """What one kind of epoch took."""

    kind: str
    batch: int  # members
    first_s: float  # of the first batch; compiling counts in
    epoch_ms: float  # of one member's epoch, in the fastest batch after it


def full_subnet(parameters: Hyperparameters, seed: int) -> Stored:
    """A drawn subnet of full size in which every validator weights most uids and holds bonds in most."""
    random = np.random.default_rng(seed)

    def amounts(below: int) -> UInt64[np.ndarray, " uids"]:
        return random.integers(0, below, UIDS).astype(np.uint64)

    def row() -> Row:
        uids = np.sort(random.choice(UIDS, ENTRIES, replace=False))
        return np.stack([uids, random.integers(0, 65536, ENTRIES)], axis=1).astype(np.uint16)

    validates = np.arange(UIDS) < VALIDATORS
    return Stored(
        block=1_000_000,
        emission=10**11,
        last_update=np.full(UIDS, 999_900, dtype=np.uint64),
        block_at_registration=amounts(999_000),
        alpha_stake=(amounts(10**14) + 1) * validates,
        tao_stake=np.zeros(UIDS, dtype=np.uint64),
        validator_permit=validates,
        weights={uid: row() for uid in range(VALIDATORS)},
        bonds={uid: row() for uid in range(VALIDATORS)},
        last_step_block=999_640,
        parameters=parameters,
    )


def measure(engine: Engine, kind: str, *, batch: int = 1, repeats: int = 5) -> Timing:
    """The time of an epoch of one of `KINDS` from arrays to arrays, the best of so many batches."""
    parameters = KINDS[kind]
    inputs = together([load(full_subnet(parameters, seed)).inputs for seed in range(batch)])

    def work() -> None:
        engine.run(inputs, yuma3=parameters.yuma3, liquid_alpha=parameters.liquid_alpha)

    first = seconds(work)
    return Timing(kind, batch, first, min(seconds(work) for _ in range(repeats)) / batch * 1e3)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


__all__ = ["ENTRIES", "KINDS", "UIDS", "VALIDATORS", "Timing", "full_subnet", "measure", "seconds"]
