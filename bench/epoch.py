"""Milliseconds per epoch of 256 uids and 64 validators, beside a plain float64 matrix Yuma in the same run.

`python bench/epoch.py [--json FILE]`. "arrays" is the epoch from matrices, "storage" from stored rows to stored rows.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from taokit.consensus import Hyperparameters, Stored, run_epoch
from taokit.consensus.epoch import run
from taokit.consensus.subnet import load

UIDS, VALIDATORS, ENTRIES = 256, 64, 230
ROUNDS, REPEATS = 20, 7
KINDS = {
    "Yuma 2": Hyperparameters(),
    "Yuma 3": Hyperparameters(yuma3=True),
    "liquid alpha": Hyperparameters(yuma3=True, liquid_alpha=True),
}


def subnet(parameters: Hyperparameters, seed: int = 1) -> Stored:
    random = np.random.default_rng(seed)

    def rows() -> dict[int, np.ndarray]:
        return {uid: row() for uid in range(VALIDATORS)}

    def row() -> np.ndarray:
        uids = np.sort(random.choice(UIDS, ENTRIES, replace=False))
        return np.stack([uids, random.integers(0, 65536, ENTRIES)], axis=1).astype(np.uint16)

    return Stored(
        block=1_000_000,
        emission=10**11,
        last_update=np.full(UIDS, 999_900, dtype=np.uint64),
        block_at_registration=random.integers(0, 999_000, UIDS).astype(np.uint64),
        alpha_stake=np.where(np.arange(UIDS) < VALIDATORS, random.integers(1, 10**14, UIDS), 0).astype(np.uint64),
        tao_stake=np.zeros(UIDS, dtype=np.uint64),
        validator_permit=np.arange(UIDS) < VALIDATORS,
        weights=rows(),
        bonds=rows(),
        last_step_block=999_640,
        parameters=parameters,
    )


def float_yuma(
    stake: np.ndarray, weights: np.ndarray, bonds: np.ndarray, *, yuma3: bool, liquid: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The textbook matrix form: no masks, no exactness."""
    stake = stake / stake.sum()
    weights = weights / weights.sum(axis=1, keepdims=True)
    order = np.argsort(weights, axis=0)
    reached = np.cumsum(stake[order], axis=0) >= 0.5
    ceiling = np.take_along_axis(np.take_along_axis(weights, order, 0), reached.argmax(axis=0)[None], 0)[0]
    clipped = np.minimum(weights, ceiling)
    rank = stake @ clipped
    incentive = rank / rank.sum()
    rate: float | np.ndarray = 0.1
    if liquid:
        gap = np.clip(np.where(weights >= bonds, weights - ceiling, bonds - weights), 0, 1)
        rate = 0.7 + 0.2 / (1 + np.exp(-10 * (gap - 0.5)))
    new = clipped if yuma3 else (clipped * stake[:, None]) / np.maximum((clipped * stake[:, None]).sum(axis=0), 1e-12)
    bonds = rate * new + (1 - rate) * bonds
    shares = bonds / np.maximum(bonds.sum(axis=0), 1e-12)
    dividends = (shares @ incentive) * (stake if yuma3 else 1)
    return incentive, dividends / dividends.sum(), bonds


def milliseconds(work: Callable[[], object]) -> float:
    work()
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(ROUNDS):
            work()
        best = min(best, time.perf_counter() - start)
    return best / ROUNDS * 1e3


def measured(parameters: Hyperparameters) -> dict[str, float]:
    stored = subnet(parameters)
    inputs = load(stored).inputs
    flags = {"yuma3": parameters.yuma3, "liquid_alpha": parameters.liquid_alpha}
    stake, weights = inputs.votes / 2**32, inputs.weights.astype(np.float64)
    bonds = inputs.bonds / 65535
    return {
        "arrays": milliseconds(lambda: run(inputs, **flags)),
        "storage": milliseconds(lambda: run_epoch(stored)),
        "float64": milliseconds(
            lambda: float_yuma(stake, weights, bonds, yuma3=parameters.yuma3, liquid=parameters.liquid_alpha)
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    results = {kind: measured(parameters) for kind, parameters in KINDS.items()}
    print(f"{UIDS} uids, {VALIDATORS} validators, {ENTRIES} weights each; milliseconds per epoch")
    print(f"{'':14}{'arrays':>10}{'storage':>10}{'float64':>10}{'arrays/float64':>16}{'storage/float64':>17}")
    for kind, row in results.items():
        ratios = row["arrays"] / row["float64"], row["storage"] / row["float64"]
        print(
            f"{kind:14}{row['arrays']:10.2f}{row['storage']:10.2f}{row['float64']:10.2f}{ratios[0]:16.1f}{ratios[1]:17.1f}"
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
