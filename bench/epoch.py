"""Milliseconds per epoch of 256 uids and 64 validators, beside a plain float64 matrix Yuma in the same run.

`python bench/epoch.py [--json FILE] [--no-torch]`. "numpy" is the epoch from arrays to arrays, "storage" from stored
rows to stored rows, "eager" torch in chunks, "compiled" a batch of 64 in torch.compile, each per member; "compile" is
what the first such batch took, once.
"""

import argparse
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from taokit.consensus import Hyperparameters, run_epoch
from taokit.consensus.epoch import run
from taokit.consensus.subnet import load
from taokit.lab.batch import leaves, mapped, together
from taokit.lab.bench import ENTRIES, KINDS, UIDS, VALIDATORS, full_subnet, seconds

REPEATS, ROUNDS = 7, 10
BATCH, CHUNK = 64, 8


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


def milliseconds(work: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    work()
    return min(seconds(lambda: [work() for _ in range(rounds)]) for _ in range(REPEATS)) / rounds * 1e3


def on_numpy(parameters: Hyperparameters) -> dict[str, float]:
    stored = full_subnet(parameters, seed=1)
    inputs = load(stored).inputs
    flags = {"yuma3": parameters.yuma3, "liquid_alpha": parameters.liquid_alpha}
    stake, weights = inputs.votes / 2**32, inputs.weights.astype(np.float64)
    bonds = inputs.bonds / 65535
    return {
        "numpy": milliseconds(lambda: run(inputs, **flags)),
        "storage": milliseconds(lambda: run_epoch(stored)),
        "float64": milliseconds(
            lambda: float_yuma(stake, weights, bonds, yuma3=parameters.yuma3, liquid=parameters.liquid_alpha)
        ),
    }


def on_torch(parameters: Hyperparameters) -> dict[str, float]:
    from taokit.lab.compiled import TorchEngine

    inputs = together([load(full_subnet(parameters, seed)).inputs for seed in range(BATCH)])
    flags = {"yuma3": parameters.yuma3, "liquid_alpha": parameters.liquid_alpha}
    eager, compiled = TorchEngine(), TorchEngine(compiled=True)
    few = mapped(inputs, lambda values: eager.array(values[:CHUNK]))
    found = {"eager": milliseconds(lambda: eager.run_tensors(few, **flags), rounds=2) / CHUNK}
    if compiled.compiled:
        batch = mapped(inputs, compiled.array)
        found["compile_s"] = seconds(lambda: compiled.run_tensors(batch, **flags))
        exact, ours = run(inputs, **flags), compiled.run_tensors(batch, **flags)
        pairs = zip(leaves(exact), leaves(ours), strict=True)
        assert all(np.array_equal(one, other.numpy()) for one, other in pairs), "compiled and numpy differ"
        found["compiled"] = milliseconds(lambda: compiled.run_tensors(batch, **flags), rounds=1) / BATCH
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--no-torch", action="store_true", help="numpy only")
    options = parser.parse_args()
    torch = not options.no_torch and importlib.util.find_spec("torch") is not None
    results = {kind: on_numpy(parameters) for kind, parameters in KINDS.items()}
    if torch:
        results = {kind: row | on_torch(KINDS[kind]) for kind, row in results.items()}
    print(f"{UIDS} uids, {VALIDATORS} validators, {ENTRIES} weights each; milliseconds per epoch")
    columns = ("numpy", "storage", "eager", "compiled", "float64")
    print(f"{'':14}" + "".join(f"{column:>10}" for column in columns) + f"{'numpy/float64':>15}{'compile':>10}")
    for kind, row in results.items():
        cells = "".join(f"{row[column]:10.2f}" if column in row else f"{'-':>10}" for column in columns)
        compiling = f"{row['compile_s']:8.1f} s" if "compile_s" in row else f"{'-':>10}"
        print(f"{kind:14}{cells}{row['numpy'] / row['float64']:15.1f}{compiling}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
